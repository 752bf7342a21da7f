import type { TrafficProfile } from "../../regions/traffic";
import { shardsFor } from "../../regions/capacity";
import { BYTES } from "../kit/units";

/** Peak of the day. */
function peak(traffic: TrafficProfile): { readonly records: number; readonly bytes: number } {
  const records = traffic.eventsPerSecond * traffic.peakFactor;
  return { records, bytes: records * traffic.eventBytes };
}

/** Shards = max(peak bytes/s / 1 MiB, peak records/s / 1000) / 0.7, rounded up; at least 1. */
export function planShards(traffic: TrafficProfile): number {
  return shardsFor(peak(traffic));
}

// API reference, Firehose BufferingHints: 1 to 128 MiB (64 to 128 with dynamic partitioning), 0 to 900 s
const BUFFER_MIB = { min: 1, dynamicMin: 64, max: 128 } as const;
export const BUFFER_SECONDS = { min: 60, max: 900 } as const;

/** Intervals of a buffer that fit into the freshness that is promised: the ETL has the rest. */
const BUFFERS_IN_FRESHNESS = 12;

export interface Buffering {
  readonly sizeMiB: number;
  readonly intervalSeconds: number;
}

/**
 * Buffer of a delivery stream. Interval = a twelfth of the data freshness that is promised at most, within 60 to 900 s;
 * size = what comes in one interval at the average rate, so that off peak the interval and at peak the size decides,
 * within 1 (64 with dynamic partitioning) to 128 MiB.
 */
export function planBuffering(traffic: TrafficProfile, freshnessSeconds: number, dynamic: boolean): Buffering {
  const intervalSeconds = clamp(
    Math.floor(freshnessSeconds / BUFFERS_IN_FRESHNESS),
    BUFFER_SECONDS.min,
    BUFFER_SECONDS.max,
  );
  const mib = (traffic.eventsPerSecond * traffic.eventBytes * intervalSeconds) / BYTES.MiB;
  return {
    sizeMiB: clamp(Math.ceil(mib), dynamic ? BUFFER_MIB.dynamicMin : BUFFER_MIB.min, BUFFER_MIB.max),
    intervalSeconds,
  };
}

/** S3 Replication Time Control: docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html */
export const REPLICATION_SECONDS = 900;

/**
 * Buffer of the raw copy, by which events outlive their region: interval = the recovery point that is promised less the
 * 15 minutes in which S3 copies an object, at most that of the freshness, within 60 to 900 s.
 */
export function planRawBuffering(traffic: TrafficProfile, freshnessSeconds: number, rpoSeconds = Infinity): Buffering {
  return planBuffering(
    traffic,
    Math.min(freshnessSeconds, (rpoSeconds - REPLICATION_SECONDS) * BUFFERS_IN_FRESHNESS),
    false,
  );
}

/** Folder of the live table in the bronze bucket. */
export const LIVE_FOLDER = "live";
/** Seconds after which an event is in the live table. Shorter makes small files, which each question must open. */
const LIVE_SECONDS = 300;

/** Buffer of the live delivery: five minutes, or what comes in them at the average rate, within 64 to 128 MiB. */
export function planLiveBuffering(traffic: TrafficProfile): Buffering {
  return planBuffering(traffic, LIVE_SECONDS * BUFFERS_IN_FRESHNESS, true);
}

// docs.aws.amazon.com/firehose/latest/dev/data-transformation.html: a Lambda reply holds at most 6 MB
const LAMBDA_REPLY_BYTES = 6 * BYTES.MiB;
// API reference, ProcessorParameter BufferSizeInMBs: 0.2 to 3
const PROCESSOR_MIB = { min: 0.2, max: 3 } as const;
/** Base64 makes 4 bytes of 3. */
const BASE64 = 4 / 3;
/** A curated event over the event that came in: names in snake_case and a 64-character pseudonym; twice is never reached. */
const GROWTH = 2;
/** `recordId`, `result`, partition keys and punctuation of one answered record, bytes. */
const ENVELOPE_BYTES = 300;

/**
 * MiB of records given to one call of the transform = 6 MiB / (growth x base64 + envelope / event size), rounded down
 * to 0.1, within 0.2 to 3: a reply that is too large loses the whole batch.
 */
export function planProcessorMiB(eventBytes: number): number {
  const replyBytesPerByte = GROWTH * BASE64 + ENVELOPE_BYTES / eventBytes;
  return clamp(
    Math.floor((LAMBDA_REPLY_BYTES / replyBytesPerByte / BYTES.MiB) * 10) / 10,
    PROCESSOR_MIB.min,
    PROCESSOR_MIB.max,
  );
}

/**
 * Records that a Lambda function of one vCPU transforms in a second: a tenth of what bench/transform.ts measures on one
 * core (236,000 to 253,000 of 532 B), since a call also decrypts, ships its reply, and starts cold now and then.
 */
export const TRANSFORM_RECORDS_PER_SECOND = 20_000;
// docs.aws.amazon.com/firehose/latest/dev/data-transformation.html: a call may take 5 minutes
export const TRANSFORM_TIMEOUT_SECONDS = 120;
/** Calls at the same time that Firehose needs in any case: one for each of the streams that transform, and their retries. */
const CONCURRENCY_MIN = 5;
/** Delivery streams that transform in any case: Firehose A, and the branch to search. */
const TRANSFORMING_STREAMS = 2;

/**
 * Reserved concurrency = streams x peak records/s / records/s of one core, which leaves with two streams as much again for
 * retries after an outage of one of them; at least 5.
 * @param streams delivery streams that go through the transform.
 */
export function planTransformConcurrency(traffic: TrafficProfile, streams = TRANSFORMING_STREAMS): number {
  return Math.max(CONCURRENCY_MIN, Math.ceil((peak(traffic).records / TRANSFORM_RECORDS_PER_SECOND) * streams));
}

export interface Throttle {
  /** Requests per second, steady. */
  readonly rate: number;
  /** Requests at once. */
  readonly burst: number;
}

/** Room above the planned peak before the collector refuses. */
const THROTTLE_HEADROOM = 1.5;
const THROTTLE_MIN = 100;

/** Throttle of the collector: rate = 1.5 x peak requests/s (one event a request), burst = 2 x rate; at least 100 and 200. */
export function planThrottle(traffic: TrafficProfile): Throttle {
  const rate = Math.max(THROTTLE_MIN, Math.ceil(peak(traffic).records * THROTTLE_HEADROOM));
  return { rate, burst: rate * 2 };
}

/**
 * Seconds that a call of the collector's function is planned with. A PutRecords call takes some tens of milliseconds, but
 * below a tenth of a second Lambda counts otherwise: ten requests per second for each call that may run at the same time
 * (docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html, "requests per second").
 */
const COLLECT_SECONDS = 0.1;
/** Calls at the same time that stay free for a burst after a pause, when each environment starts cold. */
const COLLECT_CONCURRENCY_MIN = 10;

/**
 * Reserved concurrency of the collector's function, calls at the same time = requests/s that the throttle lets through
 * x seconds of a call (Little's law; same source: "concurrency = requests per second x duration"), rounded up; at least
 * 10. The throttle already has the room above the planned peak. Above 900 the account's quota must be raised: it has
 * 1,000 of which 100 must stay unreserved.
 */
export function planCollectorConcurrency({ rate }: Throttle): number {
  return Math.max(COLLECT_CONCURRENCY_MIN, Math.ceil(rate * COLLECT_SECONDS));
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
