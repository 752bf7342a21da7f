import { elasticacheAutomaticFailover } from "../../../policies/elasticache/automaticFailover";
import { all, drop, set, spoilFlag } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const group = (props: object) =>
  resource("aws:elasticache/replicationGroup:ReplicationGroup", "hot", withUnknowns(props));
const cluster = (props: object) => resource("aws:elasticache/cluster:Cluster", "one", withUnknowns(props));
const FLAG = "automaticFailoverEnabled";

specify(elasticacheAutomaticFailover, {
  complainsOf: {
    "a group that says nothing": { by: [group({})], at: [FLAG] },
    "failover that is off": { by: [group({ [FLAG]: false })], at: [FLAG] },
    "a single Redis node": { by: [cluster({ engine: "redis" })], at: ["replicationGroupId"] },
  },
  accepts: { "failover that is on": [group({ [FLAG]: true })] },
  spares: {
    "a secondary of a global datastore": [group({ globalReplicationGroupId: "?" })],
    memcached: [cluster({ engine: "memcached" })],
    "a member of a replication group": [cluster({ engine: "redis", replicationGroupId: "?" })],
  },
  unknown: { "it complains of the flag": { by: [group({ [FLAG]: "?" })], at: [FLAG] } },
  mutants: {
    breaks: { "aws:elasticache/replicationGroup:ReplicationGroup": spoilFlag("automaticFailoverEnabled") },
    passes: {
      "aws:elasticache/replicationGroup:ReplicationGroup": [
        all(drop("automaticFailoverEnabled"), set("globalReplicationGroupId", "world")),
      ],
    },
  },
});
