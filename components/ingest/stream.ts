import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { wantInteger } from "../kit/want";
import type { KeyRef } from "../parts/refs/key";
import { StreamRef } from "../parts/refs/stream";

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

/** Hours that a record can be read again: the recovery time and the time to notice, with a weekend's margin. */
const RETENTION_HOURS = 48;

export interface EventStreamArgs {
  readonly scope: Scope;
  /** Key of the records: they carry identifiers until the transform. */
  readonly key: KeyRef;
  readonly capacity: StreamCapacity;
}

/** Findings about the arguments, by path. */
export function checkEventStream({ capacity }: EventStreamArgs): Finding[] {
  return capacity.mode === "provisioned" ? wantInteger("capacity.shards", capacity.shards, "shards", { min: 1 }) : [];
}

/** The region's clickstream, keyed by user, so that the order of one user's events is kept. */
export class EventStream extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly streamName: pulumi.Output<string>;
  /** What users of the stream need. */
  readonly ref: StreamRef;

  constructor(name: string, args: EventStreamArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`event stream "${name}"`, checkEventStream(args));
    super("meridian:ingest:EventStream", name, {}, opts);
    const stream = this.createStream(name, args);
    this.arn = stream.arn;
    this.streamName = stream.name;
    this.ref = new StreamRef({ name: stream.name, arn: stream.arn, key: args.key });
    this.registerOutputs({ arn: this.arn, streamName: this.streamName });
  }

  private createStream(name: string, { scope, key, capacity }: EventStreamArgs): aws.kinesis.Stream {
    return new aws.kinesis.Stream(
      name,
      {
        name: nameOf(scope, "events", "stream"),
        ...(capacity.mode === "on-demand"
          ? { streamModeDetails: { streamMode: "ON_DEMAND" } }
          : { streamModeDetails: { streamMode: "PROVISIONED" }, shardCount: capacity.shards }),
        retentionPeriod: RETENTION_HOURS,
        encryptionType: "KMS",
        kmsKeyId: key.arn,
        // A consumer that AWS still lists would otherwise block the deletion of a disposable stream.
        enforceConsumerDeletion: scope.data === "disposable",
        tags: dataTags("identifier"),
      },
      { parent: this, ...keepData(scope) },
    );
  }
}
