import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { convert, type RefusedRow } from "./convert";
import {
  BATCH_OBJECTS,
  deleteLanded,
  finish,
  listObjects,
  quarantine,
  quarantineKey,
  readLanded,
  settledObject,
  verifiedKey,
  type IntakeOptions,
} from "./intake";
import type { ObjectOutcome } from "./outcome";
import { encryption, verifiedTags } from "./promote";
import { checkBytes, digestOf, type Rejected } from "./verify";

const compress = promisify(gzip);

/** Names in an upload's folder that are no data. */
export const SUCCESS = "_SUCCESS";
const MANIFEST = "_manifest.json";

/** `_manifest.json` of a bulk upload: what its writer says it wrote. Written before `_SUCCESS`. */
export interface BulkManifest {
  readonly files: readonly BulkFile[];
}

export interface BulkFile {
  /** Name below the upload's folder. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly records: number;
}

/** Outcome of a bulk upload: taken as a whole, or not yet. */
export type BulkOutcome =
  | { readonly folder: string; readonly complete: true; readonly objects: readonly ObjectOutcome[] }
  | {
      readonly folder: string;
      readonly complete: false;
      /** Whether its writer says that it is whole. */
      readonly marked: boolean;
      readonly problems: readonly string[];
    };

/**
 * Takes a bulk upload in a folder below landing: nothing moves before `_SUCCESS` and a manifest exist there and each
 * file it names is present with the size it says, so that a writer that died half-way is not taken for done. Then each
 * file is checked against its checksum and record count and converted to Parquet: see convert(). Rows that the contract
 * refuses are kept in quarantine with their reasons. May be killed at any point and run again.
 */
export async function intakeBulk(folder: string, options: IntakeOptions): Promise<BulkOutcome> {
  const prefix = folder.endsWith("/") ? folder : `${folder}/`;
  const listed = new Map((await listObjects(options.s3, options.bronzeBucket, prefix)).map((one) => [one.key, one]));
  const marked = listed.has(prefix + SUCCESS);
  const incomplete = (...problems: string[]): BulkOutcome => ({ folder: prefix, complete: false, marked, problems });
  const marks = [
    ...(marked ? [] : [`${prefix}${SUCCESS}: want the writer's mark, got nothing`]),
    ...(listed.has(prefix + MANIFEST) ? [] : [`${prefix}${MANIFEST}: want the manifest, got nothing`]),
  ];
  if (marks.length > 0) return incomplete(...marks);
  const manifest = await readManifest(prefix + MANIFEST, options);
  if (typeof manifest === "string") return incomplete(manifest);
  const problems: string[] = [];
  const named = new Set([SUCCESS, MANIFEST, ...manifest.files.map(({ name }) => name)]);
  for (const key of listed.keys()) {
    if (!named.has(key.slice(prefix.length))) problems.push(`${key}: want it in the manifest, got no word of it`);
  }
  const waiting: BulkFile[] = [];
  for (const file of manifest.files) {
    const key = prefix + file.name;
    const found = listed.get(key);
    if (found === undefined) {
      // A run that was killed has moved some already: those are done.
      if ((await settledObject(key, options)) === undefined) problems.push(`${key}: want a file, got nothing`);
      continue;
    }
    if (found.bytes !== file.bytes) problems.push(`${key}: want ${file.bytes} bytes, got ${found.bytes}`);
    waiting.push(file);
  }
  if (problems.length > 0) return incomplete(...problems);
  return { folder: prefix, complete: true, objects: await takeFiles(prefix, waiting, options) };
}

async function takeFiles(
  prefix: string,
  files: readonly BulkFile[],
  options: IntakeOptions,
): Promise<readonly ObjectOutcome[]> {
  const objects: ObjectOutcome[] = [];
  for (let from = 0; from < files.length; from += BATCH_OBJECTS) {
    const batch: ObjectOutcome[] = [];
    for (const file of files.slice(from, from + BATCH_OBJECTS)) {
      batch.push(await settleFile(prefix + file.name, file, options));
    }
    await finish(batch, options);
    objects.push(...batch);
  }
  // The mark goes first: without it a manifest that is left over starts nothing.
  await deleteLanded(prefix + SUCCESS, options);
  await deleteLanded(prefix + MANIFEST, options);
  return objects;
}

/** Takes all bulk uploads that carry their writer's mark. */
export async function intakeBulks(options: IntakeOptions): Promise<BulkOutcome[]> {
  const root = bulkPrefix(options);
  const outcomes: BulkOutcome[] = [];
  for (const { key } of await listObjects(options.s3, options.bronzeBucket, root)) {
    const folder = markedFolder(key, options);
    if (folder !== undefined) outcomes.push(await intakeBulk(folder, options));
  }
  return outcomes;
}

/** The folder of a bulk upload whose mark the key is; `undefined` for another key. */
export function markedFolder(key: string, options: Pick<IntakeOptions, "landingPrefix">): string | undefined {
  const isMark = key.startsWith(bulkPrefix(options)) && key.endsWith(`/${SUCCESS}`);
  return isMark ? key.slice(0, -SUCCESS.length) : undefined;
}

function bulkPrefix({ landingPrefix }: Pick<IntakeOptions, "landingPrefix">): string {
  return `${landingPrefix ?? "landing/"}bulk/`;
}

/** Converts one file; it stays in landing until the batch is handed over. */
async function settleFile(key: string, expected: BulkFile, options: IntakeOptions): Promise<ObjectOutcome> {
  const outcome = await convertFile(key, expected, options);
  return outcome.result === "gone" ? outcome : { ...outcome, claimed: expected.records };
}

async function convertFile(key: string, expected: BulkFile, options: IntakeOptions): Promise<ObjectOutcome> {
  const landed = await readLanded(key, options);
  if (landed === undefined) return { key, result: "gone", records: 0, bytes: 0 };
  const { body } = landed;
  const sha256 = digestOf(body);
  const reject = (verdict: Omit<Rejected, "ok" | "sha256">): Promise<ObjectOutcome> =>
    quarantine(key, landed, { ok: false, sha256, ...verdict }, expected.records, options);
  const changed = checkBytes(body, sha256, expected);
  if (changed !== undefined) return reject({ ...changed, records: 0 });
  const converted = await convert(body, key);
  if (!converted.ok) return reject(converted);
  const { parquet, records, refused } = converted;
  const rows = records + refused.length;
  if (rows !== expected.records) {
    return reject({ reason: "records", detail: `want ${expected.records} records, got ${rows}`, records });
  }
  if (refused.length > 0) await keepRefused(key, refused, options);
  const movedTo = verifiedKey(key, options);
  await options.s3.send(
    new PutObjectCommand({
      Bucket: options.bronzeBucket,
      Key: movedTo,
      Body: parquet,
      ContentType: "application/vnd.apache.parquet",
      Metadata: { records: String(records), refused: String(refused.length), sha256 },
      Tagging: verifiedTags(sha256),
      ...encryption(options.keyArn),
    }),
  );
  return { key, result: "verified", movedTo, records, refused: refused.length, bytes: body.length, sha256 };
}

/** Key of a converted file's refused rows in the quarantine bucket. */
export function refusedKey(key: string): string {
  return `${quarantineKey(key)}.refused.ndjson.gz`;
}

async function keepRefused(
  key: string,
  refused: readonly RefusedRow[],
  { s3, quarantineBucket }: IntakeOptions,
): Promise<void> {
  const lines = refused.map((row) => `${JSON.stringify(row)}\n`).join("");
  await s3.send(
    new PutObjectCommand({
      Bucket: quarantineBucket,
      Key: refusedKey(key),
      Body: await compress(lines),
      ContentType: "application/x-ndjson",
      Metadata: { reason: "columns", records: String(refused.length) },
    }),
  );
}

async function readManifest(key: string, options: IntakeOptions): Promise<BulkManifest | string> {
  const { Body } = await options.s3.send(new GetObjectCommand({ Bucket: options.bronzeBucket, Key: key }));
  let value: unknown;
  try {
    value = JSON.parse((await Body?.transformToString()) ?? "");
  } catch {
    return `${key}: want JSON, got something else`;
  }
  return isManifest(value) ? value : `${key}: want files with name, bytes, sha256 and records, got something else`;
}

function isManifest(value: unknown): value is BulkManifest {
  return (
    typeof value === "object" &&
    value !== null &&
    "files" in value &&
    Array.isArray(value.files) &&
    value.files.every(isFile)
  );
}

function isFile(value: unknown): value is BulkFile {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "bytes" in value &&
    typeof value.bytes === "number" &&
    "sha256" in value &&
    typeof value.sha256 === "string" &&
    "records" in value &&
    typeof value.records === "number"
  );
}
