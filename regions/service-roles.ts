import type { Topology } from "./topology/model";

/**
 * Services whose role in the account can be made before they need it. Each is made once for all regions; making one that
 * stands is an error. Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
 * (service-linked roles), and the page of each in aws/quotas/roles.ts.
 */
export const LINKABLE = [
  "autoscaling.amazonaws.com",
  "eks.amazonaws.com",
  "eks-nodegroup.amazonaws.com",
  "elasticache.amazonaws.com",
  "elasticloadbalancing.amazonaws.com",
  "elasticmapreduce.amazonaws.com",
  "opensearchservice.amazonaws.com",
  "redshift.amazonaws.com",
  "spot.amazonaws.com",
] as const;

export type Linkable = (typeof LINKABLE)[number];

/** The roles of these that the regions of a topology need. */
export function linkedRolesOf({
  cache,
  etl,
  warehouse,
}: Pick<Topology, "cache" | "etl" | "warehouse">): readonly Linkable[] {
  const spared: Partial<Record<Linkable, boolean>> = {
    "elasticache.amazonaws.com": cache.engine === "memcached",
    "elasticmapreduce.amazonaws.com": etl.mode === "serverless",
    "redshift.amazonaws.com": warehouse.mode === "serverless",
  };
  return LINKABLE.filter((service) => spared[service] !== true);
}
