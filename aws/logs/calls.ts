import type { CallRow } from "../call";
import {
  assumes,
  at,
  bucketKey,
  delivers,
  given,
  logGroupArn,
  onBehalfOf,
  thingKey,
  UNKNOWN,
  WRITE_KEY,
} from "../call-kit";
import type { CallNode, CallPlace } from "../call";
import type { Value } from "../value";

const GROUP = ["aws:cloudwatch/logGroup:LogGroup"];
const FILTER = ["aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"];
const DELIVERY = ["aws:cloudwatch/logDelivery:LogDelivery"];
const FILTER_SOURCE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html";
const V2_SOURCE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html";

/** Destination and source of a delivery: what it writes to, on whose behalf. */
function delivery(node: CallNode, place: CallPlace): { readonly target: Value; readonly source: Value } {
  const destination = at(node.inputs, "deliveryDestinationArn");
  const found = place.find(destination, "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination");
  const target =
    found === undefined ? UNKNOWN : at(found.inputs, "deliveryDestinationConfiguration.destinationResourceArn");
  const name = at(node.inputs, "deliverySourceName");
  return { target, source: typeof name === "string" ? place.arn("logs", `delivery-source:${name}`) : name };
}

const toBucket = (target: Value): target is string => typeof target === "string" && target.includes(":s3:::");

export const calls: readonly CallRow[] = [
  {
    id: "logs-group-key",
    types: GROUP,
    property: "kmsKeyId",
    title: "CloudWatch Logs uses the log group's key",
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    calls: (node, place) => {
      const [key] = given(node, "kmsKeyId");
      const resource = place.key(key);
      if (resource === undefined) return [];
      return [
        {
          caller: { service: `logs.${place.region}.${place.suffix}` },
          actions: [
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
            "kms:GenerateDataKey",
            "kms:DescribeKey",
          ],
          resource,
          context: { "kms:EncryptionContext:aws:logs:arn": logGroupArn(place, at(node.inputs, "name")) },
        },
      ];
    },
  },
  assumes(
    { id: "logs-subscription-role", types: FILTER, property: "roleArn", source: FILTER_SOURCE },
    { service: "logs.amazonaws.com" },
  ),
  {
    id: "logs-subscription-target",
    types: FILTER,
    property: "destinationArn",
    title: "A subscription's role puts records into its stream",
    source: FILTER_SOURCE,
    calls: (node, place) =>
      given(node, "roleArn").flatMap((role) =>
        given(node, "destinationArn").flatMap((target) => [
          ...delivers({ role }, target),
          ...thingKey(place, { role }, target, "kinesis", WRITE_KEY),
        ]),
      ),
  },
  {
    id: "logs-subscription-function",
    types: FILTER,
    property: "destinationArn",
    title: "CloudWatch Logs invokes the subscription's function",
    source: FILTER_SOURCE,
    calls: (node, place) => {
      const target = at(node.inputs, "destinationArn");
      if (typeof target !== "string" || !target.includes(":lambda:")) return [];
      const group = logGroupArn(place, at(node.inputs, "logGroup"));
      const source = typeof group === "string" ? `${group}:*` : group;
      return delivers({ service: "logs.amazonaws.com" }, target, onBehalfOf(place, source));
    },
  },
  {
    id: "logs-delivery-bucket",
    types: DELIVERY,
    property: "deliveryDestinationArn",
    title: "A delivery of logs writes to its bucket",
    source: V2_SOURCE,
    calls: (node, place) => {
      const { target, source } = delivery(node, place);
      if (!toBucket(target)) return [];
      const prefix = target.includes("/") ? target : `${target}/AWSLogs/${place.account}`;
      return [
        {
          caller: { service: "delivery.logs.amazonaws.com" },
          actions: ["s3:PutObject"],
          resource: `${prefix}/*`,
          context: { ...onBehalfOf(place, source), "s3:x-amz-acl": "bucket-owner-full-control" },
        },
      ];
    },
  },
  {
    id: "logs-delivery-bucket-key",
    types: DELIVERY,
    property: "deliveryDestinationArn",
    title: "A delivery of logs uses the key of its bucket",
    source: V2_SOURCE,
    calls: (node, place) => {
      const { target, source } = delivery(node, place);
      if (!toBucket(target)) return [];
      return bucketKey(place, { service: "delivery.logs.amazonaws.com" }, target, [...WRITE_KEY, "kms:Decrypt"], {
        context: onBehalfOf(place, source),
      });
    },
  },
  assumes(
    {
      id: "logs-destination-role",
      types: ["aws:cloudwatch/logDestination:LogDestination"],
      property: "roleArn",
      source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateDestination.html",
    },
    { service: "logs.amazonaws.com", account: "no" },
  ),
  {
    id: "logs-destination-target",
    types: ["aws:cloudwatch/logDestination:LogDestination"],
    property: "targetArn",
    title: "A destination's role puts records into its stream",
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateDestination.html",
    calls: (node, place) =>
      given(node, "roleArn").flatMap((role) =>
        given(node, "targetArn").flatMap((target) => [
          ...delivers({ role }, target),
          ...thingKey(place, { role }, target, "kinesis", WRITE_KEY),
        ]),
      ),
  },
];
