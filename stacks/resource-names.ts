import { nameOf } from "../components/kit/names";
import type { Scope } from "../components/kit/scope";
import type { WORLD_TABLES, ZONE_TABLES } from "../components/tables/specs";
import type { Residency, Topology } from "../regions/topology/model";
import type { BucketNames, TableNames } from "../contracts/outputs/names";
import { homeScope, zoneScope } from "./scope";
import type { StackOptions } from "./scope";

/** Scope of what has no residency zone, since it holds no personal data: `world` takes the zone's place in names. */
export function worldScope(topology: Topology, options: StackOptions): Scope {
  return { ...homeScope(topology, options), zone: "world" };
}

/** Names of a zone's tables, as the foundation gives them: computed, so that no stack waits for another's outputs. */
export function tableNames(topology: Topology, residency: Residency, options: StackOptions): TableNames {
  const zone = zoneScope(topology, residency, options);
  const inZone = (part: (typeof ZONE_TABLES)[number]["part"]): string => nameOf(zone, part, "table");
  const inWorld = (part: (typeof WORLD_TABLES)[number]["part"]): string =>
    nameOf(worldScope(topology, options), part, "table");
  return {
    recommendations: inZone("recommendations"),
    models: inZone("models"),
    profiles: inZone("profiles"),
    shards: inZone("shards"),
    flags: inWorld("flags"),
  };
}

/** Names of a region's buckets. */
export function bucketNames(scope: Scope): BucketNames {
  const bucket = (part: string): string => nameOf(scope, part, "bucket");
  return {
    raw: bucket("raw"),
    bronze: bucket("bronze"),
    silver: bucket("silver"),
    gold: bucket("gold"),
    quarantine: bucket("quarantine"),
    results: bucket("results"),
    artifacts: bucket("artifacts"),
  };
}
