import type { Graph, Resource } from "../kit/resource";
import type { Rule } from "../kit/rule";
import { isOn, isSet, type Properties } from "../kit/value";

const QUEUE = "aws:sqs/queue:Queue";
const REDRIVE = "aws:sqs/redrivePolicy:RedrivePolicy";
const ALLOW = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy";
const TOPIC = "aws:sns/topic:Topic";

/** Q1. */
export const messagingEncryptedWithDeadLetters: Rule = {
  id: "Q1",
  name: "messaging-encrypted-with-dead-letters",
  title: "Queues and topics are encrypted, and each queue has a dead-letter queue",
  severity: "high",
  level: "remediate",
  source: ["SQS.1", "new"],
  why: "A message that cannot be handled comes back for ever or vanishes at the end of its retention, and nobody knows.",
  fix: "Set kmsMasterKeyId (or sqsManagedSseEnabled true on a queue), and redrivePolicy with deadLetterTargetArn and maxReceiveCount.",
  spares:
    "Dead-letter queues themselves: those that another queue names, that carry a redriveAllowPolicy, or whose name says so (deadLetterNames).",
  unknowns: "A key and a redrivePolicy only have to be set: ARNs of new resources are not known in a preview.",
  types: [QUEUE, REDRIVE, ALLOW, TOPIC],
  settings: {
    deadLetterNames: {
      type: "string",
      default: "(dlq|dead-?letters?|failures?|failed)(\\.fifo)?$",
      description: "Queues whose Pulumi or AWS name matches this regular expression hold dead letters.",
    },
  },
  check(resource, judge) {
    if (resource.type !== QUEUE && resource.type !== TOPIC) return;
    judge.require(isEncrypted(resource), resource, "kmsMasterKeyId", "a key");
  },
  checkStack(graph, judge) {
    const name = judge.settings.pattern("deadLetterNames");
    for (const queue of graph.of(QUEUE)) {
      const redriven = isSet(queue.props["redrivePolicy"]) || graph.linkedFrom(queue, "queueUrl", REDRIVE).length > 0;
      if (redriven || isDeadLetterQueue(graph, queue, name)) continue;
      judge.against(queue, "redrivePolicy", "a dead-letter queue");
    }
  },
  remediate({ type, props }) {
    if (type === QUEUE && !isSet(props["kmsMasterKeyId"]) && !isOn(props["sqsManagedSseEnabled"])) {
      return { sqsManagedSseEnabled: true };
    }
    return type === TOPIC && !isSet(props["kmsMasterKeyId"]) ? { kmsMasterKeyId: "alias/aws/sns" } : undefined;
  },
};

function isEncrypted({ type, props }: { readonly type: string; readonly props: Properties }): boolean {
  return isSet(props["kmsMasterKeyId"]) || (type === QUEUE && isOn(props["sqsManagedSseEnabled"]));
}

function isDeadLetterQueue(graph: Graph, queue: Resource, name: RegExp): boolean {
  const aws = queue.props["name"];
  if (name.test(queue.name) || (typeof aws === "string" && name.test(aws))) return true;
  if (isSet(queue.props["redriveAllowPolicy"]) || graph.linkedFrom(queue, "queueUrl", ALLOW).length > 0) return true;
  return graph.linkedFrom(queue, "redrivePolicy", QUEUE, REDRIVE).length > 0;
}
