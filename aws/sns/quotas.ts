import { perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** SNS. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "sns-topics",
    service: "sns",
    code: "L-61103206",
    name: "Topics per Account",
    byDefault: 100_000,
    unit: "topics",
    adjustable: true,
    source: "https://docs.aws.amazon.com/general/latest/gr/sns.html",
    types: ["aws:sns/topic:Topic"],
  }),
];
