import type { CallNode, CallPlace, CallRow } from "../call";
import { assumes, at, delivers, deliveryKey, given, onBehalfOf, serviceOf } from "../call-kit";
import type { Value } from "../value";

const TARGET = ["aws:cloudwatch/eventTarget:EventTarget"];
const EVENTS = { service: "events.amazonaws.com" };
const POLICIES = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html";
const ROLES = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-iam-roles.html";
const DEAD = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html";

const rule = ({ inputs }: CallNode, place: CallPlace): Value => {
  const name = at(inputs, "rule");
  const bus = at(inputs, "eventBusName");
  if (typeof name !== "string" || name.startsWith("arn:")) return name;
  return place.arn("events", typeof bus === "string" && bus !== "default" ? `rule/${bus}/${name}` : `rule/${name}`);
};

/** Targets that EventBridge reaches by their own policy. */
const direct = (node: CallNode, service: string): readonly Value[] =>
  given(node, "arn").filter((arn) => serviceOf(arn) === service && at(node.inputs, "roleArn") === undefined);
const toService =
  (service: string): CallRow["calls"] =>
  (node, place) =>
    direct(node, service).flatMap((target) => delivers(EVENTS, target, onBehalfOf(place, rule(node, place))));

export const calls: readonly CallRow[] = [
  {
    id: "events-target-queue",
    types: TARGET,
    property: "arn",
    title: "A rule sends to its queue",
    source: POLICIES,
    calls: toService("sqs"),
  },
  {
    id: "events-target-topic",
    types: TARGET,
    property: "arn",
    title: "A rule publishes to its topic",
    source: POLICIES,
    calls: toService("sns"),
  },
  {
    id: "events-target-function",
    types: TARGET,
    property: "arn",
    title: "A rule invokes its function",
    source: POLICIES,
    calls: toService("lambda"),
  },
  {
    id: "events-target-log-group",
    types: TARGET,
    property: "arn",
    title: "A rule writes to its log group",
    source: POLICIES,
    calls: toService("logs"),
  },
  {
    id: "events-target-key",
    types: TARGET,
    property: "arn",
    title: "A rule uses the key of its queue or topic",
    source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html",
    calls: (node, place) =>
      [...direct(node, "sqs"), ...direct(node, "sns")].flatMap((target) =>
        deliveryKey(place, EVENTS, target, onBehalfOf(place, rule(node, place))),
      ),
  },
  assumes(
    { id: "events-target-role", types: TARGET, property: "roleArn", source: ROLES },
    { service: "events.amazonaws.com" },
  ),
  {
    id: "events-target-by-role",
    types: TARGET,
    property: "roleArn",
    title: "A rule's role calls its target",
    source: ROLES,
    calls: (node, place) =>
      given(node, "roleArn").flatMap((role) =>
        given(node, "arn").flatMap((target) => [
          ...delivers({ role }, target),
          ...deliveryKey(place, { role }, target),
        ]),
      ),
  },
  {
    id: "events-dead-letters",
    types: TARGET,
    property: "deadLetterConfig.arn",
    title: "A rule sends what it could not deliver to its dead-letter queue",
    source: DEAD,
    calls: (node, place) =>
      given(node, "deadLetterConfig.arn").flatMap((queue) =>
        delivers(EVENTS, queue, onBehalfOf(place, rule(node, place))),
      ),
  },
  {
    id: "events-dead-letters-key",
    types: TARGET,
    property: "deadLetterConfig.arn",
    title: "A rule uses the key of its dead-letter queue",
    source: DEAD,
    calls: (node, place) =>
      given(node, "deadLetterConfig.arn").flatMap((queue) =>
        deliveryKey(place, EVENTS, queue, onBehalfOf(place, rule(node, place))),
      ),
  },
  assumes(
    {
      id: "events-api-destination-role",
      types: ["aws:pipes/pipe:Pipe"],
      property: "roleArn",
      source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html",
    },
    { service: "pipes.amazonaws.com" },
  ),
  {
    id: "events-bus-key",
    types: ["aws:cloudwatch/eventBus:EventBus"],
    property: "kmsKeyIdentifier",
    title: "EventBridge uses the bus's key",
    source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html",
    calls: (node, place) =>
      given(node, "kmsKeyIdentifier").flatMap((key) => {
        const resource = place.key(key);
        return resource === undefined
          ? []
          : [
              {
                caller: EVENTS,
                actions: ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
                resource,
                context: {
                  ...onBehalfOf(place, place.arnOf(node)),
                  "kms:EncryptionContext:aws:events:event-bus:arn": place.arnOf(node),
                },
              },
            ];
      }),
  },
];
