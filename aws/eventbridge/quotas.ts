import { perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

const RULE = "aws:cloudwatch/eventRule:EventRule";

/** EventBridge. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "events-rules",
    service: "events",
    code: "L-244521F2",
    name: "Number of rules",
    // Some regions have 100: docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    byDefault: 100,
    unit: "rules",
    adjustable: true,
    source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
    types: [RULE],
  }),
];
