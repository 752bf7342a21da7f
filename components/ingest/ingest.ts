import { KINESIS_RECORD_BYTES } from "../../aws/facts";
import * as pulumi from "@pulumi/pulumi";
import type { TrafficProfile } from "../../regions/traffic";
import { refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { SECONDS } from "../kit/units";
import { wantNumber } from "../kit/want";
import { checkLogKey } from "../parts/log-group";
import type { BucketRef } from "../parts/refs/bucket";
import type { KeyRef } from "../parts/refs/key";
import type { QueueRef } from "../parts/refs/queue";
import { Collector, type CollectorAuthorizer, type CollectorIntegration } from "./collector";
import type { ParquetConversion } from "./conversion";
import { DeliveryStream, type Processor } from "./delivery";
import {
  LIVE_FOLDER,
  planBuffering,
  planLiveBuffering,
  planProcessorMiB,
  planRawBuffering,
  planShards,
  planThrottle,
  planTransformConcurrency,
} from "./plan";
import { SearchDelivery, type SearchTarget } from "./search-delivery";
import { EventStream } from "./stream";
import { Transform } from "./transform";

export interface IngestArgs {
  readonly scope: Scope;
  /** What the region must carry at most: its part after the loss of its largest peer. */
  readonly traffic: TrafficProfile;
  /** Age of the newest training data that is promised, hours: the delivery may use a part of it. */
  readonly dataFreshnessHours: number;
  /**
   * Seconds of events that may be lost with the region, where its raw copy is replicated: the raw delivery's buffer leaves
   * time for that. @default no bound: the buffer is planned from the freshness alone
   */
  readonly rpoSeconds?: number;
  /** @default "on-demand"; "provisioned" has its shards planned from `traffic` */
  readonly capacity?: "on-demand" | "provisioned";
  readonly keys: {
    /** Of the stream: its records carry identifiers. */
    readonly identifier: KeyRef;
    /** Of logs and environments. */
    readonly technical: KeyRef;
  };
  /** The zone's pseudonym key in this region. */
  readonly pseudonymKey: KeyRef;
  readonly buckets: { readonly bronze: BucketRef; readonly raw: BucketRef };
  /** Takes asynchronous calls of the functions that failed. */
  readonly deadLetters: QueueRef;
  readonly authorizer: CollectorAuthorizer;
  /** What is between the collector's API and the stream. @default `kinesis`: nothing of ours */
  readonly integration?: CollectorIntegration;
  /** Web origins that may send from a browser. @default none */
  readonly allowedOrigins?: readonly string[];
  /** The real-time branch. @default none */
  readonly search?: SearchTarget;
  /**
   * A third delivery, of Parquet by the columns of a Glue table, to `live/events` of the bronze bucket: what came in the last
   * minutes can be asked for by SQL, before it is verified.
   * @default none
   */
  readonly live?: ParquetConversion;
}

/** Findings about the arguments, by path; the parts check their own. */
export function checkIngest({ traffic, dataFreshnessHours, keys }: IngestArgs): Finding[] {
  return [
    ...checkLogKey("keys.technical", keys.technical),
    ...wantNumber("traffic.eventsPerSecond", traffic.eventsPerSecond, "events per second", { min: 0 }),
    ...wantNumber("traffic.peakFactor", traffic.peakFactor, "peak over average", { min: 1 }),
    // Kinesis: a record holds at most 1 MiB by default
    ...wantNumber("traffic.eventBytes", traffic.eventBytes, "bytes", { min: 1, max: KINESIS_RECORD_BYTES }),
    ...wantNumber("dataFreshnessHours", dataFreshnessHours, "hours", { min: 0.25 }),
  ];
}

/** Clickstream in: collector, stream, transform, and the deliveries to bronze, to raw, and to search where there is one. */
export class Ingest extends pulumi.ComponentResource {
  readonly stream: EventStream;
  readonly transform: Transform;
  readonly curated: DeliveryStream;
  readonly raw: DeliveryStream;
  readonly live: DeliveryStream | undefined;
  readonly search: SearchDelivery | undefined;
  readonly collector: Collector;

  constructor(name: string, args: IngestArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`ingest "${name}"`, checkIngest(args));
    super("meridian:ingest:Ingest", name, {}, opts);
    this.stream = this.createStream(name, args);
    this.transform = this.createTransform(name, args);
    this.curated = this.createCurated(name, args);
    this.raw = this.createRaw(name, args);
    this.live = this.createLive(name, args);
    this.search = this.createSearch(name, args);
    this.collector = this.createCollector(name, args);
    this.registerOutputs({
      streamName: this.stream.streamName,
      transformFunction: this.transform.functionName,
      curatedDeliveryStream: this.curated.streamName,
      rawDeliveryStream: this.raw.streamName,
      collectorUrl: this.collector.url,
    });
  }

  private createStream(name: string, args: IngestArgs): EventStream {
    const { scope, keys, capacity, traffic } = args;
    return new EventStream(
      `${name}-stream`,
      {
        scope,
        key: keys.identifier,
        capacity:
          capacity === "provisioned" ? { mode: "provisioned", shards: planShards(traffic) } : { mode: "on-demand" },
      },
      { parent: this },
    );
  }

  private createTransform(name: string, args: IngestArgs): Transform {
    return new Transform(
      `${name}-transform`,
      {
        scope: args.scope,
        key: args.keys.technical,
        pseudonymKey: args.pseudonymKey,
        stream: this.stream.ref,
        deadLetters: args.deadLetters,
        reservedConcurrency: planTransformConcurrency(args.traffic, args.live === undefined ? 2 : 3),
      },
      { parent: this },
    );
  }

  /** Firehose A: through the transform to bronze, partitioned by the keys that the transform gives. */
  private createCurated(name: string, args: IngestArgs): DeliveryStream {
    return new DeliveryStream(
      `${name}-curated`,
      {
        scope: args.scope,
        part: "events-curated",
        source: this.stream.ref,
        destination: args.buckets.bronze,
        prefix: "landing/events",
        partitioning: "dynamic",
        buffering: planBuffering(args.traffic, args.dataFreshnessHours * SECONDS.hour, true),
        processor: this.processor(args),
        backup: { bucket: args.buckets.raw, prefix: "backup/events" },
        logKey: args.keys.technical,
      },
      { parent: this },
    );
  }

  /** Firehose B: as it came, to raw. */
  private createRaw(name: string, args: IngestArgs): DeliveryStream {
    return new DeliveryStream(
      `${name}-raw`,
      {
        scope: args.scope,
        part: "events-raw",
        source: this.stream.ref,
        destination: args.buckets.raw,
        prefix: "events",
        fileExtension: ".json.gz",
        partitioning: "arrival",
        buffering: planRawBuffering(args.traffic, args.dataFreshnessHours * SECONDS.hour, args.rpoSeconds),
        logKey: args.keys.technical,
      },
      { parent: this },
    );
  }

  /** Through the transform, too, so that the table holds what a person agreed to and nobody's name. */
  private createLive(name: string, args: IngestArgs): DeliveryStream | undefined {
    if (args.live === undefined) return undefined;
    return new DeliveryStream(
      `${name}-live`,
      {
        scope: args.scope,
        part: "events-live",
        source: this.stream.ref,
        destination: args.buckets.bronze,
        prefix: `${LIVE_FOLDER}/events`,
        // Apart from Firehose A's: one event that the transform refuses is counted once.
        errorPrefix: `${LIVE_FOLDER}/errors`,
        conversion: args.live,
        partitioning: "dynamic",
        buffering: planLiveBuffering(args.traffic),
        processor: this.processor(args),
        logKey: args.keys.technical,
      },
      { parent: this },
    );
  }

  private createSearch(name: string, args: IngestArgs): SearchDelivery | undefined {
    if (args.search === undefined) return undefined;
    return new SearchDelivery(
      `${name}-search`,
      {
        scope: args.scope,
        source: this.stream.ref,
        target: args.search,
        processor: this.processor(args),
        failed: args.buckets.bronze,
        logKey: args.keys.technical,
      },
      { parent: this },
    );
  }

  private createCollector(name: string, args: IngestArgs): Collector {
    return new Collector(
      `${name}-collector`,
      {
        scope: args.scope,
        stream: this.stream.ref,
        authorizer: args.authorizer,
        throttle: planThrottle(args.traffic),
        ...(args.integration === undefined ? {} : { integration: args.integration }),
        ...(args.allowedOrigins === undefined ? {} : { allowedOrigins: args.allowedOrigins }),
        key: args.keys.technical,
      },
      { parent: this },
    );
  }

  private processor(args: IngestArgs): Processor {
    return { fn: this.transform.ref, bufferMiB: planProcessorMiB(args.traffic.eventBytes) };
  }
}
