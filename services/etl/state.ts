import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "@duckdb/node-api";
import type { S3Client } from "@aws-sdk/client-s3";
import { listObjects, putIfChanged, readObject, type StoredObject } from "../kit/s3-objects";
import { keptTable, SQL_FOLDER, STEPS, type Figures } from "../../contracts/lake/pipeline";

/** Key of the last run's state in the silver bucket, beside the tables. */
export const STATE_KEY = "_state/etl.json";

/** The tables whose rows carry the events that earlier runs read. */
export const KEPT_TABLES = ["silver_events", "late_events"] as const;

/** What a run leaves for the next one. */
export interface EtlState {
  /** Digest of programs, figures and engine: another version computes everything anew. */
  readonly version: string;
  /** Verified objects that were read, with what changes when one changes: `<etag>/<bytes>`. */
  readonly sources: Readonly<Record<string, string>>;
  /** Objects of {@link KEPT_TABLES} as they were left. */
  readonly files: Readonly<Record<string, string>>;
  readonly verified: number;
  readonly duplicates: number;
}

/**
 * The last run's state, when this run may build on it: same programs and figures, every object that was read still there
 * and unchanged, and the kept tables as they were left. Undefined otherwise (first run, changed programs, erased or
 * replaced events, a run that was killed while it wrote): then everything is computed anew, with the same result.
 */
export async function usableState(
  s3: S3Client,
  buckets: { readonly silver: string },
  sources: readonly StoredObject[],
  wanted: string,
): Promise<EtlState | undefined> {
  const state = await readState(s3, buckets.silver);
  if (state?.version !== wanted) return undefined;
  const present = marksOf(sources);
  if (!Object.entries(state.sources).every(([key, mark]) => present[key] === mark)) return undefined;
  const files = await keptFiles(s3, buckets.silver);
  const same = JSON.stringify(sorted(files)) === JSON.stringify(sorted(state.files));
  return same ? state : undefined;
}

/** Leaves the state for the next run; the last thing that a run does to the tables. */
export async function saveState(
  s3: S3Client,
  buckets: { readonly silver: string },
  state: Omit<EtlState, "sources" | "files"> & { readonly sources: readonly StoredObject[] },
): Promise<void> {
  const sources = sorted(marksOf(state.sources));
  const files = sorted(await keptFiles(s3, buckets.silver));
  await putIfChanged(s3, buckets.silver, STATE_KEY, Buffer.from(JSON.stringify({ ...state, sources, files })));
}

/** Digest of all that decides what a run computes. */
export function programsVersion(figures: Figures): string {
  const hash = createHash("sha256").update(version());
  for (const name of readdirSync(SQL_FOLDER).sort()) {
    hash.update(`${name}\0`).update(readFileSync(join(SQL_FOLDER, name)));
  }
  hash.update(JSON.stringify(STEPS));
  return hash.update(JSON.stringify({ ...sorted({ ...figures }), run_epoch_day: 0 })).digest("hex");
}

/** The last run's state, whether or not a run may build on it; undefined when there is none. */
export async function readState(s3: S3Client, bucket: string): Promise<EtlState | undefined> {
  const text = await readObject(s3, bucket, STATE_KEY);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text.toString()) as EtlState;
  } catch {
    // Torn or foreign: as good as none.
    return undefined;
  }
}

async function keptFiles(s3: S3Client, bucket: string): Promise<Record<string, string>> {
  const lists = await Promise.all(KEPT_TABLES.map((name) => listObjects(s3, bucket, keptTable(name).prefix)));
  return marksOf(lists.flat());
}

function marksOf(objects: readonly StoredObject[]): Record<string, string> {
  return Object.fromEntries(objects.map(({ key, etag, bytes }) => [key, `${etag}/${bytes}`]));
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
