import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { CURATED_COLUMNS, type ColumnKind } from "../../contracts/events/columns";

const decompress = promisify(gunzip);

/** Largest object after decompression, bytes: above it an object is taken for a decompression bomb. */
export const MAX_EXPANDED_BYTES = 512 * 1024 ** 2;

/** What an object holds. */
export interface Verified {
  readonly ok: true;
  readonly records: number;
  /** Of the object's bytes as stored, hex. */
  readonly sha256: string;
}

/** Why an object cannot be handed over. */
export interface Rejected {
  readonly ok: false;
  readonly reason: "size" | "checksum" | "format" | "torn" | "empty" | "columns" | "records";
  readonly detail: string;
  /** Good lines before and after the fault, where lines could be read. */
  readonly records: number;
  readonly sha256: string;
}

export type Verdict = Verified | Rejected;

/** What is known about an object before it is read. */
export interface Expected {
  readonly bytes?: number;
  /** As S3 lists it; an MD5 for objects put in one piece without SSE-KMS, else ignored. */
  readonly etag?: string;
  /** From the manifest of a bulk upload. */
  readonly sha256?: string;
  readonly records?: number;
}

/** Checks an object of curated events: size, checksum, whole gzip, each line with all columns and types. */
export async function verifyObject(body: Buffer, expected: Expected = {}): Promise<Verdict> {
  const sha256 = digestOf(body);
  const reject = (reason: Rejected["reason"], detail: string, records = 0): Rejected => ({
    ok: false,
    reason,
    detail,
    records,
    sha256,
  });
  const changed = checkBytes(body, sha256, expected);
  if (changed !== undefined) return reject(changed.reason, changed.detail);
  let text: string;
  try {
    text = (await decompress(body, { maxOutputLength: MAX_EXPANDED_BYTES })).toString("utf8");
  } catch (error) {
    return reject("torn", `want whole gzip, got ${error instanceof Error ? error.message : String(error)}`);
  }
  const { records, problem } = checkLines(text);
  if (problem !== undefined) return reject("columns", problem, records);
  if (records === 0) return reject("empty", "want at least one record, got none");
  if (expected.records !== undefined && expected.records !== records) {
    return reject("records", `want ${expected.records} records, got ${records}`, records);
  }
  return { ok: true, records, sha256 };
}

/** SHA-256 of an object's bytes as stored, hex. */
export function digestOf(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex");
}

/** What is wrong with an object's bytes, before anything in them is read. */
export function checkBytes(
  body: Buffer,
  sha256: string,
  expected: Expected,
): Pick<Rejected, "reason" | "detail"> | undefined {
  if (expected.bytes !== undefined && expected.bytes !== body.length) {
    return { reason: "size", detail: `want ${expected.bytes} bytes, got ${body.length}` };
  }
  if (expected.sha256 !== undefined && expected.sha256 !== sha256) {
    return { reason: "checksum", detail: `want sha256 ${expected.sha256}, got ${sha256}` };
  }
  return undefined;
}

/** Counts good lines and words the first fault. */
function checkLines(text: string): { readonly records: number; readonly problem?: string } {
  let records = 0;
  let problem: string | undefined;
  let line = 0;
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf("\n", from);
    const end = newline < 0 ? text.length : newline;
    line += 1;
    const fault = newline < 0 ? "want a line end, got the end of the file" : checkLine(text.slice(from, end));
    if (fault === undefined) records += 1;
    else problem ??= `line ${line}: ${fault}`;
    from = end + 1;
  }
  return problem === undefined ? { records } : { records, problem };
}

/** What is wrong with a curated line; `undefined` for a good one. Names the column, never its value. */
export function checkLine(line: string): string | undefined {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return "want JSON, got something else";
  }
  return checkRow(row);
}

/** What is wrong with a curated row; `undefined` for a good one. Names the column, never its value. */
export function checkRow(row: unknown): string | undefined {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return "want an object, got something else";
  const values = row as Record<string, unknown>;
  for (const { name, kind, nullable } of CURATED_COLUMNS) {
    const value = values[name];
    if (value === undefined) return `${name}: want a value${nullable ? " or null" : ""}, got nothing`;
    if (value === null) {
      if (!nullable) return `${name}: want a value, got null`;
    } else if (!FITS[kind](value)) {
      return `${name}: want ${kind}, got ${typeof value}`;
    }
  }
  for (const name in values) if (!KNOWN.has(name)) return `${name}: want no such column, got one`;
  return undefined;
}

const KNOWN: ReadonlySet<string> = new Set(CURATED_COLUMNS.map(({ name }) => name));
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const FITS: Record<ColumnKind, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  int: (value) => Number.isInteger(value),
  double: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  instant: (value) => typeof value === "string" && INSTANT.test(value),
};
