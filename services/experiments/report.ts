import { METRICS, type MetricName, type VariantDay } from "./metrics";
import { mismatchEvidence, sequentialLooks, type Look } from "./sequential";

/** A time with one split of the users: whole days, since the users of a day of change came by two splits. */
export interface Phase {
  /** First day, YYYY-MM-DD. */
  readonly from: string;
  /** Last day. @default it goes on */
  readonly to?: string;
  readonly weights: Readonly<Record<string, number>>;
}

/** What an experiment is judged by; fixed before its first day. */
export interface ExperimentPlan {
  readonly name: string;
  /** The variant that the others are held against. */
  readonly control: string;
  /** What decides. @default click_rate */
  readonly primary?: MetricName;
  /** What must not get worse. @default the other metrics */
  readonly guardrails?: readonly MetricName[];
  /** Chance of a false alarm in the primary metric, over all looks and variants together. @default .05 */
  readonly alpha?: number;
  /** The same for all guardrails together. @default .01 */
  readonly guardrailAlpha?: number;
  /** Users of both arms at whose number intervals are to be narrowest. @default 20000 */
  readonly plannedUsers?: number;
  /** Splits by time, oldest first; the users' numbers are held against them. @default not held against any */
  readonly phases?: readonly Phase[];
}

/** One metric of one variant beside the control. */
export interface Comparison {
  readonly metric: MetricName;
  readonly control: number;
  readonly treatment: number;
  readonly effect: number;
  /** Effect as a share of the control's value; `null` where that is 0. */
  readonly relative: number | null;
  /** Always-valid interval of the effect; `null` before there is enough to judge by. */
  readonly interval: readonly [low: number, high: number] | null;
  readonly pValue: number;
  /** `better` and `worse` are shown by the data, `unclear` is not. */
  readonly verdict: "better" | "worse" | "unclear";
  /** Day whose end first showed it, YYYY-MM-DD. */
  readonly since: string | null;
  /** The confidence sequence: what was known at the end of each day. */
  readonly sequence: readonly DayLook[];
}

/** Effect and interval as of the end of one day; the interval is `null` before there is enough to judge by. */
export interface DayLook {
  readonly day: string;
  readonly effect: number;
  readonly interval: readonly [low: number, high: number] | null;
}

/** One variant beside the control. */
export interface VariantReport {
  readonly variant: string;
  readonly users: number;
  readonly primary: Comparison;
  readonly guardrails: readonly Comparison[];
}

/** What an experiment says so far. */
export interface ExperimentReport {
  readonly experiment: string;
  readonly control: string;
  readonly firstDay: string | null;
  /** The last day whose users have all been watched to the end. */
  readonly lastDay: string | null;
  readonly days: number;
  readonly users: Readonly<Record<string, number>>;
  /** Share of users who saw a second variant while they were watched. */
  readonly crossedShare: number;
  /** Evidence that the split is not the planned one; `null` without phases. See {@link mismatchEvidence}. */
  readonly mismatch: { readonly evidence: number; readonly alarm: boolean } | null;
  readonly variants: readonly VariantReport[];
}

/** Evidence at which a mismatch of the split is an alarm: a chance of .001 where nothing is wrong. */
const MISMATCH_ALARM = 1000;

/** Defaults of a plan. */
export const PLAN_DEFAULTS = {
  primary: "click_rate",
  alpha: 0.05,
  guardrailAlpha: 0.01,
  plannedUsers: 20_000,
} as const;

/**
 * Holds every variant against the control, by the days' counts: no test is done again on a look at the same days, and
 * looking daily costs nothing (see {@link sequentialLooks}). Several variants share alpha by Bonferroni's rule.
 * @throws RangeError for a plan that cannot be judged by.
 */
