import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Counts of one delivery stream since its stream was created. */
export interface DeliveryCounts {
  /** Records read from the stream. */
  read: number;
  /** Records written to the destination. */
  delivered: number;
  /** Left out by the transform, by reason. */
  readonly dropped: Record<string, number>;
  /** Written under the error prefix, by reason. */
  readonly failed: Record<string, number>;
  objects: number;
  bytes: number;
}

/** Where a shard stands. */
export interface ShardState {
  /** Last sequence number whose block is wholly written. */
  readonly committed?: string;
  /**
   * A block under way: on a restart it is done again up to the same record and with the same object names, so that what
   * a killed run had written is overwritten and nothing is counted twice.
   */
  readonly intent?: { readonly last: string; readonly records: number };
}

export interface DeliveryState {
  readonly version: 1;
  /** The stream's creation time: a stream that was made anew starts from its beginning. */
  readonly streamCreated: number;
  readonly shards: Record<string, ShardState>;
  readonly counts: DeliveryCounts;
}

export function emptyCounts(): DeliveryCounts {
  return { read: 0, delivered: 0, dropped: {}, failed: {}, objects: 0, bytes: 0 };
}

/** Adds `more` to `counts`. */
export function addCounts(counts: DeliveryCounts, more: DeliveryCounts): void {
  counts.read += more.read;
  counts.delivered += more.delivered;
  counts.objects += more.objects;
  counts.bytes += more.bytes;
  for (const part of ["dropped", "failed"] as const) addReasons(counts[part], more[part]);
}

/** Adds counts by reason. */
export function addReasons(sum: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [reason, n] of Object.entries(more)) sum[reason] = (sum[reason] ?? 0) + n;
}

/** Reads a JSON file; `undefined` where there is none. @throws SyntaxError on a damaged one. */
export function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return JSON.parse(text);
}

/** Replaces a JSON file as a whole: after a crash there is either the old or the new one. */
export function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  const descriptor = openSync(draft, "w");
  try {
    writeSync(descriptor, `${JSON.stringify(value, null, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, file);
}
