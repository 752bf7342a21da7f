import { z } from "zod";
import { defined, integer, oneOf, text } from "./kit";
import type { BySize, Filled, FleetSize, Given } from "./kit";

/**
 * Why there is no global datastore. Its secondary regions take reads only, so that a list that one of them misses cannot be
 * kept there, and none is promoted unless someone calls for it
 * (docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html). A cache is a copy of the
 * tables, and those are in every region already.
 */
const NO_DATASTORE =
  "regional, where each region fills its own cache from the tables that it has already and so survives alone: " +
  "the secondaries of a global datastore take no writes, and none is promoted by itself when the primary is lost";

// A replication group takes 0 to 5 replicas a shard (CreateReplicationGroup, ReplicasPerNodeGroup).
const REPLICAS = { min: 0, max: 5 };

/** Each region's cache of lists. */
export const cacheSchema = z
  .strictObject({
    engine: oneOf("valkey", "redis", "memcached").optional(),
    mode: z
      .enum(["regional"], { error: ({ input }) => (input === "global-datastore" ? NO_DATASTORE : "regional") })
      .optional()
      .describe("Each region fills a cache of its own from its replica of the tables."),
    nodeType: text("a cache node type like cache.r7g.large", /^cache\.[a-z0-9-]+\.[a-z0-9-]+$/).optional(),
    replicasPerShard: integer(REPLICAS.min, REPLICAS.max).optional(),
  })
  .optional();

export type CachePlan = Filled<typeof cacheSchema>;

const DEFAULTS: BySize<CachePlan> = {
  small: { engine: "valkey", mode: "regional", nodeType: "cache.t4g.small", replicasPerShard: 1 },
  standard: { engine: "valkey", mode: "regional", nodeType: "cache.r7g.large", replicasPerShard: 2 },
};

export function planCache(given: Given<typeof cacheSchema>, size: FleetSize): CachePlan {
  return { ...DEFAULTS[size], ...defined(given) };
}
