import { KMSClient } from "@aws-sdk/client-kms";
import type {
  FirehoseTransformationEvent,
  FirehoseTransformationEventRecord,
  FirehoseTransformationResult,
} from "aws-lambda";
import { PUT_RECORDS } from "../../aws/facts";
import { transformSettings } from "../../contracts/settings/transform";
import { settleOverflow, transformBatch, type BatchAnswer } from "./batch";
import { deriveSalt, pseudonymiser } from "../kit/pseudonym";

/** The salt, asked for once a container; a failure is forgotten so that the next batch asks again. */
let pseudonym: Promise<(userId: string) => string> | undefined;

async function startPseudonymiser(): Promise<(userId: string) => string> {
  const { pseudonymKeyAlias } = transformSettings.read(process.env);
  return pseudonymiser(await deriveSalt(new KMSClient({}), pseudonymKeyAlias));
}

/**
 * Firehose's data transformation function. Environment: `contracts/settings/transform.ts`. Needs kms:GenerateMac on
 * the residency zone's HMAC key, and kinesis:PutRecords on the source stream for what does not fit
 * into an answer. Fails as a whole only when the salt cannot be had, so that Firehose tries the batch again.
 */
export async function handler(event: FirehoseTransformationEvent): Promise<FirehoseTransformationResult> {
  pseudonym ??= startPseudonymiser();
  let keyOf: (userId: string) => string;
  try {
    keyOf = await pseudonym;
  } catch (error) {
    pseudonym = undefined;
    throw error;
  }
  const answer = transformBatch(event.records, keyOf);
  const records = settleOverflow(answer, await reingest(event, answer));
  log(answer);
  return { records };
}

/**
 * Puts what did not fit into the answer back on the source stream, as AWS's own transformation blueprints do.
 * @returns the places that the stream took.
 */
async function reingest(event: FirehoseTransformationEvent, answer: BatchAnswer): Promise<ReadonlySet<number>> {
  const taken = new Set<number>();
  const stream = event.sourceKinesisStreamArn;
  // One record that alone is too large would come back for ever.
  if (stream === undefined || answer.overflow.length === 0 || answer.counts.ok === 0) return taken;
  const { KinesisClient, PutRecordsCommand } = await import("@aws-sdk/client-kinesis");
  const kinesis = new KinesisClient({});
  for (let from = 0; from < answer.overflow.length; from += PUT_RECORDS.records) {
    const places = answer.overflow.slice(from, from + PUT_RECORDS.records);
    try {
      const { Records = [] } = await kinesis.send(
        new PutRecordsCommand({ StreamARN: stream, Records: places.map((place) => entry(event.records[place])) }),
      );
      places.forEach((place, index) => {
        if (Records[index]?.SequenceNumber !== undefined) taken.add(place);
      });
    } catch (error) {
      console.error(JSON.stringify({ level: "error", message: "re-ingestion failed", error: String(error) }));
    }
  }
  return taken;
}

function entry(record: FirehoseTransformationEventRecord | undefined): { Data: Buffer; PartitionKey: string } {
  return {
    Data: Buffer.from(record?.data ?? "", "base64"),
    PartitionKey: record?.kinesisRecordMetadata?.partitionKey ?? record?.recordId ?? "none",
  };
}

/** Counts as CloudWatch metrics in the embedded metric format, and the reasons of failures. */
function log({ counts, details }: BatchAnswer): void {
  for (const detail of details) console.warn(JSON.stringify({ level: "warn", message: "event failed", ...detail }));
  const values: Record<string, number> = { Records: counts.records, Ok: counts.ok };
  for (const [reason, n] of Object.entries(counts.dropped)) values[`Dropped_${reason}`] = n;
  for (const [reason, n] of Object.entries(counts.failed)) values[`Failed_${reason}`] = n;
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: "Count" }));
  const _aws = {
    Timestamp: Date.now(),
    CloudWatchMetrics: [{ Namespace: "Meridian/Transform", Dimensions: [[]], Metrics }],
  };
  console.info(JSON.stringify({ _aws, ...values }));
}
