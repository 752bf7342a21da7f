import type { TrafficProfile } from "../../regions/traffic";
import { BYTES, SECONDS } from "../kit/units";

// docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html: STANDARD_IA after 30 days,
// and GLACIER_IR after 30 more when it comes from STANDARD_IA
const INFREQUENT_AFTER_DAYS = 30;
const ARCHIVE_AFTER_DAYS = 90;

/** Moves and end of a bucket's objects, days after their creation. */
export interface Lifecycle {
  readonly infrequentDays?: number;
  readonly archiveDays?: number;
  readonly expireDays?: number;
  /** Days that a replaced or deleted version is kept. */
  readonly previousVersionsDays: number;
}

/**
 * Lifecycle of data that is kept `retentionDays`: to infrequent access after 30 days and to the archive after 90, each
 * only when it then stays there at least as long as AWS charges for (30 and 90 days).
 */
export function planLifecycle(retentionDays: number): Lifecycle {
  return {
    ...(retentionDays >= INFREQUENT_AFTER_DAYS + 30 ? { infrequentDays: INFREQUENT_AFTER_DAYS } : {}),
    ...(retentionDays >= ARCHIVE_AFTER_DAYS + 90 ? { archiveDays: ARCHIVE_AFTER_DAYS } : {}),
    expireDays: retentionDays,
    previousVersionsDays: Math.min(30, retentionDays),
  };
}

// API reference, CreateWorkGroup: BytesScannedCutoffPerQuery is at least 10 MB
const SCAN_LIMIT_MIN = 10_000_000;
/** About 50 USD a query at 5 USD/TB: a mistake that still hurts nobody. The policy pack's T2 allows no more. */
const SCAN_LIMIT_MAX = 10 * BYTES.TiB;
/** JSON over the Parquet with zstd that is made of it: an estimate on the safe side, to be replaced by the lake's own. */
const COMPRESSION = 8;
/** Days that one question may read: a quarter and some. */
const SCAN_DAYS = 100;

/**
 * Bytes that one query may scan = events of 100 days (or of the retention, when shorter) x event size / 8: enough for a
 * quarter of all columns, too little for the whole lake by mistake; at most 10 TiB.
 */
export function planScanLimit(traffic: TrafficProfile): number {
  const days = Math.min(SCAN_DAYS, traffic.retentionDays);
  const bytes = (traffic.eventsPerSecond * SECONDS.day * days * traffic.eventBytes) / COMPRESSION;
  return Math.min(SCAN_LIMIT_MAX, Math.max(SCAN_LIMIT_MIN, BYTES.GiB, Math.ceil(bytes)));
}
