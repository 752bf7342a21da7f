import type { FirehoseTransformationEvent, FirehoseTransformationResultRecord } from "aws-lambda";
import { Shapes } from "./shapes";
import { transformEvent, type DropReason, type FailReason, type Outcome } from "./transform";

type InputRecord = FirehoseTransformationEvent["records"][number];

/**
 * Room for the records in one answer. Lambda's limit for a synchronous answer is 6 MB (docs.aws.amazon.com/lambda/latest/dg/
 * gettingstarted-limits.html); the rest is left to the frame around them.
 */
export const REPLY_BYTES = 6_000_000;
/** JSON around one record's data: field names, id, partition keys. An upper bound, ids of 128 characters included. */
const RECORD_FRAME_BYTES = 320;

/** Counts of one batch; with the records that came they balance. */
export interface BatchCounts {
  readonly records: number;
  ok: number;
  readonly dropped: Partial<Record<DropReason, number>>;
  readonly failed: Partial<Record<FailReason, number>>;
}

/** An answered batch. */
export interface BatchAnswer {
  readonly records: FirehoseTransformationResultRecord[];
  /** Why records failed, for the log: at most 20 of them, without personal data. */
  readonly details: readonly { readonly recordId: string; readonly detail: string }[];
  /** Places (in `records`) whose result did not fit: they must go to the stream once more or be failed. */
  readonly overflow: readonly number[];
  readonly counts: BatchCounts;
}

/**
 * Transforms a batch as Firehose hands it over; each record id is answered once and in order. The reason of what is not
 * `Ok` travels as the partition key `reason`: the answer's form has no other place, and Firehose does not read it there.
 * An event on which the code breaks is failed by itself and takes none of its batch along.
 */
export function transformBatch(
  records: readonly InputRecord[],
  pseudonym: (userId: string) => string,
  replyBytes = REPLY_BYTES,
): BatchAnswer {
  const answers: FirehoseTransformationResultRecord[] = [];
  const details: { recordId: string; detail: string }[] = [];
  const overflow: number[] = [];
  const counts: BatchCounts = { records: records.length, ok: 0, dropped: {}, failed: {} };
  let bytes = 0;
  for (const { recordId, data } of records) {
    const outcome = transformAlone(data, pseudonym);
    bytes += RECORD_FRAME_BYTES;
    switch (outcome.result) {
      case "Ok": {
        // The direct way is the faster one, but for bytes that are characters only.
        const encoded = outcome.ascii ? btoa(outcome.line) : Buffer.from(outcome.line, "utf8").toString("base64");
        if (bytes + encoded.length > replyBytes) {
          overflow.push(answers.length);
          answers.push(failed(recordId, "too_large"));
          break;
        }
        bytes += encoded.length;
        counts.ok += 1;
        answers.push({ recordId, result: "Ok", data: encoded, metadata: { partitionKeys: outcome.partition } });
        break;
      }
      case "Dropped":
        count(counts.dropped, outcome.reason);
        answers.push({
          recordId,
          result: "Dropped",
          data: "",
          metadata: { partitionKeys: { reason: outcome.reason } },
        });
        break;
      case "ProcessingFailed":
        count(counts.failed, outcome.reason);
        if (details.length < 20) details.push({ recordId, detail: outcome.detail });
        answers.push(failed(recordId, outcome.reason));
    }
  }
  return { records: answers, details, overflow, counts };
}

/** Tries an event on which the code broke once more: what it broke on may have been a cache, not the event. */
function transformAlone(data: string, pseudonym: (userId: string) => string): Outcome {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return curate(data, pseudonym);
    } catch (error) {
      // The message may hold what the event holds.
      const name = error instanceof Error ? error.name : typeof error;
      if (attempt === 2) {
        return { result: "ProcessingFailed", reason: "crashed", detail: `event: want no error, got ${name}` };
      }
    }
  }
}

const shapes = new Shapes();
/** Room for the bytes of one event; a larger one goes the general way. */
const MOST_BYTES = 16_384;
const scratch = Buffer.allocUnsafeSlow(MOST_BYTES);

function curate(data: string, pseudonym: (userId: string) => string): Outcome {
  // Base64 may hold white space, so that this is the most that can come.
  if (data.length > (MOST_BYTES / 3) * 4) return transformEvent(Buffer.from(data, "base64"), pseudonym);
  const length = scratch.write(data, "base64");
  const text = scratch.toString("latin1", 0, length);
  const curated = shapes.curate(text, pseudonym);
  if (curated !== undefined) return curated;
  const outcome = transformEvent(scratch.subarray(0, length), pseudonym);
  if (outcome.result === "Ok" && outcome.ascii) shapes.learn(text);
  return outcome;
}

/** Settles what did not fit: `Dropped` where it went to the stream once more, else `ProcessingFailed`, so that none is lost. */
export function settleOverflow(
  answer: BatchAnswer,
  reingested: ReadonlySet<number>,
): FirehoseTransformationResultRecord[] {
  for (const place of answer.overflow) {
    const record = answer.records[place];
    if (record === undefined) continue;
    if (reingested.has(place)) {
      count(answer.counts.dropped, "reingested");
      record.result = "Dropped";
      record.metadata = { partitionKeys: { reason: "reingested" } };
    } else {
      count(answer.counts.failed, "too_large");
    }
  }
  return answer.records;
}

// No data: Firehose keeps the record as it came, and an answer stays small.
function failed(recordId: string, reason: FailReason): FirehoseTransformationResultRecord {
  return { recordId, result: "ProcessingFailed", data: "", metadata: { partitionKeys: { reason } } };
}

function count<K extends string>(counts: Partial<Record<K, number>>, reason: K): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}
