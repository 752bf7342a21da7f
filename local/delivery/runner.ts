import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import pMap from "p-map";
import { processRecords, type Processed, type SourceRecord } from "./processor";
import { describeStream, ShardReader, type Kinesis, type StreamFacts } from "./source";
import {
  addCounts,
  addReasons,
  emptyCounts,
  readJson,
  writeJson,
  type DeliveryCounts,
  type DeliveryState,
  type ShardState,
} from "./state";

const compress = promisify(gzip);

/** A delivery stream from Kinesis to S3, with or without a transform. */
export interface DeliveryOptions {
  /** Name of the delivery stream, e.g. `events-curated`. */
  readonly name: string;
  readonly region: string;
  readonly kinesis: Kinesis;
  readonly s3: Pick<S3Client, "send">;
  readonly stream: string;
  readonly bucket: string;
  /** Key prefix of delivered objects, e.g. `landing/events`. */
  readonly prefix: string;
  /** Folder for the checkpoint. */
  readonly stateDir: string;
  /** The transform; absent = records are delivered as they came. */
  readonly processor?: {
    readonly lambda: Pick<LambdaClient, "send">;
    readonly functionName: string;
    /** See ProcessorOptions. */
    readonly concurrency?: number;
    readonly retries?: number;
    readonly sleep?: (ms: number) => Promise<void>;
  };
  /** Records buffered before they are written. @default 25000 */
  readonly bufferRecords?: number;
  /** Bytes of one object before compression; Firehose allows 1 to 128 MiB. @default 64 MiB */
  readonly objectBytes?: number;
  /** Told after each block. */
  readonly onProgress?: (counts: DeliveryCounts) => void;
}

/** How delivery went, and what did it. */
export interface DeliveryReport {
  readonly name: string;
  readonly region: string;
  /** Always true: Firehose's behaviour is simulated here, its service is not called. */
  readonly simulated: true;
  readonly stream: string;
  readonly counts: DeliveryCounts;
  /** Counts since the stream was created, over all runs. */
  readonly total: DeliveryCounts;
}

/** Partition of a delivered record where the transform gave none: the hour of its arrival. */
function arrivalPartition(arrivedAt: number): string {
  const at = new Date(arrivedAt).toISOString();
  return `date=${at.slice(0, 10)}/hour=${at.slice(11, 13)}`;
}

/**
 * Delivers what is on the stream until its tip is reached and everything read is written. Works in blocks of a shard: a
 * block's end is written down first, then its objects, then the checkpoint. Object names come from the block's first
 * and last sequence numbers, so a run that was killed is repeated object for object: none is lost and none is doubled.
 * @throws the clients' errors; running it again goes on from the last checkpoint.
 */
export async function drain(options: DeliveryOptions): Promise<DeliveryReport> {
  const facts = await describeStream(options.kinesis, options.stream);
  const file = stateFile(options);
  const state = openState(file, facts);
  const counts = emptyCounts();
  // Shards are read side by side; the checkpoint file is written synchronously, so that no two writes overlap. Where one
  // fails, the others still finish: nothing of this run may write after it has ended.
  const ends = await Promise.allSettled(
    facts.shards.map((shard) => drainShard(options, facts, shard, state, file, counts)),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return {
    name: options.name,
    region: options.region,
    simulated: true,
    stream: options.stream,
    counts,
    total: state.counts,
  };
}

/** Delivers continuously, every `intervalMs` (Firehose: 60 to 900 s), until the signal aborts. */
export async function deliver(options: DeliveryOptions, intervalMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await drain(options);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, intervalMs);
      signal.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}

function stateFile({ stateDir, name, region }: DeliveryOptions): string {
  return join(stateDir, `delivery-${region}-${name}.json`);
}

function openState(file: string, { created }: StreamFacts): DeliveryState {
  const found = readJson(file) as DeliveryState | undefined;
  if (found?.version === 1 && found.streamCreated === created) return found;
  return { version: 1, streamCreated: created, shards: {}, counts: emptyCounts() };
}

async function drainShard(
  options: DeliveryOptions,
  facts: StreamFacts,
  shardId: string,
  state: DeliveryState,
  file: string,
  counts: DeliveryCounts,
): Promise<void> {
  const at: ShardState = state.shards[shardId] ?? {};
  const reader = new ShardReader(options.kinesis, options.stream, shardId, at.committed);
  let { intent } = at;
  for (;;) {
    const records = await reader.next(intent?.records ?? options.bufferRecords ?? 25_000, intent?.last);
    const last = records.at(-1)?.sequenceNumber;
    if (last === undefined) return;
    const committed = state.shards[shardId]?.committed;
    state.shards[shardId] = {
      ...(committed === undefined ? {} : { committed }),
      intent: { last, records: records.length },
    };
    writeJson(file, state);
    const written = await writeBlock(options, facts, shardId, records);
    state.shards[shardId] = { committed: last };
    addCounts(state.counts, written);
    writeJson(file, state);
    addCounts(counts, written);
    options.onProgress?.(counts);
    intent = undefined;
  }
}

