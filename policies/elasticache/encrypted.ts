import type { Rule } from "../kit/rule";
import { isOn, isSet } from "../kit/value";

/** R2. */
export const elasticacheEncrypted: Rule = {
  id: "R2",
  name: "elasticache-encrypted",
  title: "ElastiCache is encrypted at rest and in transit",
  severity: "high",
  level: "mandatory",
  source: ["ElastiCache.4", "ElastiCache.5"],
  why: "The cache holds what users are recommended, and neither flag can be turned on later without a new group.",
  fix: "Set atRestEncryptionEnabled and transitEncryptionEnabled to true.",
  spares: "Secondary groups of a global datastore: AWS refuses these properties there, they come from the primary.",
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  check(group, judge) {
    if (isSet(group.props["globalReplicationGroupId"])) return;
    for (const flag of ["atRestEncryptionEnabled", "transitEncryptionEnabled"]) {
      judge.require(isOn(group.props[flag]), group, flag, "true");
    }
  },
};
