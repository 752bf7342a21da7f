import { finding, type Finding } from "../kit/refuse";
import { wantNumber } from "../kit/want";
import type { AlarmSpec } from "./alarm-spec";
import type { CacheHealth, Targets } from "./targets";
import type { Metric } from "./widgets";

/** Metrics that one alarm's expression may use: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
export const METRICS_PER_ALARM = 10;

/** A quarter of an hour: a cache that fills again after a failover has long passed its worst by then. */
const QUARTER_HOUR = { periodSeconds: 300, periods: 3, datapoints: 3 } as const;

/**
 * What CloudWatch calls the same thing for each engine:
 * docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html and CacheMetrics.Memcached.html.
 * Memcached says its memory in bytes only, and has no replicas.
 */
const REPLICATED = { hits: "CacheHits", misses: "CacheMisses", cpu: "EngineCPUUtilization" } as const;
const METRICS = {
  valkey: REPLICATED,
  redis: REPLICATED,
  memcached: { hits: "GetHits", misses: "GetMisses", cpu: "CPUUtilization" },
} as const;

/**
 * What keeps a cache worth having, beside its evictions: hits, memory, processors, and how far replicas are behind.
 * None unless `cacheHealth` is given. All are tickets: the table answers whatever the cache cannot.
 */
export function cacheAlarms<T>({ cacheHealth, cacheNodes }: Targets<T>): AlarmSpec<T>[] {
  if (cacheHealth === undefined) return [];
  const names = METRICS[cacheHealth.engine];
  const replicated = cacheHealth.engine !== "memcached";
  return [
    ...hitRate(cacheHealth, cacheNodes, names),
    ...highest(cacheNodes, names.cpu, {
      id: "cache-cpu",
      promise: `No cache node computes more than ${cacheHealth.cpuPercent ?? DEFAULTS.cpuPercent} % of the time`,
      threshold: cacheHealth.cpuPercent ?? DEFAULTS.cpuPercent,
    }),
    ...(replicated ? replicatedAlarms(cacheHealth, cacheNodes) : []),
  ];
}

/** What an alarm holds unless it is told else: percent, and seconds of lag. */
const DEFAULTS = {
  /** Lists live for hours and users come back within minutes: below this the cache saves little. */
  hitPercent: 50,
  /** Room for a snapshot's copies on write: docs.aws.amazon.com/AmazonElastiCache/latest/dg/BestPractices.BGSAVE.html */
  memoryPercent: 90,
  /** docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html */
  cpuPercent: 90,
  lagSeconds: 5,
} as const;

/** Findings about what is expected of a cache, by path; none of what is not asked for. */
export function checkCacheHealth(health: CacheHealth | undefined): Finding[] {
  if (health === undefined) return [];
  const { engine } = health;
  const only = (name: "memoryPercent" | "lagSeconds"): Finding[] =>
    engine === "memcached" && health[name] !== undefined
      ? [finding(`targets.cacheHealth.${name}`, "nothing: Memcached does not report it", health[name])]
      : [];
  return [
    ...(["hitPercent", "memoryPercent", "cpuPercent"] as const).flatMap((name) =>
      wantNumber(`targets.cacheHealth.${name}`, health[name] ?? DEFAULTS[name], "percent", { min: 1, max: 99 }),
    ),
    ...wantNumber("targets.cacheHealth.lagSeconds", health.lagSeconds ?? DEFAULTS.lagSeconds, "seconds", { min: 1 }),
    ...only("memoryPercent"),
    ...only("lagSeconds"),
  ];
}

/** Of all requests for a key, together over the nodes of an alarm: a shard alone has hot keys or none. */
function hitRate<T>(
  health: CacheHealth,
  nodes: readonly T[],
  { hits, misses }: { readonly hits: string; readonly misses: string },
): AlarmSpec<T>[] {
  const wanted = health.hitPercent ?? DEFAULTS.hitPercent;
  return chunks(nodes, METRICS_PER_ALARM / 2).map((some, index): AlarmSpec<T> => {
    const found = some.map((_, node) => `m${node}`).join(" + ");
    const missed = some.map((_, node) => `m${some.length + node}`).join(" + ");
    return {
      id: `cache-misses-${index + 1}`,
      runbook: "cache-misses",
      severity: "ticket",
      promise: `The cache has at least ${wanted} % of the lists that it is asked for`,
      metrics: [hits, misses].flatMap((name) => some.map((node) => metricOf(node, name, "Sum"))),
      // Without a request nothing is missed.
      expression: `IF(${found} + ${missed} > 0, 100 * (${missed}) / (${found} + ${missed}), 0)`,
      threshold: 100 - wanted,
      comparison: "GreaterThanThreshold",
      missing: "notBreaching",
      ...QUARTER_HOUR,
    };
  });
}

function replicatedAlarms<T>(health: CacheHealth, nodes: readonly T[]): AlarmSpec<T>[] {
  const memory = health.memoryPercent ?? DEFAULTS.memoryPercent;
  const lag = health.lagSeconds ?? DEFAULTS.lagSeconds;
  return [
    ...highest(nodes, "DatabaseMemoryUsagePercentage", {
      id: "cache-memory",
      promise: `No cache node uses more than ${memory} % of its memory`,
      threshold: memory,
    }),
    // A primary reports none, so all nodes can be asked, whichever are primaries after a failover.
    ...highest(nodes, "ReplicationLag", {
      id: "cache-lag",
      promise: `No replica of the cache is more than ${lag} s behind its primary`,
      threshold: lag,
    }),
  ];
}

/** The highest of a metric over the nodes of each alarm. */
function highest<T>(
  nodes: readonly T[],
  metric: string,
  alarm: {
    readonly id: "cache-cpu" | "cache-lag" | "cache-memory";
    readonly promise: string;
    readonly threshold: number;
  },
): AlarmSpec<T>[] {
  return chunks(nodes, METRICS_PER_ALARM).map((some, index): AlarmSpec<T> => ({
    id: `${alarm.id}-${index + 1}`,
    runbook: alarm.id,
    severity: "ticket",
    promise: alarm.promise,
    metrics: some.map((node) => metricOf(node, metric, "Maximum")),
    ...(some.length > 1 ? { expression: "MAX(METRICS())" } : {}),
    threshold: alarm.threshold,
    comparison: "GreaterThanThreshold",
    missing: "notBreaching",
    ...QUARTER_HOUR,
  }));
}

function metricOf<T>(node: T, name: string, stat: string): Metric<T> {
  return { namespace: "AWS/ElastiCache", name, dimensions: { CacheClusterId: node }, stat };
}

/** A list in parts of at most `size`. */
export function chunks<U>(list: readonly U[], size: number): U[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