async function writeBlock(
  options: DeliveryOptions,
  facts: StreamFacts,
  shardId: string,
  records: readonly SourceRecord[],
): Promise<DeliveryCounts> {
  const counts = emptyCounts();
  counts.read = records.length;
  const processed = await run(options, facts, shardId, records);
  const good = new Map<string, Buffer[]>();
  const bad = new Map<string, Buffer[]>();
  processed.forEach((verdict, index) => {
    const record = records[index];
    if (record === undefined) return;
    switch (verdict.result) {
      case "Ok": {
        const { date, hour } = verdict.partition;
        const partition =
          date === undefined || hour === undefined ? arrivalPartition(record.arrivedAt) : `date=${date}/hour=${hour}`;
        append(good, partition, verdict.data);
        counts.delivered += 1;
        break;
      }
      case "Dropped":
        addReasons(counts.dropped, { [verdict.reason]: 1 });
        break;
      case "Failed":
        append(bad, arrivalPartition(record.arrivedAt), errorLine(options, verdict, record));
        addReasons(counts.failed, {
          [verdict.code === "Lambda.ProcessingFailedStatus" ? verdict.reason : verdict.code]: 1,
        });
    }
  });
  const name = `${options.name}-${shardId}-${records[0]?.sequenceNumber ?? ""}-${records.at(-1)?.sequenceNumber ?? ""}`;
  const objects = [
    ...pieces(good, options.prefix, name, options.objectBytes ?? 64 * 1024 ** 2),
    ...pieces(bad, "errors/processing-failed", name, options.objectBytes ?? 64 * 1024 ** 2),
  ];
  await pMap(
    objects,
    async ({ key, lines }) => {
      // The fastest level: the objects are read once and rewritten as Parquet.
      const body = await compress(Buffer.concat(lines), { level: 1 });
      await options.s3.send(
        new PutObjectCommand({
          Bucket: options.bucket,
          Key: key,
          Body: body,
          ContentType: "application/x-ndjson",
          // Lets the verifier check the count, and say how many records a torn object had.
          Metadata: { records: String(lines.length) },
        }),
      );
      counts.bytes += body.length;
    },
    { concurrency: 8 },
  );
  counts.objects = objects.length;
  return counts;
}

async function run(
  options: DeliveryOptions,
  facts: StreamFacts,
  shardId: string,
  records: readonly SourceRecord[],
): Promise<Processed[]> {
  const { processor } = options;
  if (processor === undefined) {
    return records.map(({ data }) => ({ result: "Ok", data: withNewline(data), partition: {} }));
  }
  const account = facts.arn.split(":")[4] ?? "";
  return processRecords(records, {
    ...processor,
    region: options.region,
    deliveryStreamArn: `arn:aws:firehose:${options.region}:${account}:deliverystream/${options.name}`,
    streamArn: facts.arn,
    shardId,
  });
}

/** Objects of at most `maxBytes` before compression, named by block and place. */
function pieces(
  partitions: ReadonlyMap<string, readonly Buffer[]>,
  prefix: string,
  name: string,
  maxBytes: number,
): { readonly key: string; readonly lines: Buffer[] }[] {
  const objects: { key: string; lines: Buffer[] }[] = [];
  for (const [partition, lines] of partitions) {
    let bytes = Infinity;
    let part = 0;
    for (const line of lines) {
      if (bytes + line.length > maxBytes) {
        objects.push({ key: `${prefix}/${partition}/${name}${part === 0 ? "" : `-${part}`}.ndjson.gz`, lines: [] });
        part += 1;
        bytes = 0;
      }
      objects.at(-1)?.lines.push(line);
      bytes += line.length;
    }
  }
  return objects;
}

/** The error record that Firehose writes (docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html). */
function errorLine(
  options: DeliveryOptions,
  verdict: Extract<Processed, { result: "Failed" }>,
  record: SourceRecord,
): Buffer {
  return Buffer.from(
    `${JSON.stringify({
      attemptsMade: verdict.attempts,
      arrivalTimestamp: record.arrivedAt,
      errorCode: verdict.code,
      errorMessage: verdict.reason,
      attemptEndingTimestamp: record.arrivedAt,
      rawData: Buffer.from(record.data).toString("base64"),
      lambdaArn: options.processor?.functionName ?? "",
    })}\n`,
  );
}

function withNewline(data: Uint8Array): Buffer {
  return data.at(-1) === 0x0a ? Buffer.from(data) : Buffer.concat([data, Buffer.from("\n")]);
}

function append(map: Map<string, Buffer[]>, key: string, line: Buffer): void {
  const lines = map.get(key);
  if (lines === undefined) map.set(key, [line]);
  else lines.push(line);
}
