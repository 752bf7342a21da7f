import type { Rule } from "../kit/rule";
import { isOn, isSet } from "../kit/value";

const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const CLUSTER = "aws:elasticache/cluster:Cluster";

/** R1. */
export const elasticacheAutomaticFailover: Rule = {
  id: "R1",
  name: "elasticache-automatic-failover",
  title: "ElastiCache replication groups fail over by themselves",
  severity: "medium",
  level: "mandatory",
  source: ["ElastiCache.3"],
  why: "Without it a lost primary leaves the cache unwritable until somebody promotes a replica by hand.",
  fix: "Set automaticFailoverEnabled to true, with at least two nodes (numCacheClusters, or replicasPerNodeGroup 1).",
  spares:
    "Secondary groups of a global datastore, which follow their primary; memcached; caches inside a replication group.",
  types: [GROUP, CLUSTER],
  check(resource, judge) {
    const { props } = resource;
    if (resource.type === CLUSTER) {
      const alone = props["engine"] === "redis" || props["engine"] === "valkey";
      if (alone && !isSet(props["replicationGroupId"])) {
        judge.against(resource, "replicationGroupId", "a replication group: a single node cannot fail over");
      }
      return;
    }
    if (isSet(props["globalReplicationGroupId"])) return;
    judge.require(isOn(props["automaticFailoverEnabled"]), resource, "automaticFailoverEnabled", "true");
  },
};
