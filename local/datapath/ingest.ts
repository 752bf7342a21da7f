import { join } from "node:path";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { startCollector } from "../../services/collector/server";
import type { EventSource } from "../../services/traffic/source";
import { intakeBulks, type BulkOutcome } from "../../services/verifier/bulk";
import { intakeLanding, listObjects, settledObject, type IntakeOptions } from "../../services/verifier/intake";
import type { ObjectOutcome } from "../../services/verifier/outcome";
import { pollOnce } from "../../services/verifier/queue";
import { balance, openLedger, saveLedger, type IngestLedger, type RegionLedger } from "../delivery/ledger";
import { drain, type DeliveryReport } from "../delivery/runner";
import { describeStream } from "../delivery/source";
import { EventPoster } from "./poster";

/** What the event path of one region needs to know; see RegionOutputs of the stacks' contracts. */
export interface IngestRegion {
  readonly region: string;
  /** Residency zone. */
  readonly zone: string;
  /** The emulator's URL on loopback. */
  readonly endpoint: string;
  readonly stream: string;
  readonly transformFunction: string;
  readonly buckets: { readonly raw: string; readonly bronze: string; readonly quarantine: string };
  /** Queue of S3 notifications; absent = landing is only listed. */
  readonly intakeQueueUrl?: string;
  /** Queue of the ETL, told of what was verified; absent = it only lists. */
  readonly handoverQueueUrl?: string;
  /** Folder for checkpoints and the ledger; may be shared by all regions. */
  readonly stateDir: string;
}

export interface IngestConfig {
  readonly regions: readonly IngestRegion[];
}

/** How far one stage of one region is. */
export interface IngestProgress {
  readonly stage: "collect" | "deliver" | "deliver-raw" | "verify";
  readonly region: string;
  /** Events (verify: objects) done so far in this run. */
  readonly done: number;
}

interface Clients {
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
}

/**
 * Sends events through the event path and waits until all are verified: collector (in process, over HTTP on loopback) ->
 * Kinesis -> delivery (curated and raw; simulated Firehose) -> bronze -> intake verifier. Running it again, also after a
 * kill, goes on where the last run stopped; the ledger adds up over all runs since the stream was created.
 * @throws RangeError for an event whose region has no entry in the configuration; the clients' errors.
 */
export async function ingestEvents(
  config: IngestConfig,
  source: EventSource,
  progress: (at: IngestProgress) => void = () => undefined,
): Promise<IngestLedger> {
  const paths = await Promise.all(config.regions.map((region) => RegionPath.open(region, progress)));
  const seconds: Record<string, number> = {};
  const timed = async (stage: string, work: () => Promise<unknown>): Promise<void> => {
    const from = performance.now();
    await work();
    seconds[stage] = (performance.now() - from) / 1000;
  };
  try {
    await timed("collect", () => collect(paths, source));
    await timed("deliver", () => Promise.all(paths.map((path) => path.deliver())));
    await timed("verify", () => Promise.all(paths.map((path) => path.verify())));
  } finally {
    for (const path of paths) path.close();
  }
  return { ...balance(paths.map(({ ledger }) => ledger)), seconds };
}

/** The ledger of all runs so far, as it was last written; regions that never ran are left out. */
export function readIngestLedger(config: IngestConfig): IngestLedger {
  return balance(
    config.regions.flatMap(({ region, stateDir }) => {
      const ledger = openLedger(ledgerFile(stateDir, region), region);
      return ledger.streamCreated === 0 ? [] : [ledger];
    }),
  );
}

function ledgerFile(stateDir: string, region: string): string {
  return join(stateDir, `ledger-${region}.json`);
}

async function collect(paths: readonly RegionPath[], source: EventSource): Promise<void> {
  const posters = new Map<string, EventPoster>();
  const collectors = await Promise.all(paths.map((path) => path.startCollector(source.clock)));
  try {
    paths.forEach((path, index) => {
      const url = collectors[index]?.url ?? "";
      posters.set(
        path.region,
        new EventPoster(url, path.ledger, () => {
          path.saveCollected();
        }),
      );
    });
    for await (const { region, line } of source.events) {
      const poster = posters.get(region);
      if (poster === undefined)
        throw new RangeError(`region: want one of ${[...posters.keys()].join(", ")}, got "${region}"`);
      const full = poster.add(line);
      if (full !== undefined) await full;
    }
    await Promise.all([...posters.values()].map((poster) => poster.finish()));
  } finally {
    await Promise.all(collectors.map((collector) => collector.close()));
    paths.forEach((path, index) => {
      path.saveSpilled(collectors[index]?.metrics().spill?.waiting ?? 0);
    });
  }
}

/** One region's event path. */
class RegionPath {
  readonly region: string;

  private constructor(
    private readonly config: IngestRegion,
    private readonly clients: Clients,
    readonly ledger: RegionLedger,
    private readonly progress: (at: IngestProgress) => void,
  ) {
    this.region = config.region;
  }

  static async open(config: IngestRegion, progress: (at: IngestProgress) => void): Promise<RegionPath> {
    const clients = clientsOf(config);
    const { created } = await describeStream(clients.kinesis, config.stream);
    const file = ledgerFile(config.stateDir, config.region);
    return new RegionPath(config, clients, openLedger(file, config.region, created), progress);
  }

  close(): void {
    for (const client of Object.values(this.clients) as readonly { destroy(): void }[]) client.destroy();
  }

