import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { FirehoseTransformationResult } from "aws-lambda";
import pMap from "p-map";

/** A record of the source stream. */
export interface SourceRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
}

/** What became of a record in the transform. */
export type Processed =
  | { readonly result: "Ok"; readonly data: Buffer; readonly partition: Readonly<Record<string, string>> }
  | { readonly result: "Dropped"; readonly reason: string }
  | { readonly result: "Failed"; readonly reason: string; readonly code: string; readonly attempts: number };

export interface ProcessorOptions {
  readonly lambda: Pick<LambdaClient, "send">;
  readonly functionName: string;
  readonly region: string;
  readonly deliveryStreamArn: string;
  readonly streamArn: string;
  readonly shardId: string;
  /** Bytes of data handed over at once; Firehose allows 0.2 to 3 MiB, so that with base64 it stays under 6 MB. @default 1 MiB */
  readonly bufferBytes?: number;
  /** Records handed over at once. @default 2000 */
  readonly bufferRecords?: number;
  /** Retries of an invocation; Firehose's default. @default 3 */
  readonly retries?: number;
  /** Invocations at once. @default 2 */
  readonly concurrency?: number;
  /** Wait between tries, milliseconds. @default a timer */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Longest data of one answer that is looked at; Lambda's own limit for a synchronous call. */
const BUFFER_LIMIT_BYTES = 3 * 1024 ** 2;

/**
 * Runs records through the transform function the way Firehose does: batches by size, a bounded number of tries, and a
 * verdict for every record, also where the function forgets one, answers twice or crashes.
 */
export async function processRecords(
  records: readonly SourceRecord[],
  options: ProcessorOptions,
): Promise<Processed[]> {
  const batches = cut(
    records,
    Math.min(options.bufferBytes ?? 1024 ** 2, BUFFER_LIMIT_BYTES),
    options.bufferRecords ?? 2_000,
  );
  const answers = await pMap(batches, (batch) => processBatch(batch, options), {
    concurrency: options.concurrency ?? 2,
  });
  return answers.flat();
}

function cut(records: readonly SourceRecord[], maxBytes: number, maxRecords: number): SourceRecord[][] {
  const batches: SourceRecord[][] = [];
  let batch: SourceRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    if (batch.length > 0 && (batch.length >= maxRecords || bytes + record.data.length > maxBytes)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += record.data.length;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

async function processBatch(batch: readonly SourceRecord[], options: ProcessorOptions): Promise<Processed[]> {
  const payload = JSON.stringify({
    invocationId: batch[0]?.sequenceNumber ?? "",
    deliveryStreamArn: options.deliveryStreamArn,
    sourceKinesisStreamArn: options.streamArn,
    region: options.region,
    records: batch.map((record, index) => ({
      recordId: idOf(index),
      approximateArrivalTimestamp: record.arrivedAt,
      data: Buffer.from(record.data).toString("base64"),
      kinesisRecordMetadata: {
        sequenceNumber: record.sequenceNumber,
        subsequenceNumber: 0,
        partitionKey: record.partitionKey,
        shardId: options.shardId,
        approximateArrivalTimestamp: record.arrivedAt,
      },
    })),
  });
  const tries = (options.retries ?? 3) + 1;
  let failure = "";
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    try {
      return verdicts(batch.length, await invoke(payload, options), attempt);
    } catch (error) {
      failure = String(error instanceof Error ? error.message : error);
      const sleep = options.sleep ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
      if (attempt < tries) await sleep(100 * 2 ** attempt);
    }
  }
  return batch.map(() => ({ result: "Failed", reason: failure, code: "Lambda.FunctionError", attempts: tries }));
}

async function invoke(payload: string, options: ProcessorOptions): Promise<FirehoseTransformationResult> {
  const answer = await options.lambda.send(
    new InvokeCommand({
      FunctionName: options.functionName,
      InvocationType: "RequestResponse",
      Payload: Buffer.from(payload),
    }),
  );
  const text = Buffer.from(answer.Payload ?? new Uint8Array()).toString("utf8");
  if (answer.FunctionError !== undefined)
    throw new Error(`the function failed (${answer.FunctionError}): ${text.slice(0, 500)}`);
  const result: unknown = JSON.parse(text);
  if (typeof result !== "object" || result === null || !("records" in result) || !Array.isArray(result.records)) {
    throw new Error(`the function answered without records: ${text.slice(0, 200)}`);
  }
  return result as FirehoseTransformationResult;
}

function verdicts(count: number, { records }: FirehoseTransformationResult, attempts: number): Processed[] {
  const byId = new Map<string, FirehoseTransformationResult["records"][number]>();
  const doubled = new Set<string>();
  for (const record of records) {
    if (byId.has(record.recordId)) doubled.add(record.recordId);
    byId.set(record.recordId, record);
  }
  return Array.from({ length: count }, (_, index): Processed => {
    const id = idOf(index);
    const answer = byId.get(id);
    if (answer === undefined) return failed("no result for this record", "Lambda.MissingRecordId", attempts);
    if (doubled.has(id)) return failed("several results for this record", "Lambda.DuplicatedRecordId", attempts);
    const keys = answer.metadata?.partitionKeys ?? {};
    switch (answer.result) {
      case "Ok":
        return { result: "Ok", data: Buffer.from(answer.data ?? "", "base64"), partition: keys };
      case "Dropped":
        return { result: "Dropped", reason: keys["reason"] ?? "dropped" };
      default:
        return failed(keys["reason"] ?? "processing_failed", "Lambda.ProcessingFailedStatus", attempts);
    }
  });
}

function failed(reason: string, code: string, attempts: number): Processed {
  return { result: "Failed", reason, code, attempts };
}

function idOf(index: number): string {
  return String(index).padStart(12, "0");
}
