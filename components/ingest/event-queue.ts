import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { arnOf } from "../kit/arn";
import { nameOf } from "../kit/names";
import { refuse, type Problem } from "../kit/refuse";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { SECONDS } from "../kit/units";
import { wantInteger } from "../kit/want";

// SQS API reference, SetQueueAttributes: retention 60 s to 14 days, visibility 0 to 12 h; developer guide: maxReceiveCount
const RETENTION_DAYS = { min: 1, max: 14, usual: 4 } as const;
const VISIBILITY_SECONDS = { min: 1, max: 43_200, usual: 300 } as const;
const RECEIVES = { min: 1, max: 1000, usual: 5 } as const;

export interface EventQueueArgs {
  readonly scope: Scope;
  /** Key of the messages: they carry identifiers until the transform. */
  readonly keyArn: pulumi.Input<string>;
  /** Days that an unread event is kept; one that was read and deleted is gone. @default 4 */
  readonly retentionDays?: number;
  /** Seconds for which an event that a consumer took is hidden from the others. @default 300 */
  readonly visibilitySeconds?: number;
  /** Tries before an event is set aside. @default 5 */
  readonly maxReceives?: number;
}

/** Problems of the arguments, by path. */
export function checkEventQueue({ retentionDays, visibilitySeconds, maxReceives }: EventQueueArgs): Problem[] {
  return [
    ...wantInteger("retentionDays", retentionDays ?? RETENTION_DAYS.usual, "days", RETENTION_DAYS),
    ...wantInteger("visibilitySeconds", visibilitySeconds ?? VISIBILITY_SECONDS.usual, "seconds", VISIBILITY_SECONDS),
    ...wantInteger("maxReceives", maxReceives ?? RECEIVES.usual, "receives", RECEIVES),
  ];
}

/**
 * Events for one consumer that takes each away: a FIFO queue whose message group is the user, so that the order of one
 * user's events is kept, and whose deduplication id is the event's. High throughput: the limits are each group's own.
 */
export class EventQueue extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  readonly deadLetterArn: pulumi.Output<string>;

  constructor(name: string, args: EventQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`event queue "${name}"`, checkEventQueue(args));
    super("meridian:ingest:EventQueue", name, {}, opts);
    const deadLetters = this.createDeadLetters(name, args);
    const queue = this.createQueue(name, args, deadLetters);
    this.closeToPlainHttp(name, queue);
    this.closeToPlainHttp(`${name}-dead`, deadLetters);
    this.arn = queue.arn;
    this.url = queue.url;
    this.deadLetterArn = deadLetters.arn;
    this.registerOutputs({ arn: this.arn, url: this.url, deadLetterArn: this.deadLetterArn });
  }

  private createDeadLetters(name: string, { scope, keyArn }: EventQueueArgs): aws.sqs.Queue {
    return new aws.sqs.Queue(
      `${name}-dead`,
      {
        name: nameOf(scope, "events-dead.fifo", "queue"),
        fifoQueue: true,
        kmsMasterKeyId: keyArn,
        messageRetentionSeconds: RETENTION_DAYS.max * SECONDS.day,
        // The source's ARN is spelt from its name: taken from the queue itself it would be a cycle.
        redriveAllowPolicy: JSON.stringify({
          redrivePermission: "byQueue",
          sourceQueueArns: [arnOf(scope, "sqs", nameOf(scope, "events.fifo", "queue"))],
        }),
        tags: dataTags("identifier"),
      },
      { parent: this, ...keepData(scope) },
    );
  }

  private createQueue(name: string, args: EventQueueArgs, deadLetters: aws.sqs.Queue): aws.sqs.Queue {
    const { scope, keyArn, retentionDays, visibilitySeconds, maxReceives } = args;
    return new aws.sqs.Queue(
      name,
      {
        name: nameOf(scope, "events.fifo", "queue"),
        fifoQueue: true,
        deduplicationScope: "messageGroup",
        fifoThroughputLimit: "perMessageGroupId",
        kmsMasterKeyId: keyArn,
        messageRetentionSeconds: (retentionDays ?? RETENTION_DAYS.usual) * SECONDS.day,
        visibilityTimeoutSeconds: visibilitySeconds ?? VISIBILITY_SECONDS.usual,
        // Long polling, the longest there is.
        receiveWaitTimeSeconds: 20,
        redrivePolicy: pulumi.jsonStringify({
          deadLetterTargetArn: deadLetters.arn,
          maxReceiveCount: maxReceives ?? RECEIVES.usual,
        }),
        tags: dataTags("identifier"),
      },
      { parent: this, ...keepData(scope) },
    );
  }

  private closeToPlainHttp(name: string, queue: aws.sqs.Queue): void {
    const policy = pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "OnlyTls",
          Effect: "Deny",
          Principal: "*",
          Action: ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
          Resource: queue.arn,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
    new aws.sqs.QueuePolicy(name, { queueUrl: queue.url, policy }, { parent: this });
  }
}
