import type { ArmDay } from "./sequential";

/** One row of `queries/experiment_metrics.sql`: the users of one variant who were first exposed on one day. */
export interface VariantDay {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly variant: string;
  readonly users: number;
  /** Users who saw another variant too while they were watched. */
  readonly crossed: number;
  readonly clickers: number;
  readonly converters: number;
  /** Sum over users of what each spent, capped. */
  readonly revenue: number;
  /** Sum over users of its square. */
  readonly revenueSquares: number;
}

/** A metric of an experiment, a mean over users; more is better for each. */
export interface Metric {
  readonly name: MetricName;
  readonly meaning: string;
  readonly of: (row: VariantDay) => ArmDay;
}

export const METRIC_NAMES = ["click_rate", "conversion", "revenue_per_user"] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

/** All metrics, by name. */
export const METRICS: Readonly<Record<MetricName, Metric>> = {
  click_rate: {
    name: "click_rate",
    meaning: "share of users who clicked",
    of: ({ users, clickers }) => ({ users, sum: clickers, squares: clickers }),
  },
  conversion: {
    name: "conversion",
    meaning: "share of users who bought",
    of: ({ users, converters }) => ({ users, sum: converters, squares: converters }),
  },
  revenue_per_user: {
    name: "revenue_per_user",
    meaning: "mean of what a user spent, capped",
    of: ({ users, revenue, revenueSquares }) => ({ users, sum: revenue, squares: revenueSquares }),
  },
};

/** A row of a query's result by column. @throws TypeError naming the columns that are missing or no number. */
export function variantDayOf(columns: readonly string[], row: readonly unknown[]): VariantDay {
  const cell = (name: string): unknown => row[columns.indexOf(name)];
  const bad: string[] = [];
  const number = (name: string): number => {
    const value = Number(cell(name));
    if (cell(name) === null || cell(name) === undefined || !Number.isFinite(value)) bad.push(name);
    return value;
  };
  const text = (name: string): string => {
    const value = cell(name);
    if (typeof value !== "string") bad.push(name);
    return String(value);
  };
  const found: VariantDay = {
    day: text("day"),
    variant: text("variant"),
    users: number("users"),
    crossed: number("crossed"),
    clickers: number("clickers"),
    converters: number("converters"),
    revenue: number("revenue"),
    revenueSquares: number("revenue_squares"),
  };
  if (bad.length > 0) throw new TypeError(`experiment metrics: want a value in ${bad.join(", ")}, got none`);
  return found;
}
