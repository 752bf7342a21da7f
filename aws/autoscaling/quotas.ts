import { GROUP, NODE_GROUP } from "../quotas/capacity";
import { perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** EC2 Auto Scaling. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "autoscaling-groups",
    service: "autoscaling",
    code: "L-CDE20ADC",
    name: "Auto Scaling groups per region",
    byDefault: 500,
    unit: "groups",
    adjustable: true,
    source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html",
    counts: "each one, and one for each EKS node group",
    types: [GROUP, NODE_GROUP],
  }),
];
