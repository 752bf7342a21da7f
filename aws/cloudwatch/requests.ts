import { UNKNOWN } from "../value";
import { request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": type(
    request(
      "cloudwatch:PutMetricAlarm",
      {
        name: "AlarmName",
        metricQueries: "Metrics",
        "metricQueries.metric": "MetricStat",
        "metricQueries.metric.dimensions": "Metric.Dimensions",
        "metricQueries.metric.metricName": "Metric.MetricName",
        "metricQueries.metric.namespace": "Metric.Namespace",
      },
      { adds: { AlarmName: UNKNOWN } },
    ),
  ),
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": type(
    request("cloudwatch:PutCompositeAlarm", {
      actionsSuppressor: "",
      "actionsSuppressor.alarm": "ActionsSuppressor",
      "actionsSuppressor.extensionPeriod": "ActionsSuppressorExtensionPeriod",
      "actionsSuppressor.waitPeriod": "ActionsSuppressorWaitPeriod",
    }),
  ),
  "aws:cloudwatch/dashboard:Dashboard": type(request("cloudwatch:PutDashboard")),
};
