import type { CallRow } from "../call";
import { delivers, deliveryKey, list, onBehalfOf } from "../call-kit";
import type { CallNode } from "../call";

const BUDGET = ["aws:budgets/budget:Budget"];
const SOURCE = "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html";
const BUDGETS = { service: "budgets.amazonaws.com" };

const topics = ({ inputs }: CallNode) =>
  list(inputs, "notifications").flatMap((one) => list(one, "subscriberSnsTopicArns"));

export const calls: readonly CallRow[] = [
  {
    id: "budgets-topic",
    types: BUDGET,
    property: "notifications",
    title: "A budget publishes to its topic",
    source: SOURCE,
    calls: (node, place) =>
      topics(node).flatMap((topic) => delivers(BUDGETS, topic, onBehalfOf(place, place.arnOf(node)))),
  },
  {
    id: "budgets-topic-key",
    types: BUDGET,
    property: "notifications",
    title: "A budget uses its topic's key",
    source: SOURCE,
    calls: (node, place) =>
      topics(node).flatMap((topic) => deliveryKey(place, BUDGETS, topic, onBehalfOf(place, place.arnOf(node)))),
  },
  {
    id: "budgets-anomaly-topic",
    types: ["aws:costexplorer/anomalySubscription:AnomalySubscription"],
    property: "subscribers",
    title: "Cost anomaly detection publishes to its topic",
    source: "https://docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html",
    calls: ({ inputs }, place) =>
      list(inputs, "subscribers").flatMap((one) =>
        typeof one === "object" && one !== null && "address" in one
          ? delivers({ service: "costalerts.amazonaws.com" }, one["address"], {
              "aws:SourceAccount": place.account,
            })
          : [],
      ),
  },
];
