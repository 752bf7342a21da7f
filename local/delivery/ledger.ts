import { addReasons, emptyCounts, readJson, writeJson, type DeliveryCounts } from "./state";

/** Counts at the collector. */
export interface CollectedCounts {
  /** Events sent. */
  generated: number;
  /** Not events by the contract; kept with their reasons in the quarantine bucket. */
  refused: number;
  /** On the stream. */
  accepted: number;
  /** Good events that could not be placed in spite of retries: lost to the platform, reported as a difference. */
  unavailable: number;
}

/** Rows of bulk uploads, which come to bronze without a collector. */
export interface BulkCounts {
  /** As the uploads' manifests say. */
  landed: number;
  verified: number;
  /** Left out by the conversion; kept with their reasons. */
  refused: number;
  /** Of files that were turned away. */
  quarantined: number;
}

/** The account of one region's event path since its stream was created. */
export interface RegionLedger extends CollectedCounts {
  readonly version: 1;
  readonly region: string;
  /** Accepted events that wait on the collector's disk, because the stream was away. */
  spilled: number;
  /** Milliseconds since 1970; a stream that was made anew opens a new account. 0 = never ran. */
  readonly streamCreated: number;
  /** Events of a request that is under way. */
  posting: number;
  /** Events of requests that were under way when a run was killed: the stream tells how many of them it has. */
  interrupted: number;
  delivered: DeliveryCounts;
  rawDelivered: number;
  verified: number;
  quarantined: number;
  bulk: BulkCounts;
  /** Objects that the verifier is moving. */
  moving: string[];
  /** What this run alone collected; not kept. */
  readonly run: CollectedCounts;
}

/** The account as it is shown. */
export interface IngestCounts extends CollectedCounts {
  /** Left out by the transform, by reason. */
  readonly dropped: Record<string, number>;
  /** Failed in the transform, by reason; kept under the error prefix. */
  readonly failed: Record<string, number>;
  /** Accepted and still on the collector's disk. */
  spilled: number;
  /** In bronze. */
  landed: number;
  verified: number;
  /** Records of objects that the verifier turned away. */
  quarantined: number;
  /** In the raw bucket. */
  raw: number;
  bulk: BulkCounts;
}

export interface IngestLedger {
  readonly regions: Readonly<Record<string, IngestCounts>>;
  readonly total: IngestCounts;
  /** What the last run alone collected. */
  readonly run: CollectedCounts;
  /** Seconds that the last run took for each stage, over all regions; absent where nothing was run. */
  readonly seconds?: Readonly<Record<string, number>>;
  /** Whether every event is accounted for at every stage. */
  readonly balanced: boolean;
  /** Each stage that does not balance, in words; empty when balanced. */
  readonly differences: readonly string[];
}

const NOTHING: CollectedCounts = { generated: 0, refused: 0, accepted: 0, unavailable: 0 };
const NO_BULK: Readonly<BulkCounts> = { landed: 0, verified: 0, refused: 0, quarantined: 0 };

/** What accounts of an earlier version do not have. */
type Later = "spilled" | "bulk";

/** Opens a region's account; a new one where there is none or, given `streamCreated`, where the stream is another. */
export function openLedger(file: string, region: string, streamCreated?: number): RegionLedger {
  const found = readJson(file) as (Omit<RegionLedger, Later> & Partial<Pick<RegionLedger, Later>>) | undefined;
  if (found?.version === 1 && (streamCreated === undefined || found.streamCreated === streamCreated)) {
    return {
      ...found,
      spilled: found.spilled ?? 0,
      bulk: found.bulk ?? { ...NO_BULK },
      posting: 0,
      interrupted: found.interrupted + found.posting,
      run: { ...NOTHING },
    };
  }
  return {
    version: 1,
    region,
    streamCreated: streamCreated ?? 0,
    ...NOTHING,
    spilled: 0,
    posting: 0,
    interrupted: 0,
    delivered: emptyCounts(),
    rawDelivered: 0,
    verified: 0,
    quarantined: 0,
    bulk: { ...NO_BULK },
    moving: [],
    run: { ...NOTHING },
  };
}

/** Writes a region's account. */
export function saveLedger(file: string, ledger: RegionLedger): void {
  writeJson(file, { ...ledger, run: undefined });
}

/** Adds accounts up and checks each stage of each region. */
export function balance(ledgers: readonly RegionLedger[]): IngestLedger {
  const regions: Record<string, IngestCounts> = {};
  const total = emptyIngestCounts();
  const run = { ...NOTHING };
  const differences: string[] = [];
  for (const ledger of ledgers) {
    const counts = countsOf(ledger);
    regions[ledger.region] = counts;
    add(total, counts);
    for (const key of COLLECTED) run[key] += ledger.run[key];
    differences.push(...imbalances(counts).map((line) => `${ledger.region}: ${line}`));
  }
  return { regions, total, run, balanced: differences.length === 0, differences };
}

/** The stages of an account that do not balance. */
export function imbalances(counts: IngestCounts): string[] {
  const dropped = sum(counts.dropped);
  const failed = sum(counts.failed);
  // What did not fit into an answer went to the stream once more and is read twice.
  const again = counts.dropped["reingested"] ?? 0;
  const found: string[] = [];
  const check = (stage: string, want: number, parts: Readonly<Record<string, number>>): void => {
    const got = sum(parts);
    if (got === want) return;
    const spelt = Object.entries(parts).map(([name, n]) => `${n} ${name}`);
    found.push(`${stage}: want ${want}, got ${got} (${spelt.join(" + ")})`);
  };
  check("generated", counts.generated, { refused: counts.refused, accepted: counts.accepted });
  const onStream = counts.accepted - counts.spilled + again;
  check("on the stream", onStream, { landed: counts.landed, dropped, failed });
  check("landed", counts.landed, { verified: counts.verified, quarantined: counts.quarantined });
  check("raw copy", onStream, { raw: counts.raw });
  const { landed, ...taken } = counts.bulk;
  check("bulk uploads", landed, taken);
  return found;
}

const COLLECTED = ["generated", "refused", "accepted", "unavailable"] as const;
const BULK = ["landed", "verified", "refused", "quarantined"] as const;
const FLAT = [...COLLECTED, "spilled", "landed", "verified", "quarantined", "raw"] as const;

function emptyIngestCounts(): IngestCounts {
  return {
    ...NOTHING,
    ...{ dropped: {}, failed: {}, spilled: 0, landed: 0, verified: 0, quarantined: 0, raw: 0 },
    bulk: { ...NO_BULK },
  };
}

function countsOf({ delivered, ...ledger }: RegionLedger): IngestCounts {
  const { generated, refused, accepted, unavailable, spilled, verified, quarantined } = ledger;
  return {
    ...{ generated, refused, accepted, unavailable, spilled, verified, quarantined },
    dropped: { ...delivered.dropped },
    failed: { ...delivered.failed },
    landed: delivered.delivered,
    raw: ledger.rawDelivered,
    bulk: { ...ledger.bulk },
  };
}

function add(total: IngestCounts, counts: IngestCounts): void {
  for (const key of FLAT) total[key] += counts[key];
  for (const key of BULK) total.bulk[key] += counts.bulk[key];
  addReasons(total.dropped, counts.dropped);
  addReasons(total.failed, counts.failed);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, n) => all + n, 0);
}
