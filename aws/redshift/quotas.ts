import { number, text } from "../value";
import { each, perRegion, sum } from "../quotas/quota";
import type { PlannedResource, Quota } from "../quotas/quota";

const WAREHOUSE = "aws:redshift/cluster:Cluster";
const REDSHIFT_QUOTAS = "https://docs.aws.amazon.com/redshift/latest/mgmt/amazon-redshift-limits.html";
const warehouseNodes = ({ inputs }: PlannedResource): number => number(inputs, "numberOfNodes") ?? 1;

/** Redshift. */
export const quotas: readonly Quota[] = [
  perRegion(
    {
      id: "redshift-nodes",
      service: "redshift",
      code: "L-F9D462EE",
      name: "Nodes",
      byDefault: 200,
      unit: "nodes",
      adjustable: true,
      source: REDSHIFT_QUOTAS,
      counts: "compute nodes of all clusters",
      types: [WAREHOUSE],
    },
    warehouseNodes,
  ),
  {
    id: "redshift-ra3-nodes-per-cluster",
    service: "redshift",
    code: "L-93AC8AE6",
    name: "RA3 nodes in a cluster",
    byDefault: 128,
    unit: "nodes",
    adjustable: true,
    scope: "resource",
    source: REDSHIFT_QUOTAS,
    counts: "by cluster of RA3 nodes",
    types: [WAREHOUSE],
    count: (plan) =>
      each(
        plan.of(WAREHOUSE).filter(({ inputs }) => text(inputs, "nodeType")?.startsWith("ra3.") === true),
        warehouseNodes,
      ),
  },
  {
    id: "redshift-snapshots",
    service: "redshift",
    code: "L-2E428669",
    name: "Snapshots",
    byDefault: 20,
    unit: "manual snapshots",
    adjustable: true,
    scope: "region",
    source: REDSHIFT_QUOTAS,
    counts: "the final snapshot of each cluster that leaves one; automated ones do not count",
    types: [WAREHOUSE],
    count: (plan) => sum(plan.of(WAREHOUSE).filter(({ inputs }) => inputs["skipFinalSnapshot"] !== true)),
  },
  perRegion({
    id: "redshift-subnet-groups",
    service: "redshift",
    code: "L-BE12F428",
    name: "Subnet groups",
    byDefault: 20,
    unit: "groups",
    adjustable: true,
    source: REDSHIFT_QUOTAS,
    types: ["aws:redshift/subnetGroup:SubnetGroup"],
  }),
  perRegion({
    id: "redshift-parameter-groups",
    service: "redshift",
    code: undefined,
    name: "Parameter groups",
    byDefault: 20,
    unit: "groups",
    adjustable: false,
    source: REDSHIFT_QUOTAS,
    types: ["aws:redshift/parameterGroup:ParameterGroup"],
  }),
];
