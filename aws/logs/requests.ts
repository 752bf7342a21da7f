import { UNKNOWN } from "../value";
import { json, request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:cloudwatch/logDelivery:LogDelivery": type(request("logs:CreateDelivery")),
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": type(request("logs:PutDeliveryDestination")),
  "aws:cloudwatch/logDeliverySource:LogDeliverySource": type(request("logs:PutDeliverySource")),
  "aws:cloudwatch/logGroup:LogGroup": type(
    [
      request("logs:CreateLogGroup", { name: "logGroupName" }, { adds: { logGroupName: UNKNOWN } }),
      request(
        "logs:PutRetentionPolicy",
        { name: "logGroupName", retentionInDays: "retentionInDays" },
        { adds: { logGroupName: UNKNOWN }, when: ["retentionInDays"] },
      ),
    ],
    { skipDestroy: "said when the group is taken away" },
  ),
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": type(
    request(
      "logs:PutMetricFilter",
      {
        name: "filterName",
        pattern: "filterPattern",
        "metricTransformation.name": "metricName",
        "metricTransformation.namespace": "metricNamespace",
        "metricTransformation.value": "metricValue",
      },
      // A pattern that lets everything through is empty, and sent.
      { adds: { filterName: UNKNOWN, filterPattern: "" } },
    ),
  ),
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": type(
    request("logs:PutResourcePolicy", { policyDocument: json("policyDocument") }),
  ),
  "aws:cloudwatch/logStream:LogStream": type(request("logs:CreateLogStream", { name: "logStreamName" })),
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": type(
    request(
      "logs:PutSubscriptionFilter",
      { logGroup: "logGroupName", name: "filterName" },
      { adds: { filterName: UNKNOWN, filterPattern: "" } },
    ),
  ),
};
