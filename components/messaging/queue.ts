import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { arnOf } from "../kit/arn";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { SECONDS } from "../kit/units";
import { wantInteger } from "../kit/want";
import { VISIBILITY_SECONDS, visibilitySeconds } from "./plan";
import type { KeyRef } from "../parts/refs/key";
import { QueueRef } from "../parts/refs/queue";
import { checkSenders, resourcePolicy, type Sender } from "./policy";

// SQS API reference, SetQueueAttributes: MessageRetentionPeriod 60 s to 14 days
const RETENTION_DAYS = { min: 1, max: 14 } as const;
// SQS developer guide, "Using dead-letter queues": maxReceiveCount
const MAX_RECEIVES = { min: 1, max: 1000 } as const;

export interface QueueArgs {
  readonly scope: Scope;
  /** What the queue is for, e.g. `intake`: part of its name. */
  readonly part: string;
  /** KMS key of the messages; its policy admits the services that send. */
  readonly key: KeyRef;
  /** Longest time that a consumer works on one message, seconds. Decides when the message shows again. */
  readonly workSeconds: number;
  /** Tries before a message is set aside. @default 5 */
  readonly maxReceives?: number;
  /** Days that an unread message is kept. The dead-letter queue keeps the longest: 14. @default 4 */
  readonly retentionDays?: number;
  /** Services that may send. Principals of this account are allowed by IAM alone. @default none */
  readonly senders?: readonly Sender[];
  /** Topic that gets an alarm when a message lands in the dead-letter queue. @default no alarm */
  readonly alarmTopicArn?: pulumi.Input<string>;
}

/** Findings about the arguments, by path. */
export function checkQueue(args: QueueArgs): Finding[] {
  return [
    ...wantInteger("workSeconds", args.workSeconds, "seconds", { min: 1, max: VISIBILITY_SECONDS.max }),
    ...wantInteger("maxReceives", args.maxReceives ?? 5, "receives", MAX_RECEIVES),
    ...wantInteger("retentionDays", args.retentionDays ?? 4, "days", RETENTION_DAYS),
    ...checkSenders("senders", args.senders ?? [], args.key),
  ];
}

/** An encrypted queue that only talks TLS, with its dead-letter queue and an alarm on it. */
export class Queue extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  readonly deadLetterArn: pulumi.Output<string>;
  readonly deadLetterUrl: pulumi.Output<string>;
  /** What users of the queue need. */
  readonly ref: QueueRef;

  constructor(name: string, args: QueueArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`queue "${name}"`, checkQueue(args));
    super("meridian:messaging:Queue", name, {}, opts);
    const deadLetters = this.createDeadLetters(name, args);
    const queue = this.createQueue(name, args, deadLetters);
    const policy = this.createPolicy(name, args, queue);
    this.createPolicy(`${name}-dead`, { ...args, senders: [] }, deadLetters);
    if (args.alarmTopicArn !== undefined) this.createAlarm(name, args, args.alarmTopicArn, deadLetters);
    this.name = queue.name;
    this.arn = queue.arn;
    this.url = queue.url;
    this.deadLetterArn = deadLetters.arn;
    this.deadLetterUrl = deadLetters.url;
    this.ref = new QueueRef({ name: queue.name, arn: queue.arn, url: queue.url, key: args.key, policy });
    this.registerOutputs({
      name: this.name,
      arn: this.arn,
      url: this.url,
      deadLetterArn: this.deadLetterArn,
      deadLetterUrl: this.deadLetterUrl,
    });
  }

  private createDeadLetters(name: string, { scope, part, key }: QueueArgs): aws.sqs.Queue {
    return new aws.sqs.Queue(
      `${name}-dead`,
      {
        name: nameOf(scope, `${part}-dead`, "queue"),
        kmsMasterKeyId: key.arn,
        messageRetentionSeconds: RETENTION_DAYS.max * SECONDS.day,
        // The source's ARN is spelt from its name: taken from the queue itself it would be a cycle.
        redriveAllowPolicy: JSON.stringify({
          redrivePermission: "byQueue",
          sourceQueueArns: [arnOf(scope, "sqs", nameOf(scope, part, "queue"))],
        }),
      },
      { parent: this },
    );
  }

  private createQueue(name: string, args: QueueArgs, deadLetters: aws.sqs.Queue): aws.sqs.Queue {
    return new aws.sqs.Queue(
      name,
      {
        name: nameOf(args.scope, args.part, "queue"),
        kmsMasterKeyId: args.key.arn,
        messageRetentionSeconds: (args.retentionDays ?? 4) * SECONDS.day,
        visibilityTimeoutSeconds: visibilitySeconds(args.workSeconds),
        // Long polling, the longest there is: an empty queue costs 3 requests a minute for each consumer.
        receiveWaitTimeSeconds: 20,
        redrivePolicy: pulumi.jsonStringify({
          deadLetterTargetArn: deadLetters.arn,
          maxReceiveCount: args.maxReceives ?? 5,
        }),
      },
      { parent: this },
    );
  }

  private createPolicy(name: string, { scope, senders }: QueueArgs, queue: aws.sqs.Queue): aws.sqs.QueuePolicy {
    return new aws.sqs.QueuePolicy(
      name,
      { queueUrl: queue.url, policy: resourcePolicy(scope, "sqs", queue.arn, senders ?? []) },
      { parent: this },
    );
  }

  private createAlarm(
    name: string,
    { scope, part }: QueueArgs,
    topicArn: pulumi.Input<string>,
    deadLetters: aws.sqs.Queue,
  ): void {
    new aws.cloudwatch.MetricAlarm(
      `${name}-dead`,
      {
        name: nameOf(scope, `${part}-dead-letters`, "alarm"),
        alarmDescription: `Messages of queue ${nameOf(scope, part, "queue")} were set aside after all tries. Runbook: docs/runbooks/dead-letter-depth.md`,
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: deadLetters.name },
        statistic: "Maximum",
        period: SECONDS.minute,
        evaluationPeriods: 1,
        threshold: 0,
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
        alarmActions: [topicArn],
        okActions: [topicArn],
      },
      { parent: this },
    );
  }
}
