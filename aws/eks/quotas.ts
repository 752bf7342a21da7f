import { number, text } from "../value";
import { NODE_GROUP } from "../quotas/capacity";
import { each, grouped, perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

const EKS_QUOTAS = "https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html";

/** EKS. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "eks-clusters",
    service: "eks",
    code: "L-1194D53C",
    name: "Clusters",
    byDefault: 100,
    unit: "clusters",
    adjustable: true,
    source: EKS_QUOTAS,
    types: ["aws:eks/cluster:Cluster"],
  }),
  {
    id: "eks-node-groups",
    service: "eks",
    code: "L-6D54EA21",
    name: "Managed node groups per cluster",
    byDefault: 30,
    unit: "groups",
    adjustable: true,
    scope: "resource",
    source: EKS_QUOTAS,
    counts: "by cluster",
    types: [NODE_GROUP],
    count: (plan) => grouped(plan.of(NODE_GROUP), ({ inputs }) => text(inputs, "clusterName") ?? "a cluster"),
  },
  {
    id: "eks-nodes",
    service: "eks",
    code: "L-BD136A63",
    name: "Nodes per managed node group",
    byDefault: 450,
    unit: "nodes",
    adjustable: true,
    scope: "resource",
    source: EKS_QUOTAS,
    counts: "the group's maximum",
    types: [NODE_GROUP],
    count: (plan) => each(plan.of(NODE_GROUP), ({ inputs }) => number(inputs, "scalingConfig.maxSize")),
  },
];
