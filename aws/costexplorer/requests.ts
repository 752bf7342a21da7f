import { UNKNOWN } from "../value";
import { fromJson, request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:costexplorer/anomalyMonitor:AnomalyMonitor": type(
    request("ce:CreateAnomalyMonitor", {
      name: "AnomalyMonitor.MonitorName",
      monitorDimension: "AnomalyMonitor.MonitorDimension",
      monitorSpecification: fromJson("AnomalyMonitor.MonitorSpecification"),
      monitorType: "AnomalyMonitor.MonitorType",
      tags: "ResourceTags",
    }),
  ),
  "aws:costexplorer/anomalySubscription:AnomalySubscription": type(
    request(
      "ce:CreateAnomalySubscription",
      {
        accountId: "AnomalySubscription.AccountId",
        frequency: "AnomalySubscription.Frequency",
        monitorArnLists: "AnomalySubscription.MonitorArnList",
        name: "AnomalySubscription.SubscriptionName",
        subscribers: "AnomalySubscription.Subscribers",
        thresholdExpression: "AnomalySubscription.ThresholdExpression",
        ...Object.fromEntries(
          ["", "ands.", "not.", "ors."].map((part) => [`thresholdExpression.${part}costCategory`, "CostCategories"]),
        ),
        "thresholdExpression.ands": "And",
        "thresholdExpression.ors": "Or",
        tags: "ResourceTags",
      },
      { adds: { AnomalySubscription: { SubscriptionName: UNKNOWN } } },
    ),
  ),
};
