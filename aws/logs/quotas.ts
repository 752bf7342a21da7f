import { perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** CloudWatch Logs. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "logs-groups",
    service: "logs",
    code: "L-C7B9AAAB",
    name: "Log groups",
    byDefault: 1_000_000,
    unit: "log groups",
    adjustable: true,
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html",
    types: ["aws:cloudwatch/logGroup:LogGroup"],
  }),
  perRegion({
    id: "logs-resource-policies",
    service: "logs",
    code: undefined,
    name: "Resource policies per Region",
    byDefault: 10,
    unit: "policies",
    adjustable: false,
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html",
    types: ["aws:cloudwatch/logResourcePolicy:LogResourcePolicy"],
  }),
];
