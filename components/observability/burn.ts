import type { AlarmSpec, Severity } from "./alarm-spec";
import type { Promises, Targets } from "./targets";
import type { Metric } from "./widgets";

/** One speed at which the error budget may burn, watched over two windows. */
export interface BurnRate {
  /** Name of the composite alarm that both windows raise together, and the `partOf` of their own. */
  readonly id: "error-budget-fast" | "error-budget-slow";
  /** Times as fast as would use up the budget exactly at the end of its 30 days. */
  readonly rate: number;
  /** The long window proves that it matters, the short one that it still goes on; seconds. */
  readonly longSeconds: number;
  readonly shortSeconds: number;
  /** Percent of the 30 days' budget that is gone when the long window is full. */
  readonly budgetPercent: number;
  readonly severity: Severity;
}

/** sre.google/workbook/alerting-on-slos, "Multiwindow, Multi-Burn-Rate Alerts", table 5-8. */
export const BURN_RATES: readonly BurnRate[] = [
  {
    id: "error-budget-fast",
    rate: 14.4,
    longSeconds: 3600,
    shortSeconds: 300,
    budgetPercent: 2,
    severity: "page",
  },
  {
    id: "error-budget-slow",
    rate: 6,
    longSeconds: 21_600,
    shortSeconds: 1800,
    budgetPercent: 5,
    severity: "page",
  },
];

/** A share of errors that can still be exceeded: with a loose promise, 14.4 times its budget would be more than all. */
const MOST_PERCENT = 99;

/**
 * The windows of every burn rate, an alarm each, that tell nobody by themselves: {@link AlarmSpec.partOf} names the
 * composite that does, when both of its windows are in alarm.
 */
export function burnAlarms<T>(targets: Targets<T>, { availability }: Promises): AlarmSpec<T>[] {
  const budgetPercent = (1 - availability) * 100;
  const api = (name: string): Metric<T> => ({
    namespace: "AWS/ApiGateway",
    name,
    dimensions: { ApiId: targets.collectorApiId },
    stat: "Sum",
  });
  return BURN_RATES.flatMap(({ id, rate, longSeconds, shortSeconds, severity }) =>
    (
      [
        ["long", longSeconds],
        ["short", shortSeconds],
      ] as const
    ).map(([window, periodSeconds]): AlarmSpec<T> => ({
      id: `${id}-${window}`,
      runbook: "error-budget-burn",
      severity,
      partOf: id,
      promise: `Over ${periodSeconds / 60} min the collector's error budget burns at most ${rate} times as fast as it may`,
      metrics: [api("5xx"), api("Count")],
      expression: "IF(m1 > 0, 100 * m0 / m1, 0)",
      threshold: Number(Math.min(rate * budgetPercent, MOST_PERCENT).toFixed(6)),
      comparison: "GreaterThanThreshold",
      periodSeconds,
      periods: 1,
      datapoints: 1,
      missing: "notBreaching",
    })),
  );
}
