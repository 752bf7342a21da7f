import { orAbsent } from "../../failures";
import { emulated, type Found, type ServiceTable } from "../define";
import { sameJson, jsonText } from "../json";
import type { Resource } from "../resource";
import { settleTags } from "../tags";

/** Pulumi's names of a queue's attributes, and SQS's. */
const ATTRIBUTES = {
  contentBasedDeduplication: "ContentBasedDeduplication",
  deduplicationScope: "DeduplicationScope",
  delaySeconds: "DelaySeconds",
  fifoThroughputLimit: "FifoThroughputLimit",
  kmsDataKeyReusePeriodSeconds: "KmsDataKeyReusePeriodSeconds",
  kmsMasterKeyId: "KmsMasterKeyId",
  maxMessageSize: "MaximumMessageSize",
  messageRetentionSeconds: "MessageRetentionPeriod",
  policy: "Policy",
  receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  redriveAllowPolicy: "RedriveAllowPolicy",
  redrivePolicy: "RedrivePolicy",
  sqsManagedSseEnabled: "SqsManagedSseEnabled",
  visibilityTimeoutSeconds: "VisibilityTimeout",
} as const;

export const sqs: ServiceTable = {
  "aws:sqs/queue:Queue": emulated({
    autoName: { property: "name", max: 80 },
    replaceOn: ["name", "fifoQueue"],
    defaults: {
      delaySeconds: 0,
      fifoQueue: false,
      messageRetentionSeconds: 345_600,
      receiveWaitTimeSeconds: 0,
      visibilityTimeoutSeconds: 30,
    },
    outputs: {
      arn: (r) => r.arn("sqs", r.text("name")),
      url: (r) => r.id,
      kmsDataKeyReusePeriodSeconds: () => 300,
      maxMessageSize: () => 262_144,
      sqsManagedSseEnabled: (r) => !r.has("kmsMasterKeyId"),
    },
    find: findQueue,
    make: async (r) => {
      const client = await r.aws().sqs();
      const Attributes = { ...attributesOf(r), ...(r.flag("fifoQueue") === true ? { FifoQueue: "true" } : {}) };
      const made = await client.createQueue({ QueueName: r.text("name"), Attributes, tags: { ...r.tags } });
      return { id: made.QueueUrl ?? "" };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().sqs();
      await client.setQueueAttributes({ QueueUrl: r.id, Attributes: attributesOf(r) });
      await settleTags(
        r,
        (Tags) => client.tagQueue({ QueueUrl: r.id, Tags }),
        (TagKeys) => client.untagQueue({ QueueUrl: r.id, TagKeys }),
      );
    },
    drop: async (r) => {
      const client = await r.aws().sqs();
      await client.deleteQueue({ QueueUrl: r.id });
    },
  }),
  "aws:sqs/queuePolicy:QueuePolicy": attribute("policy", "Policy"),
  "aws:sqs/redrivePolicy:RedrivePolicy": attribute("redrivePolicy", "RedrivePolicy"),
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": attribute("redriveAllowPolicy", "RedriveAllowPolicy"),
};

function attributesOf(r: Resource): Record<string, string> {
  const set = Object.entries(ATTRIBUTES).flatMap(([key, attribute]) => {
    const value = jsonText(r.props[key]);
    // SQS refuses a managed key beside a customer's.
    const clash = key === "sqsManagedSseEnabled" && r.has("kmsMasterKeyId");
    return value === undefined || clash ? [] : [[attribute, value] as const];
  });
  return Object.fromEntries(set);
}

async function findQueue(r: Resource): Promise<Found | undefined> {
  const client = await r.aws().sqs();
  const url = (await orAbsent(client.getQueueUrl({ QueueName: r.text("name") })))?.QueueUrl;
  if (url === undefined) return undefined;
  const answer = await client.getQueueAttributes({ QueueUrl: url, AttributeNames: ["All"] });
  const Attributes = answer.Attributes as Record<string, string> | undefined;
  const seconds = (name: string): number | undefined =>
    Attributes?.[name] === undefined ? undefined : Number(Attributes[name]);
  const visibilityTimeoutSeconds = seconds("VisibilityTimeout");
  const messageRetentionSeconds = seconds("MessageRetentionPeriod");
  return {
    id: url,
    props: {
      url,
      arn: Attributes?.["QueueArn"] ?? r.arn("sqs", r.text("name")),
      ...(visibilityTimeoutSeconds === undefined ? {} : { visibilityTimeoutSeconds }),
      ...(messageRetentionSeconds === undefined ? {} : { messageRetentionSeconds }),
    },
  };
}

/** A resource that is one attribute of a queue. */
function attribute(property: string, name: "Policy" | "RedrivePolicy" | "RedriveAllowPolicy"): ServiceTable[string] {
  const put = async (r: Resource, value: string): Promise<void> => {
    const client = await r.aws().sqs();
    await client.setQueueAttributes({ QueueUrl: r.text("queueUrl"), Attributes: { [name]: value } });
  };
  return emulated({
    replaceOn: ["queueUrl"],
    key: ["queueUrl"],
    find: async (r) => {
      const client = await r.aws().sqs();
      const where = { QueueUrl: r.text("queueUrl"), AttributeNames: [name] };
      const value = (await orAbsent(client.getQueueAttributes(where)))?.Attributes?.[name];
      if (value === undefined || value === "") return undefined;
      return { id: where.QueueUrl, props: { [property]: sameJson(r.props[property], value) } };
    },
    make: async (r) => {
      await put(r, jsonText(r.props[property]) ?? "");
      return { id: r.text("queueUrl") };
    },
    settle: (r) => put(r, jsonText(r.props[property]) ?? ""),
    drop: (r) => put(r, ""),
  });
}
