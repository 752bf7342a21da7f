import type { Metric } from "./widgets";

/** `page`: someone gets up. `ticket`: someone looks tomorrow. */
export type Severity = "page" | "ticket";

/** One alarm, before it has a name and a topic. */
export interface AlarmSpec<T = string> {
  /** Kebab case, unique in the region. */
  readonly id: string;
  /** File in docs/runbooks, without its ending; several alarms may share one. */
  readonly runbook: Runbook;
  readonly severity: Severity;
  /** Composite alarm that tells of this one; it tells nobody by itself. */
  readonly partOf?: string;
  /** What is promised, in a sentence. */
  readonly promise: string;
  /** One metric, or several and an expression over their ids `m0`, `m1`, ... */
  readonly metrics: readonly Metric<T>[];
  readonly expression?: string;
  readonly threshold: number;
  readonly comparison: "GreaterThanThreshold" | "GreaterThanOrEqualToThreshold";
  readonly periodSeconds: number;
  readonly periods: number;
  /** Of `periods`, so many must breach. */
  readonly datapoints: number;
  readonly missing: "breaching" | "notBreaching" | "ignore";
}

/** Every runbook that exists. */
export const RUNBOOKS = [
  "stream-iterator-age",
  "collector-5xx",
  "error-budget-burn",
  "transform-errors",
  "delivery-freshness",
  "dead-letter-depth",
  "data-freshness",
  "model-age",
  "endpoint-latency",
  "endpoint-errors",
  "cache-evictions",
  "cache-misses",
  "cache-memory",
  "cache-cpu",
  "cache-lag",
  "replication-lag",
  "table-throttles",
  "daily-run-failed",
  "page",
  "intake-quarantine",
] as const;
export type Runbook = (typeof RUNBOOKS)[number];
