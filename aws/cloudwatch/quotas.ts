import { perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** CloudWatch. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "cloudwatch-alarms",
    service: "monitoring",
    code: undefined,
    name: "Alarms per account and Region",
    byDefault: 5000,
    unit: "alarms",
    adjustable: true,
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html",
    counts: "metric and composite alarms",
    types: ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"],
  }),
];
