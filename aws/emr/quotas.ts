import { EMR_CLUSTER, EMR_FLEET, EMR_SCALING, emrCapacities } from "../quotas/capacity";
import { perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

const EMR_QUOTAS = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-service-limits-what-are.html";

/** EMR. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "emr-clusters",
    service: "elasticmapreduce",
    code: "L-1EE7982C",
    name: "The maximum number of active clusters can be run at the same time",
    byDefault: 500,
    unit: "clusters",
    adjustable: true,
    source: EMR_QUOTAS,
    types: [EMR_CLUSTER],
  }),
  {
    id: "emr-instances",
    service: "elasticmapreduce",
    code: "L-77B909B1",
    name: "The maximum number of active instances per instance group",
    byDefault: 2000,
    unit: "instances",
    adjustable: true,
    scope: "resource",
    source: EMR_QUOTAS,
    counts: "primary nodes and workers, at most, by market",
    types: [EMR_CLUSTER, EMR_FLEET, EMR_SCALING],
    count: (plan) => emrCapacities(plan).map(({ resource, instances }) => ({ amount: instances, of: resource })),
  },
];
