import { GetObjectCommand } from "@aws-sdk/client-s3";
import { intakeObject, listObjects, settledObject, type IntakeOptions, type ObjectOutcome } from "./intake";

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
  | { readonly complete: true; readonly objects: readonly ObjectOutcome[] }
  | { readonly complete: false; readonly problems: readonly string[] };

/**
 * Takes a bulk upload in a folder below landing: nothing moves before `_SUCCESS` and a manifest stand there and each
 * file it names is present with the size it says, so that a writer that died half-way is not taken for done. Then each
 * file is checked against its checksum and record count.
 */
export async function intakeBulk(folder: string, options: IntakeOptions): Promise<BulkOutcome> {
  const prefix = folder.endsWith("/") ? folder : `${folder}/`;
  const listed = new Map((await listObjects(options.s3, options.bronzeBucket, prefix)).map((one) => [one.key, one]));
  const problems: string[] = [];
  if (!listed.has(`${prefix}_SUCCESS`)) problems.push(`${prefix}_SUCCESS: want the writer's mark, got nothing`);
  if (!listed.has(`${prefix}_manifest.json`)) problems.push(`${prefix}_manifest.json: want the manifest, got nothing`);
  if (problems.length > 0) return { complete: false, problems };
  const manifest = await readManifest(`${prefix}_manifest.json`, options);
  if (typeof manifest === "string") return { complete: false, problems: [manifest] };
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
  if (problems.length > 0) return { complete: false, problems };
  const objects: ObjectOutcome[] = [];
  for (const { name, bytes, sha256, records } of waiting) {
    objects.push(await intakeObject(prefix + name, options, { bytes, sha256, records }));
  }
  return { complete: true, objects };
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
