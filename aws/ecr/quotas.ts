import { perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** ECR. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "ecr-repositories",
    service: "ecr",
    code: "L-CFEB8E8D",
    name: "Registered repositories",
    byDefault: 100_000,
    unit: "repositories",
    adjustable: true,
    source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html",
    types: ["aws:ecr/repository:Repository"],
  }),
];
