import type { FleetSize } from "../../regions/topology/model";
import type { TrafficProfile } from "../../regions/traffic";
import { BYTES } from "../kit/units";

/**
 * Bytes of one cached list: its key (prefix, version and 64-character pseudonym, some 95), the frame of its JSON (45) and
 * the engine's own of about 100 a key; then each item's id of 20 characters with its quotes and comma, and its score
 * (8 B as base64, 10.7). See list-cache.ts of the serving room.
 */
export const LIST_OVERHEAD_BYTES = 240;
export const LIST_ITEM_BYTES = 34;

/** Part of the users whose lists are worth keeping: with power-law activity a fifth makes most requests. */
export const HOT_USERS = 0.2;

/** Part of a node's memory left free for replication buffers and snapshots: ElastiCache's own `reserved-memory-percent`. */
export const RESERVED_MEMORY = 0.25;

/** Memory of a node, GiB: docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html */
export const NODE_MEMORY_GIB: Readonly<Record<string, number>> = {
  "cache.t4g.micro": 0.5,
  "cache.t4g.small": 1.37,
  "cache.t4g.medium": 3.09,
  "cache.m7g.large": 6.38,
  "cache.m7g.xlarge": 12.93,
  "cache.m7g.2xlarge": 26.04,
  "cache.r7g.large": 13.07,
  "cache.r7g.xlarge": 26.32,
  "cache.r7g.2xlarge": 52.82,
  "cache.r7g.4xlarge": 105.81,
};

export interface CacheSizing {
  readonly shards: number;
  readonly replicasPerShard: number;
}

/**
 * Shards that hold the hot lists:
 * `users x HOT_USERS x (LIST_OVERHEAD + LIST_ITEM x recommendationsPerUser) / (node memory x (1 - RESERVED_MEMORY))`.
 * At least one replica a shard: without one there is no automatic failover.
 */
export function planCache(
  traffic: TrafficProfile,
  size: FleetSize,
  nodeType: string,
  replicasPerShard: number,
): CacheSizing {
  const listBytes = LIST_OVERHEAD_BYTES + LIST_ITEM_BYTES * traffic.recommendationsPerUser;
  // An unknown type counts as the smallest of its class's production sizes.
  const usable = (NODE_MEMORY_GIB[nodeType] ?? 6.38) * BYTES.GiB * (1 - RESERVED_MEMORY);
  const need = Math.ceil((traffic.users * HOT_USERS * listBytes) / usable);
  return {
    shards: Math.max(size === "standard" ? 2 : 1, need),
    replicasPerShard: Math.max(1, replicasPerShard),
  };
}
