import { isBlock, list, UNKNOWN } from "../value";
import type { Properties, Value } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

/** One filter after another, as AWS's map from a dimension to its values. */
function filters(costFilters: Value): Value {
  return Object.fromEntries(
    list(costFilters, "").flatMap((filter) => {
      if (!isBlock(filter) || typeof filter["name"] !== "string") return [];
      return [[filter["name"], filter["values"]] as const];
    }),
  );
}

/** Who is told, by mail and by topic, as AWS's one list of subscribers. */
function subscribers({ subscriberEmailAddresses, subscriberSnsTopicArns }: Properties): Value {
  const of = (SubscriptionType: string, addresses: Value): readonly Value[] =>
    addresses === undefined ? [] : list({ addresses }, "addresses").map((Address) => ({ SubscriptionType, Address }));
  return [...of("EMAIL", subscriberEmailAddresses), ...of("SNS", subscriberSnsTopicArns)];
}

const NOTIFICATION = "Notification";
const told = turned("Subscribers", (_addresses, _inputs, block) => subscribers(block));

export const requests: RequestTable = {
  "aws:budgets/budget:Budget": type(
    request(
      "budgets:CreateBudget",
      {
        name: "Budget.BudgetName",
        autoAdjustData: "Budget.AutoAdjustData",
        billingViewArn: "Budget.BillingViewArn",
        budgetType: "Budget.BudgetType",
        costTypes: "Budget.CostTypes",
        filterExpression: "Budget.FilterExpression",
        limitAmount: "Budget.BudgetLimit.Amount",
        limitUnit: "Budget.BudgetLimit.Unit",
        metrics: "Budget.Metrics",
        plannedLimits: turned("Budget.PlannedBudgetLimits", () => UNKNOWN),
        timePeriodStart: "Budget.TimePeriod.Start",
        timePeriodEnd: "Budget.TimePeriod.End",
        timeUnit: "Budget.TimeUnit",
        costFilters: turned("Budget.CostFilters", (value) => filters({ "": value })),
        notifications: "NotificationsWithSubscribers",
        "notifications.comparisonOperator": `${NOTIFICATION}.ComparisonOperator`,
        "notifications.notificationType": `${NOTIFICATION}.NotificationType`,
        "notifications.threshold": `${NOTIFICATION}.Threshold`,
        "notifications.thresholdType": `${NOTIFICATION}.ThresholdType`,
        "notifications.subscriberEmailAddresses": told,
        "notifications.subscriberSnsTopicArns": told,
        tags: "ResourceTags",
      },
      { adds: { AccountId: UNKNOWN, Budget: { BudgetName: UNKNOWN } } },
    ),
  ),
};
