import type { FleetSize } from "../../regions/topology/model";
import type { TrafficProfile } from "../../regions/traffic";
import { BYTES } from "../kit/units";

/**
 * Uncompressed JSON that one instance unpacks, checks line by line and hashes in a second. Node parses about 100 MiB/s
 * on a core; a quarter is left for gunzip, SHA-256 and the way to S3 and back.
 */
export const VERIFY_BYTES_PER_SECOND = 25 * BYTES.MiB;
/** Calls of S3 and SQS around one object, seconds: read, write, delete, acknowledge at some 50 ms each, and reserve. */
export const OBJECT_OVERHEAD_SECONDS = 0.5;
/** Seconds that an object may wait before it is verified; Firehose buffers for longer. */
export const ACCEPTABLE_WAIT_SECONDS = 300;
/** Part of an instance that is planned for. */
const UTILISATION = 0.7;

/** How the delivery writes: see planBuffering() of the ingest room. */
export interface Delivery {
  readonly sizeMiB: number;
  readonly intervalSeconds: number;
}

export interface IntakeCapacity {
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Messages that may wait for each instance. */
  readonly backlogPerInstance: number;
  /** Longest work on one object, seconds: decides the queue's visibility timeout. */
  readonly workSeconds: number;
}

/**
 * - work on one object = buffer size / 25 MiB/s + 0.5 s
 * - objects/s at peak = max(peak bytes/s / buffer size, 1 / buffer interval)
 * - instances = objects/s x work / 0.7; at least 2 (one in each of two zones) where it must not stop, else 1
 * - most = four times that, since after an outage a backlog has to be worked off
 * - backlog = 300 s / work
 */
export function planIntake(traffic: TrafficProfile, delivery: Delivery, size: FleetSize): IntakeCapacity {
  const objectBytes = delivery.sizeMiB * BYTES.MiB;
  const work = objectBytes / VERIFY_BYTES_PER_SECOND + OBJECT_OVERHEAD_SECONDS;
  const peakBytes = traffic.eventsPerSecond * traffic.peakFactor * traffic.eventBytes;
  const objects = Math.max(peakBytes / objectBytes, 1 / delivery.intervalSeconds);
  const instances = Math.max(size === "standard" ? 2 : 1, Math.ceil((objects * work) / UTILISATION));
  return {
    minInstances: size === "standard" ? 2 : 1,
    maxInstances: Math.max(2, instances * 4),
    backlogPerInstance: Math.max(1, Math.floor(ACCEPTABLE_WAIT_SECONDS / work)),
    workSeconds: Math.ceil(work),
  };
}