export function reportOf(rows: readonly VariantDay[], plan: ExperimentPlan): ExperimentReport {
  const days = [...new Set(rows.map(({ day }) => day))].sort();
  const variants = [...new Set(rows.map(({ variant }) => variant))].filter((name) => name !== plan.control).sort();
  const primary = plan.primary ?? PLAN_DEFAULTS.primary;
  const guardrails = plan.guardrails ?? (Object.keys(METRICS) as MetricName[]).filter((name) => name !== primary);
  const usersOf = (variant: string): number =>
    rows.reduce((sum, row) => sum + (row.variant === variant ? row.users : 0), 0);
  const all = rows.reduce((sum, { users }) => sum + users, 0);
  const against = (variant: string, metric: MetricName, alpha: number): Comparison =>
    compare({ rows, days, control: plan.control, variant, metric, alpha, plannedUsers: plan.plannedUsers });
  return {
    experiment: plan.name,
    control: plan.control,
    firstDay: days[0] ?? null,
    lastDay: days.at(-1) ?? null,
    days: days.length,
    users: Object.fromEntries([plan.control, ...variants].map((variant) => [variant, usersOf(variant)])),
    crossedShare: all === 0 ? 0 : rows.reduce((sum, { crossed }) => sum + crossed, 0) / all,
    mismatch: mismatchOf(rows, plan.phases ?? []),
    variants: variants.map((variant) => ({
      variant,
      users: usersOf(variant),
      primary: against(variant, primary, (plan.alpha ?? PLAN_DEFAULTS.alpha) / variants.length),
      guardrails: guardrails.map((metric) =>
        against(
          variant,
          metric,
          (plan.guardrailAlpha ?? PLAN_DEFAULTS.guardrailAlpha) / (variants.length * guardrails.length),
        ),
      ),
    })),
  };
}

interface Pair {
  readonly rows: readonly VariantDay[];
  readonly days: readonly string[];
  readonly control: string;
  readonly variant: string;
  readonly metric: MetricName;
  readonly alpha: number;
  readonly plannedUsers: number | undefined;
}

function compare({ rows, days, control, variant, metric, alpha, plannedUsers }: Pair): Comparison {
  const { of } = METRICS[metric];
  const byKey = new Map(rows.map((row) => [`${row.day}/${row.variant}`, of(row)]));
  const arm = (day: string, name: string) => byKey.get(`${day}/${name}`) ?? { users: 0, sum: 0, squares: 0 };
  const strata = days.map((day) => ({ control: arm(day, control), treatment: arm(day, variant) }));
  const looks = sequentialLooks(strata, { alpha, plannedUsers: plannedUsers ?? PLAN_DEFAULTS.plannedUsers });
  const last: Look = looks.at(-1) ?? { users: 0, effect: 0, low: -Infinity, high: Infinity, pValue: 1 };
  const shown = looks.findIndex(({ low, high }) => low > 0 || high < 0);
  const found = looks[shown];
  const controlMean = meanOf(strata.map((day) => day.control));
  return {
    metric,
    control: controlMean,
    treatment: meanOf(strata.map(({ treatment }) => treatment)),
    effect: last.effect,
    relative: controlMean === 0 ? null : last.effect / controlMean,
    interval: intervalOf(last),
    pValue: last.pValue,
    verdict: found === undefined ? "unclear" : found.low > 0 ? "better" : "worse",
    since: found === undefined ? null : (days[shown] ?? null),
    sequence: looks.map((look, index) => ({
      day: days[index] ?? "",
      effect: look.effect,
      interval: intervalOf(look),
    })),
  };
}

function intervalOf({ low, high }: Look): Comparison["interval"] {
  return Number.isFinite(low) ? [low, high] : null;
}

function meanOf(days: readonly { readonly users: number; readonly sum: number }[]): number {
  const users = days.reduce((sum, day) => sum + day.users, 0);
  return users === 0 ? 0 : days.reduce((sum, day) => sum + day.sum, 0) / users;
}

/** Evidence of several phases multiplies, since each is an e-value of users of its own. */
function mismatchOf(rows: readonly VariantDay[], phases: readonly Phase[]): ExperimentReport["mismatch"] {
  if (phases.length === 0) return null;
  const evidence = phases.reduce((product, { from, to = LAST_DAY, weights }) => {
    const shares = Object.entries(weights).filter(([, weight]) => weight > 0);
    if (shares.length < 2) return product;
    const counts = shares.map(([name]) =>
      rows
        .filter(({ variant, day }) => variant === name && day >= from && day <= to)
        .reduce((sum, { users }) => sum + users, 0),
    );
    const factor = mismatchEvidence(
      counts,
      shares.map(([, weight]) => weight),
    );
    return Math.min(product * factor, Number.MAX_VALUE);
  }, 1);
  return { evidence, alarm: evidence >= MISMATCH_ALARM };
}

const LAST_DAY = "9999-12-31";
