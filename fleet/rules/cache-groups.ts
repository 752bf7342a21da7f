import { at, isSet, show, text, type GraphNode } from "../graph";
import type { FleetRule } from "./rule";

/** A global datastore has a primary and at most two secondaries: docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html */
const MOST_MEMBERS = 3;
/** What all members must share. */
const SHARED = ["nodeType", "engine", "engineVersion", "numNodeGroups"] as const;
/** Families that take part: M5, M6g, M7g, R5, R6g, R6gd, R7g and later, large and up (same page, "Prerequisites and limitations"). */
const FITS = /^cache\.(?:m[5-9]|r[5-9]|c7)[a-z]*\.(?!nano|micro|small|medium)/;

/** R3. */
export const cacheGroups: FleetRule = {
  id: "R3",
  name: "fleet-cache-groups",
  title: "Members of a global datastore are alike: one primary, at most two secondaries",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "ElastiCache refuses a member of another size or engine, and a secondary that is smaller than the primary evicts what it should hold.",
  fix: "Leave each region its own cache, or give all members one engine, version, node type and number of shards",
  spares: "Regional caches, which share nothing.",
  check({ graph }, judge) {
    const members = graph
      .of("aws:elasticache/replicationGroup:ReplicationGroup")
      .filter(({ inputs }) => isSet(at(inputs, "globalReplicationGroupId")));
    const globals = graph.of("aws:elasticache/globalReplicationGroup:GlobalReplicationGroup");
    const primaries = globals.flatMap((group) => {
      const id = text(group.inputs, "primaryReplicationGroupId");
      return graph
        .of("aws:elasticache/replicationGroup:ReplicationGroup")
        .filter(({ inputs }) => text(inputs, "replicationGroupId") === id);
    });
    const all: readonly GraphNode[] = [...primaries, ...members];
    const first = all[0];
    if (first === undefined) return;
    if (all.length > MOST_MEMBERS)
      judge.against(first, "globalReplicationGroupId", `at most ${MOST_MEMBERS} members`, String(all.length));
    for (const member of all) {
      const type = text(member.inputs, "nodeType") ?? text(first.inputs, "nodeType") ?? "";
      if (!FITS.test(type))
        judge.against(member, "nodeType", "a node type that global datastores take, such as cache.r7g.large", type);
      for (const property of SHARED) {
        const own = at(member.inputs, property);
        // A secondary takes what it does not say from the primary.
        if (isSet(own) && show(own) !== show(at(first.inputs, property))) {
          judge.against(member, property, `what the primary has: ${show(at(first.inputs, property))}`);
        }
      }
    }
  },
};