  startCollector(clock: EventSource["clock"]): ReturnType<typeof startCollector> {
    return startCollector({
      region: this.region,
      kinesis: this.clients.kinesis,
      stream: this.config.stream,
      s3: this.clients.s3,
      quarantineBucket: this.config.buckets.quarantine,
      clock,
      // One call at a time keeps the order, so that the same events give the same objects.
      concurrency: 1,
      keepRefusalsFirst: true,
      // Of this stream alone: a stream that was made anew opens a new account.
      spill: { folder: join(this.config.stateDir, `spill-${this.region}-${this.ledger.streamCreated}`) },
    });
  }

  /** Enters what the collector could not place and holds on disk; the next run's collector sends it. */
  saveSpilled(waiting: number): void {
    this.ledger.spilled = waiting;
    this.save();
  }

  saveCollected(): void {
    this.save();
    this.progress({ stage: "collect", region: this.region, done: this.ledger.run.generated });
  }

  /** Runs both delivery streams to the tip. */
  async deliver(): Promise<void> {
    const { kinesis, s3, lambda } = this.clients;
    const { region, stream, stateDir, buckets, transformFunction } = this.config;
    const common = { region, kinesis, s3, stream, stateDir };
    const curated = await drain({
      ...common,
      name: "events-curated",
      bucket: buckets.bronze,
      prefix: "landing/events",
      processor: { lambda, functionName: transformFunction },
      onProgress: ({ read }) => {
        this.progress({ stage: "deliver", region, done: read });
      },
    });
    const raw = await drain({
      ...common,
      name: "events-raw",
      bucket: buckets.raw,
      prefix: "events",
      onProgress: ({ read }) => {
        this.progress({ stage: "deliver-raw", region, done: read });
      },
    });
    this.recordDelivery(curated, raw);
  }

  private recordDelivery(curated: DeliveryReport, raw: DeliveryReport): void {
    const { ledger } = this;
    ledger.delivered = curated.total;
    ledger.rawDelivered = raw.total.delivered;
    // A run that was killed while a request was under way: the stream says how many of its events were taken; the others
    // never arrived and are sent by nobody's account.
    if (ledger.interrupted > 0) {
      const taken = Math.min(
        ledger.interrupted,
        Math.max(0, curated.total.read - reingested(curated) - (ledger.accepted - ledger.spilled)),
      );
      ledger.generated += taken;
      ledger.accepted += taken;
      ledger.interrupted = 0;
    }
    this.save();
  }

  /** Verifies all that landed: by the queue's notifications first, then whatever no notification spoke of. */
  async verify(): Promise<void> {
    const { sqs, s3 } = this.clients;
    const { buckets, intakeQueueUrl, handoverQueueUrl, region } = this.config;
    const options: IntakeOptions = {
      s3,
      bronzeBucket: buckets.bronze,
      quarantineBucket: buckets.quarantine,
      ...(handoverQueueUrl === undefined ? {} : { handover: { sqs, queueUrl: handoverQueueUrl } }),
    };
    await this.settleInterrupted(options);
    this.ledger.moving = (await listObjects(s3, buckets.bronze, "landing/")).map(({ key }) => key);
    this.save();

    const uploads: BulkOutcome[] = [];
    const outcomes: ObjectOutcome[] = [];
    const onObject = (outcome: ObjectOutcome): void => {
      if (outcome.result === "gone") return;
      outcomes.push(outcome);
      this.progress({ stage: "verify", region, done: outcomes.length });
    };
    const onBulk = (upload: BulkOutcome): number => uploads.push(upload);
    if (intakeQueueUrl !== undefined) {
      const queue = { ...options, sqs, queueUrl: intakeQueueUrl, waitSeconds: 0, onObject, onBulk };
      for (let received = 1; received > 0;) received = (await pollOnce(queue)).messages;
    }
    await intakeLanding(options, onObject);
    uploads.push(...(await intakeBulks(options)));
    for (const { result, records } of outcomes) this.settle(result, records);
    for (const file of uploads.flatMap((upload) => (upload.complete ? upload.objects : []))) this.settleBulk(file);
    this.ledger.moving = [];
    this.save();
  }

  // Objects that a killed run moved but did not enter.
  private async settleInterrupted(options: IntakeOptions): Promise<void> {
    if (this.ledger.moving.length === 0) return;
    const landing = new Set((await listObjects(options.s3, options.bronzeBucket, "landing/")).map(({ key }) => key));
    for (const key of this.ledger.moving) {
      if (landing.has(key)) continue;
      const settled = await settledObject(key, options);
      if (settled === undefined) continue;
      if (key.startsWith("landing/bulk/")) this.settleBulk(settled);
      else this.settle(settled.result, settled.records);
    }
    this.ledger.moving = [];
    this.save();
  }

  private settle(result: ObjectOutcome["result"], records: number): void {
    if (result === "verified") this.ledger.verified += records;
    if (result === "quarantined") this.ledger.quarantined += records;
  }

  private settleBulk(file: Pick<ObjectOutcome, "result" | "records" | "refused" | "claimed">): void {
    const { result, records, refused = 0, claimed = records + refused } = file;
    if (result === "gone") return;
    const { bulk } = this.ledger;
    bulk.landed += claimed;
    bulk[result] += records;
    bulk.refused += refused;
  }

  private save(): void {
    saveLedger(ledgerFile(this.config.stateDir, this.region), this.ledger);
  }
}

/** Records that were read twice, because the transform put them on the stream once more. */
function reingested({ total }: DeliveryReport): number {
  return total.dropped["reingested"] ?? 0;
}

function clientsOf({ region, endpoint }: IngestRegion): Clients {
  const common = {
    region,
    endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestHandler: new NodeHttpHandler({ connectionTimeout: 5_000, socketTimeout: 120_000 }),
  };
  return {
    kinesis: new KinesisClient(common),
    s3: new S3Client({ ...common, forcePathStyle: true }),
    sqs: new SQSClient(common),
    lambda: new LambdaClient(common),
  };
}
