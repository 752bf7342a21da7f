/** What one unit of capacity carries: the figures from which both the topology's checks and the rooms' plans count. */

/** One shard: docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const SHARD = { recordsPerSecond: 1000, bytesPerSecond: 1024 * 1024 } as const;

/** Part of a shard that is planned for: keys are users, so that load is uneven, and a reshard takes minutes. */
export const SHARD_UTILISATION = 0.7;

/**
 * Invocations that one inference instance answers in a second at its latency promise. A planning figure: a dot-product
 * re-rank of a few hundred candidates takes 5 to 10 ms of one of two cores. Replace by a load test.
 */
export const INVOCATIONS_PER_INSTANCE_SECOND = 100;

/** Shards = max(bytes/s / 1 MiB, records/s / 1000) / 0.7, rounded up; at least 1. */
export function shardsFor(load: { readonly records: number; readonly bytes: number }): number {
  const shards = Math.max(load.bytes / SHARD.bytesPerSecond, load.records / SHARD.recordsPerSecond) / SHARD_UTILISATION;
  return Math.max(1, Math.ceil(shards));
}
