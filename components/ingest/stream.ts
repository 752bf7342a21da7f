import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import { refuse, type Problem } from "../kit/refuse";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { wantDistinct, wantInteger, wantMatch } from "../kit/want";

/**
 * How a stream scales. One type, since a mode and a shard count that disagree are refused by AWS only at apply:
 * on-demand has no shard count, provisioned needs one.
 */
export type StreamCapacity =
  | { readonly mode: "on-demand" }
  | {
      readonly mode: "provisioned";
      /** See planShards(). */
      readonly shards: number;
    };

// docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html
export const RETENTION_HOURS = { min: 24, max: 8760 } as const;
// Kinesis service quotas: 20 consumers with enhanced fan-out on a stream of the default tier
const FAN_OUT_MAX = 20;

export interface EventStreamArgs {
  readonly scope: Scope;
  /** Key of the records: they carry identifiers until the transform. */
  readonly keyArn: pulumi.Input<string>;
  readonly capacity: StreamCapacity;
  /** Hours that a record can be read again: at least the recovery time plus the time to notice. @default 48 */
  readonly retentionHours?: number;
  /** Consumers with 2 MB/s a shard of their own, by name. @default none: the delivery streams share the standard rate */
  readonly fanOutConsumers?: readonly string[];
}

/** Problems of the arguments, by path. */
export function checkEventStream({ capacity, retentionHours, fanOutConsumers = [] }: EventStreamArgs): Problem[] {
  return [
    ...(capacity.mode === "provisioned" ? wantInteger("capacity.shards", capacity.shards, "shards", { min: 1 }) : []),
    ...wantInteger("retentionHours", retentionHours ?? 48, "hours", RETENTION_HOURS),
    ...wantDistinct("fanOutConsumers", fanOutConsumers, "consumers", 0),
    ...wantInteger("fanOutConsumers.length", fanOutConsumers.length, "consumers", { min: 0, max: FAN_OUT_MAX }),
    ...fanOutConsumers.flatMap((consumer, index) =>
      wantMatch(`fanOutConsumers[${index}]`, consumer, /^[a-z][a-z0-9-]{0,31}$/, "a lower-case name"),
    ),
  ];
}

/** The region's clickstream, keyed by user, so that the order of one user's events is kept. */
export class EventStream extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly streamName: pulumi.Output<string>;
  /** ARN of each enhanced fan-out consumer, by its name. */
  readonly consumerArns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: EventStreamArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`event stream "${name}"`, checkEventStream(args));
    super("meridian:ingest:EventStream", name, {}, opts);
    const stream = this.createStream(name, args);
    this.consumerArns = this.createConsumers(name, args, stream);
    this.arn = stream.arn;
    this.streamName = stream.name;
    this.registerOutputs({ arn: this.arn, streamName: this.streamName, consumerArns: this.consumerArns });
  }

  private createStream(name: string, { scope, keyArn, capacity, retentionHours }: EventStreamArgs): aws.kinesis.Stream {
    return new aws.kinesis.Stream(
      name,
      {
        name: nameOf(scope, "events", "stream"),
        ...(capacity.mode === "on-demand"
          ? { streamModeDetails: { streamMode: "ON_DEMAND" } }
          : { streamModeDetails: { streamMode: "PROVISIONED" }, shardCount: capacity.shards }),
        retentionPeriod: retentionHours ?? 48,
        encryptionType: "KMS",
        kmsKeyId: keyArn,
        // A consumer that AWS still lists would otherwise block the deletion of a disposable stream.
        enforceConsumerDeletion: scope.data === "disposable",
        tags: dataTags("identifier"),
      },
      { parent: this, ...keepData(scope) },
    );
  }

  private createConsumers(
    name: string,
    { scope, fanOutConsumers = [] }: EventStreamArgs,
    stream: aws.kinesis.Stream,
  ): Readonly<Record<string, pulumi.Output<string>>> {
    return Object.fromEntries(
      fanOutConsumers.map((consumer) => {
        const { arn } = new aws.kinesis.StreamConsumer(
          `${name}-${consumer}`,
          { name: nameOf(scope, consumer, "stream"), streamArn: stream.arn },
          { parent: this },
        );
        return [consumer, arn];
      }),
    );
  }
}
