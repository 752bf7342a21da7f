import { at, text } from "../value";
import { absent, amount, given, json, off, on, outside, when } from "../rules/find";
import type { PropertyRule, StackRule } from "../rules/rule";

const QUEUE = "aws:sqs/queue:Queue";
const TOPIC = "aws:sns/topic:Topic";
const CREATE_QUEUE = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html";

const isFifo = (name: string): boolean => name.endsWith(".fifo");

/** SQS and SNS: single resources. */
export const rules: readonly PropertyRule[] = [
  {
    id: "sqs-fifo-name",
    types: [QUEUE, TOPIC],
    title: "The name of a FIFO queue or topic ends in .fifo, that of another one does not",
    source: CREATE_QUEUE,
    check(inputs) {
      const name = text(inputs, "name");
      if (name === undefined) return [];
      return [
        ...when(
          on(inputs, "fifoQueue") || on(inputs, "fifoTopic") ? !isFifo(name) : false,
          inputs,
          "name",
          "a name that ends in .fifo",
        ),
        ...when(
          isFifo(name) && off(inputs, "fifoQueue") && off(inputs, "fifoTopic"),
          inputs,
          "name",
          "a name without .fifo",
        ),
      ];
    },
    failing: [{ name: "work", fifoQueue: true }, { name: "work.fifo" }],
    passing: [{ name: "work.fifo", fifoQueue: true }, { name: "work" }],
  },
  {
    id: "sqs-name",
    types: [QUEUE],
    title: "A queue's name has 1 to 80 letters, digits, hyphens and underscores",
    source: CREATE_QUEUE,
    check(inputs) {
      const name = text(inputs, "name");
      const broken = name !== undefined && (name.length > 80 || !/^[A-Za-z0-9_-]+(\.fifo)?$/.test(name));
      return when(broken, inputs, "name", "1 to 80 letters, digits, hyphens and underscores");
    },
    failing: [{ name: "work.queue" }, { name: "w".repeat(81) }],
    passing: [{ name: "meridian_work-1" }],
  },
  {
    id: "sqs-limits",
    types: [QUEUE],
    title: "Delay, retention, visibility and waiting keep to the queue's limits",
    source: CREATE_QUEUE,
    check: (inputs) => [
      ...outside(inputs, "delaySeconds", 0, 900, "s"),
      ...outside(inputs, "messageRetentionSeconds", 60, 1_209_600, "s"),
      ...outside(inputs, "visibilityTimeoutSeconds", 0, 43_200, "s"),
      ...outside(inputs, "receiveWaitTimeSeconds", 0, 20, "s"),
      ...outside(inputs, "maxMessageSize", 1024, 1_048_576, "bytes"),
      ...outside(inputs, "kmsDataKeyReusePeriodSeconds", 60, 86_400, "s"),
    ],
    failing: [
      { name: "work", visibilityTimeoutSeconds: 50_000 },
      { name: "work", receiveWaitTimeSeconds: 30 },
    ],
    passing: [{ name: "work", visibilityTimeoutSeconds: 360, receiveWaitTimeSeconds: 20 }],
  },
  {
    id: "sqs-fifo-only",
    types: [QUEUE],
    title: "Only a FIFO queue deduplicates by content or sets a throughput per message group",
    source: CREATE_QUEUE,
    check: (inputs) =>
      at(inputs, "fifoQueue") === undefined || at(inputs, "fifoQueue") === false
        ? ["contentBasedDeduplication", "deduplicationScope", "fifoThroughputLimit"].flatMap((name) =>
            when(given(inputs, name) && at(inputs, name) !== false, inputs, name, "nothing, on a standard queue"),
          )
        : [],
    failing: [{ name: "work", contentBasedDeduplication: true }],
    passing: [{ name: "work.fifo", fifoQueue: true, contentBasedDeduplication: true }],
  },
  {
    id: "sqs-throughput-per-group",
    types: [QUEUE],
    title: "Throughput per message group deduplicates by message group",
    source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html",
    check: (inputs) =>
      when(
        text(inputs, "fifoThroughputLimit") === "perMessageGroupId" &&
          (absent(inputs, "deduplicationScope") || text(inputs, "deduplicationScope") === "queue"),
        inputs,
        "deduplicationScope",
        "messageGroup, with throughput per message group",
      ),
    failing: [
      { name: "work.fifo", fifoQueue: true, fifoThroughputLimit: "perMessageGroupId", deduplicationScope: "queue" },
    ],
    passing: [
      {
        name: "work.fifo",
        fifoQueue: true,
        fifoThroughputLimit: "perMessageGroupId",
        deduplicationScope: "messageGroup",
      },
    ],
  },
  {
    id: "sqs-redrive",
    types: [QUEUE],
    title: "Messages are set aside after 1 to 1,000 tries, in a queue of the same kind and region",
    source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
    check(inputs, { region }) {
      const policy = json(inputs, "redrivePolicy");
      if (policy === undefined) return [];
      if (policy === null) return when(true, inputs, "redrivePolicy", "JSON");
      const tries = amount(policy, "maxReceiveCount");
      const target = text(policy, "deadLetterTargetArn");
      const there = target?.split(":")[3];
      const name = text(inputs, "name");
      return [
        ...when(
          tries === undefined ? absent(policy, "maxReceiveCount") : tries < 1 || tries > 1000,
          inputs,
          "redrivePolicy",
          "maxReceiveCount of 1 to 1000",
        ),
        ...when(
          target !== undefined && name !== undefined && isFifo(target) !== isFifo(name),
          inputs,
          "redrivePolicy",
          "a dead-letter queue of the same kind",
        ),
        ...when(there !== undefined && there !== region, inputs, "redrivePolicy", `a dead-letter queue in ${region}`),
      ];
    },
    failing: [
      {
        name: "work",
        redrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:111122223333:dead","maxReceiveCount":0}',
      },
      {
        name: "work",
        redrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:111122223333:dead.fifo","maxReceiveCount":5}',
      },
      {
        name: "work",
        redrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:dead","maxReceiveCount":5}',
      },
    ],
    passing: [
      {
        name: "work",
        redrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:111122223333:dead","maxReceiveCount":5}',
      },
    ],
  },
  {
    id: "sqs-redrive-allow",
    types: [QUEUE],
    title: "A queue that takes dead letters names 1 to 10 queues exactly when it takes them by queue",
    source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
    check(inputs) {
      const policy = json(inputs, "redriveAllowPolicy");
      if (policy === undefined || policy === null) return [];
      const sources = at(policy, "sourceQueueArns");
      const count = Array.isArray(sources) ? sources.length : 0;
      const named = text(policy, "redrivePermission") === "byQueue";
      return [
        ...when(
          named && (count < 1 || count > 10),
          inputs,
          "redriveAllowPolicy",
          "1 to 10 source queues, with byQueue",
        ),
        ...when(!named && count > 0, inputs, "redriveAllowPolicy", "no source queues, without byQueue"),
      ];
    },
    failing: [{ name: "dead", redriveAllowPolicy: '{"redrivePermission":"byQueue"}' }],
    passing: [{ name: "dead", redriveAllowPolicy: '{"redrivePermission":"denyAll"}' }],
  },
  {
    id: "sqs-one-encryption",
    types: [QUEUE],
    title: "A queue is encrypted by a KMS key or by SQS, not by both",
    source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
    check: (inputs) =>
      when(
        on(inputs, "sqsManagedSseEnabled") && given(inputs, "kmsMasterKeyId"),
        inputs,
        "sqsManagedSseEnabled",
        "false, with a KMS key",
      ),
    failing: [{ name: "work", sqsManagedSseEnabled: true, kmsMasterKeyId: "alias/work" }],
    passing: [{ name: "work", sqsManagedSseEnabled: true }],
  },
];

/** SQS and SNS: several resources. */
export const stackRules: readonly StackRule[] = [
  {
    id: "sqs-dead-letter-kind",
    types: [QUEUE],
    title: "A dead-letter queue is of the kind of the queue that it serves",
    source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
    across(node, stack) {
      const name = text(node.inputs, "name");
      return stack.linked(node, "redrivePolicy", QUEUE).flatMap((dead) => {
        const other = text(dead.inputs, "name");
        const broken = name !== undefined && other !== undefined && isFifo(name) !== isFifo(other);
        return when(broken, node.inputs, "redrivePolicy", `a ${isFifo(name ?? "") ? "FIFO" : "standard"} queue`, other);
      });
    },
    failing: [
      [
        { type: QUEUE, name: "dead", inputs: { name: "dead" } },
        {
          type: QUEUE,
          name: "work",
          inputs: { name: "work.fifo", fifoQueue: true },
          uses: { redrivePolicy: ["dead"] },
        },
      ],
    ],
    passing: [
      [
        { type: QUEUE, name: "dead", inputs: { name: "dead" } },
        { type: QUEUE, name: "work", inputs: { name: "work" }, uses: { redrivePolicy: ["dead"] } },
      ],
    ],
  },
];
