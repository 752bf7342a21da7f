import { perRegion } from "./quota";
import type { Quota } from "./quota";

/** CloudWatch and its logs. */
export const OBSERVE: readonly Quota[] = [
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
