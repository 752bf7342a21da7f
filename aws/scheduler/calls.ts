import type { CallRow } from "../call";
import { assumes, at, delivers, deliveryKey, given, json, keyCall, USE_KEY, via } from "../call-kit";
import { sdkCall } from "../sfn/tasks";

const SCHEDULE = ["aws:scheduler/schedule:Schedule"];
const SOURCE = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html";
const DEAD = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html";

export const calls: readonly CallRow[] = [
  assumes(
    { id: "scheduler-role", types: SCHEDULE, property: "target.roleArn", source: SOURCE },
    { service: "scheduler.amazonaws.com", roles: (node) => given(node, "target.roleArn") },
  ),
  {
    id: "scheduler-target",
    types: SCHEDULE,
    property: "target.arn",
    title: "A schedule's role calls its target",
    source: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html",
    calls: (node) =>
      given(node, "target.roleArn").flatMap((role) =>
        given(node, "target.arn").flatMap((target) => delivers({ role }, target)),
      ),
  },
  {
    id: "scheduler-universal-target",
    types: SCHEDULE,
    property: "target.arn",
    title: "A schedule's role makes the call that it names",
    source: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html",
    calls: (node, place) => {
      const target = at(node.inputs, "target.arn");
      const [, service = "", action = ""] =
        typeof target === "string" ? (/:scheduler:::aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)$/.exec(target) ?? []) : [];
      return service === ""
        ? []
        : sdkCall(service, action, json(at(node.inputs, "target.input")), place, {
            role: at(node.inputs, "target.roleArn"),
          });
    },
  },
  {
    id: "scheduler-target-key",
    types: SCHEDULE,
    property: "target.arn",
    title: "A schedule's role uses the key of its queue, topic or stream",
    source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    calls: (node, place) =>
      given(node, "target.roleArn").flatMap((role) =>
        given(node, "target.arn").flatMap((target) => deliveryKey(place, { role }, target)),
      ),
  },
  {
    id: "scheduler-dead-letters",
    types: SCHEDULE,
    property: "target.deadLetterConfig.arn",
    title: "A schedule's role sends what it could not deliver to its dead-letter queue",
    source: DEAD,
    calls: (node) =>
      given(node, "target.roleArn").flatMap((role) =>
        given(node, "target.deadLetterConfig.arn").flatMap((queue) => delivers({ role }, queue)),
      ),
  },
  {
    id: "scheduler-dead-letters-key",
    types: SCHEDULE,
    property: "target.deadLetterConfig.arn",
    title: "A schedule's role uses the key of its dead-letter queue",
    source: DEAD,
    calls: (node, place) =>
      given(node, "target.roleArn").flatMap((role) =>
        given(node, "target.deadLetterConfig.arn").flatMap((queue) => deliveryKey(place, { role }, queue)),
      ),
  },
  {
    id: "scheduler-key",
    types: SCHEDULE,
    property: "kmsKeyArn",
    title: "A schedule's role reads with the schedule's key",
    source: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html",
    calls: (node, place) =>
      given(node, "kmsKeyArn").flatMap((key) =>
        keyCall(place, { role: at(node.inputs, "target.roleArn") }, key, USE_KEY.slice(0, 1), via(place, "scheduler")),
      ),
  },
];
