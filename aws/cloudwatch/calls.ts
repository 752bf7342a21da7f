import type { CallRow } from "../call";
import { assumes, at, delivers, deliveryKey, list, onBehalfOf } from "../call-kit";
import type { CallNode, CallPlace } from "../call";

const METRIC = "aws:cloudwatch/metricAlarm:MetricAlarm";
const ALARMS = [METRIC, "aws:cloudwatch/compositeAlarm:CompositeAlarm"];
const METRIC_STREAM = ["aws:cloudwatch/metricStream:MetricStream"];

const targets = ({ inputs }: CallNode, service: string): readonly string[] =>
  ["alarmActions", "okActions", "insufficientDataActions"].flatMap((property) =>
    list(inputs, property).filter((one): one is string => typeof one === "string" && one.includes(`:${service}:`)),
  );
/** A topic's default policy knows its publishers by their account. */
const behalf = (node: CallNode, place: CallPlace) => ({
  ...onBehalfOf(place, place.arnOf(node)),
  "aws:SourceOwner": place.account,
});

export const calls: readonly CallRow[] = [
  {
    id: "cloudwatch-alarm-topic",
    types: ALARMS,
    property: "alarmActions",
    title: "An alarm publishes to its topic",
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html",
    calls: (node, place) =>
      targets(node, "sns").flatMap((topic) =>
        delivers({ service: "cloudwatch.amazonaws.com" }, topic, behalf(node, place)),
      ),
  },
  {
    id: "cloudwatch-alarm-topic-key",
    types: ALARMS,
    property: "alarmActions",
    title: "An alarm uses its topic's key",
    source: "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    calls: (node, place) =>
      targets(node, "sns").flatMap((topic) =>
        deliveryKey(place, { service: "cloudwatch.amazonaws.com" }, topic, behalf(node, place)),
      ),
  },
  {
    id: "cloudwatch-alarm-function",
    types: ALARMS,
    property: "alarmActions",
    title: "An alarm invokes its function",
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html",
    calls: (node, place) =>
      targets(node, "lambda").flatMap((target) =>
        delivers({ service: "lambda.alarms.cloudwatch.amazonaws.com" }, target, behalf(node, place)),
      ),
  },
  assumes(
    {
      id: "cloudwatch-metric-stream-role",
      types: METRIC_STREAM,
      property: "roleArn",
      source:
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-trustpolicy.html",
    },
    { service: "streams.metrics.cloudwatch.amazonaws.com" },
  ),
  {
    id: "cloudwatch-metric-stream-target",
    types: METRIC_STREAM,
    property: "firehoseArn",
    title: "A metric stream's role puts records into its delivery stream",
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-trustpolicy.html",
    calls: ({ inputs }) => [
      {
        caller: { role: at(inputs, "roleArn") },
        actions: ["firehose:PutRecord", "firehose:PutRecordBatch"],
        resource: at(inputs, "firehoseArn"),
      },
    ],
  },
];
