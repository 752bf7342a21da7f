import type { CallRow } from "../call";
import { assumes, at, delivers, deliveryKey, given, json, onBehalfOf } from "../call-kit";
import type { CallNode } from "../call";
import type { Value } from "../value";

const SUBSCRIPTION = ["aws:sns/topicSubscription:TopicSubscription"];
const TOPIC = ["aws:sns/topic:Topic"];
const SNS = { service: "sns.amazonaws.com" };
const DEAD = "https://docs.aws.amazon.com/sns/latest/dg/sns-configure-dead-letter-queue.html";

const endpoint = (node: CallNode, protocol: string): readonly Value[] =>
  at(node.inputs, "protocol") === protocol ? given(node, "endpoint") : [];
const deadLetters = ({ inputs }: CallNode): readonly Value[] => {
  const queue = at(json(at(inputs, "redrivePolicy")), "deadLetterTargetArn");
  return queue === undefined ? [] : [queue];
};

export const calls: readonly CallRow[] = [
  {
    id: "sns-subscribed-queue",
    types: SUBSCRIPTION,
    property: "endpoint",
    title: "The topic sends to the subscribed queue",
    source: "https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html",
    calls: (node, place) =>
      endpoint(node, "sqs").flatMap((queue) => delivers(SNS, queue, onBehalfOf(place, at(node.inputs, "topic")))),
  },
  {
    id: "sns-subscribed-queue-key",
    types: SUBSCRIPTION,
    property: "endpoint",
    title: "The topic uses the key of the subscribed queue",
    source: "https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html",
    calls: (node, place) =>
      endpoint(node, "sqs").flatMap((queue) =>
        deliveryKey(place, SNS, queue, onBehalfOf(place, at(node.inputs, "topic"))),
      ),
  },
  {
    id: "sns-subscribed-function",
    types: SUBSCRIPTION,
    property: "endpoint",
    title: "The topic invokes the subscribed function",
    source: "https://docs.aws.amazon.com/sns/latest/dg/sns-lambda-as-subscriber.html",
    calls: (node, place) =>
      endpoint(node, "lambda").flatMap((target) => delivers(SNS, target, onBehalfOf(place, at(node.inputs, "topic")))),
  },
  assumes(
    {
      id: "sns-subscription-role",
      types: SUBSCRIPTION,
      property: "subscriptionRoleArn",
      source: "https://docs.aws.amazon.com/sns/latest/dg/prereqs-kinesis-data-firehose.html",
    },
    { service: "sns.amazonaws.com", account: "no" },
  ),
  {
    id: "sns-subscribed-stream",
    types: SUBSCRIPTION,
    property: "subscriptionRoleArn",
    title: "The subscription's role puts records into its delivery stream",
    source: "https://docs.aws.amazon.com/sns/latest/dg/prereqs-kinesis-data-firehose.html",
    calls: (node) =>
      endpoint(node, "firehose").map((resource) => ({
        caller: { role: at(node.inputs, "subscriptionRoleArn") },
        actions: [
          "firehose:DescribeDeliveryStream",
          "firehose:ListTagsForDeliveryStream",
          "firehose:PutRecord",
          "firehose:PutRecordBatch",
        ],
        resource,
      })),
  },
  {
    id: "sns-dead-letters",
    types: SUBSCRIPTION,
    property: "redrivePolicy",
    title: "The topic sends what it could not deliver to the dead-letter queue",
    source: DEAD,
    calls: (node, place) =>
      deadLetters(node).flatMap((queue) => delivers(SNS, queue, onBehalfOf(place, at(node.inputs, "topic")))),
  },
  {
    id: "sns-dead-letters-key",
    types: SUBSCRIPTION,
    property: "redrivePolicy",
    title: "The topic uses the key of the dead-letter queue",
    source: DEAD,
    calls: (node, place) =>
      deadLetters(node).flatMap((queue) => deliveryKey(place, SNS, queue, onBehalfOf(place, at(node.inputs, "topic")))),
  },
  assumes(
    {
      id: "sns-feedback-role",
      types: TOPIC,
      property: "sqsFailureFeedbackRoleArn",
      source: "https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html",
    },
    { service: "sns.amazonaws.com", account: "no" },
  ),
];
