import type { TrafficProfile } from "../../regions/traffic";

// docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html: a unit writes 1 KB and reads 4 KB
// (half a unit when eventually consistent)
const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;
/** Bytes of one recommended item in a list: an id of some 20 characters, a score, DynamoDB's own overhead. */
const ITEM_BYTES = 48;
/** Bytes of a list besides its items: keys (64-character pseudonym, version), times. */
const LIST_BYTES = 200;
/** Part of the recommendation requests that the cache does not answer: planned for its loss, hence all. */
const CACHE_MISS = 1;

export interface TableCapacity {
  /** Bytes of one user's list. */
  readonly listBytes: number;
  /** Write units for one whole run of scoring, in one region. */
  readonly writeUnitsPerRun: number;
  /** Write units per second that the writer may use, so that a run ends in time: its rate limit. */
  readonly writeUnitsPerSecond: number;
  /** Read units per second at peak, without a cache. */
  readonly readUnitsPerSecond: number;
}

/**
 * - list = 200 B + items x 48 B
 * - write units of a run = users x ceil(list / 1 KB)
 * - write rate = write units / seconds that scoring may write
 * - read rate = peak requests/s x ceil(list / 4 KB) x 1/2
 */
export function planTables(traffic: TrafficProfile, writeSeconds: number): TableCapacity {
  const listBytes = LIST_BYTES + traffic.recommendationsPerUser * ITEM_BYTES;
  const writeUnitsPerRun = traffic.users * Math.ceil(listBytes / WRITE_UNIT_BYTES);
  const peakRequests = traffic.recommendationsPerSecond * traffic.peakFactor * CACHE_MISS;
  return {
    listBytes,
    writeUnitsPerRun,
    writeUnitsPerSecond: Math.max(1, Math.ceil(writeUnitsPerRun / writeSeconds)),
    readUnitsPerSecond: Math.max(1, Math.ceil(peakRequests * Math.ceil(listBytes / READ_UNIT_BYTES) * 0.5)),
  };
}
