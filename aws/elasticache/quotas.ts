import { number } from "../value";
import { each, perRegion } from "../quotas/quota";
import type { PlannedResource, Quota } from "../quotas/quota";

const CACHE = "aws:elasticache/replicationGroup:ReplicationGroup";
const ELASTICACHE_QUOTAS = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html";
/** Nodes of a replication group: shards times a primary and its replicas. */
const cacheNodes = ({ inputs }: PlannedResource): number =>
  number(inputs, "numCacheClusters") ??
  (number(inputs, "numNodeGroups") ?? 1) * (1 + (number(inputs, "replicasPerNodeGroup") ?? 0));

/** ElastiCache. */
export const quotas: readonly Quota[] = [
  perRegion(
    {
      id: "elasticache-nodes",
      service: "elasticache",
      code: "L-DFE45DF3",
      name: "Nodes per Region",
      byDefault: 300,
      unit: "nodes",
      adjustable: true,
      source: ELASTICACHE_QUOTAS,
      counts: "shards times a primary and its replicas",
      types: [CACHE],
    },
    cacheNodes,
  ),
  {
    id: "elasticache-nodes-per-cluster",
    service: "elasticache",
    code: "L-AF354865",
    name: "Nodes per cluster (cluster mode enabled)",
    byDefault: 90,
    unit: "nodes",
    adjustable: true,
    scope: "resource",
    source: ELASTICACHE_QUOTAS,
    counts: "by replication group",
    types: [CACHE],
    count: (plan) => each(plan.of(CACHE), cacheNodes),
  },
  perRegion({
    id: "elasticache-parameter-groups",
    service: "elasticache",
    code: "L-3F15A733",
    name: "Parameter groups per Region",
    byDefault: 300,
    unit: "groups",
    adjustable: true,
    source: ELASTICACHE_QUOTAS,
    types: ["aws:elasticache/parameterGroup:ParameterGroup"],
  }),
  perRegion({
    id: "elasticache-subnet-groups",
    service: "elasticache",
    code: "L-3E7F7726",
    name: "Subnet groups per Region",
    byDefault: 300,
    unit: "groups",
    adjustable: true,
    source: ELASTICACHE_QUOTAS,
    types: ["aws:elasticache/subnetGroup:SubnetGroup"],
  }),
  perRegion({
    id: "elasticache-users",
    service: "elasticache",
    code: "L-80E085C7",
    name: "Users per Region",
    byDefault: 2000,
    unit: "users",
    adjustable: true,
    source: ELASTICACHE_QUOTAS,
    types: ["aws:elasticache/user:User"],
  }),
];
