import type { VariantExposures, VariantItems } from "./guardrails";
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

type Row = readonly unknown[];

/** Reads a row of a query's result by its columns' names; `ended` throws what was missing. */
function cellsOf(columns: readonly string[], row: Row) {
  const bad: string[] = [];
  const cell = (name: string): unknown => row[columns.indexOf(name)];
  return {
    number: (name: string): number => {
      const value = Number(cell(name));
      if (cell(name) === null || cell(name) === undefined || !Number.isFinite(value)) bad.push(name);
      return value;
    },
    text: (name: string): string => {
      const value = cell(name);
      if (typeof value !== "string") bad.push(name);
      return String(value);
    },
    maybe: (name: string): string | null => {
      const value = cell(name);
      if (value !== null && typeof value !== "string") bad.push(name);
      return typeof value === "string" ? value : null;
    },
    checked: <T>(found: T): T => {
      if (bad.length > 0) throw new TypeError(`experiment metrics: want a value in ${bad.join(", ")}, got none`);
      return found;
    },
  };
}

/** A row of `experiment_metrics`. @throws TypeError naming the columns that are missing or no number. */
export function variantDayOf(columns: readonly string[], row: Row): VariantDay {
  const { number, text, checked } = cellsOf(columns, row);
  return checked({
    day: text("day"),
    variant: text("variant"),
    users: number("users"),
    crossed: number("crossed"),
    clickers: number("clickers"),
    converters: number("converters"),
    revenue: number("revenue"),
    revenueSquares: number("revenue_squares"),
  });
}

/** A row of `experiment_exposures`. @throws TypeError as above. */
export function variantExposuresOf(columns: readonly string[], row: Row): VariantExposures {
  const { number, text, maybe, checked } = cellsOf(columns, row);
  return checked({ variant: text("variant"), modelVersion: maybe("model_version"), exposures: number("exposures") });
}

/** A row of `experiment_coverage`. @throws TypeError as above. */
export function variantItemsOf(columns: readonly string[], row: Row): VariantItems {
  const { number, text, checked } = cellsOf(columns, row);
  return checked({ variant: text("variant"), times: number("times"), items: number("items") });
}

/**
 * The days of several regions' lakes as one. A day counts when it is over everywhere, so that no look shows a day whose
 * figures still grow; a region without any users of the experiment is not waited for.
 */
export function mergeDays(regions: readonly (readonly VariantDay[])[]): VariantDay[] {
  const filled = regions.filter((rows) => rows.length > 0);
  const lastDays = filled.map((rows) => rows.reduce((last, { day }) => (day > last ? day : last), "")).sort();
  const [last = ""] = lastDays;
  const merged = new Map<string, VariantDay>();
  for (const row of filled.flat()) {
    if (row.day > last) continue;
    const key = `${row.day}/${row.variant}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? row : added(known, row));
  }
  return [...merged.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function added(a: VariantDay, b: VariantDay): VariantDay {
  return {
    ...a,
    users: a.users + b.users,
    crossed: a.crossed + b.crossed,
    clickers: a.clickers + b.clickers,
    converters: a.converters + b.converters,
    revenue: a.revenue + b.revenue,
    revenueSquares: a.revenueSquares + b.revenueSquares,
  };
}
