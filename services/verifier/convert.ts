import { isUtf8 } from "node:buffer";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { CURATED_COLUMNS, duckdbType, type ColumnKind } from "../../contracts/events/columns";
import { readCsv } from "./csv/csv";
import { checkRow, MAX_EXPANDED_BYTES, type Rejected } from "./verify";

const decompress = promisify(gunzip);

/** A row that its file's Parquet does not have. */
export interface RefusedRow {
  /** Line of the source that it begins in, from 1; of a JSON array the element. */
  readonly line: number;
  /** Names the column, never its value. */
  readonly reason: string;
  /** The row as it came. */
  readonly source: string;
}

/** A file of events as Parquet. */
export interface Converted {
  readonly ok: true;
  readonly parquet: Buffer;
  /** Rows in it. */
  readonly records: number;
  readonly refused: readonly RefusedRow[];
}

/** Why nothing of a file can be converted. */
export type NotConverted = Pick<Rejected, "ok" | "reason" | "detail" | "records">;

/** How a file is written, from its name; `undefined` for one that cannot be converted. */
export function formatOf(name: string): { readonly kind: "json" | "csv"; readonly gzip: boolean } | undefined {
  const [, kind, gzip] = /\.(csv|json|jsonl|ndjson)(\.gz)?$/i.exec(name) ?? [];
  if (kind === undefined) return undefined;
  return { kind: kind.toLowerCase() === "csv" ? "csv" : "json", gzip: gzip !== undefined };
}

/**
 * Converts a file of curated events, JSON (one object a line, or one array) or CSV with a header, plain or gzipped, to
 * Parquet with the contract's columns in their types and order. A row that the contract refuses is left out and reported;
 * all others keep their order. The same bytes give the same bytes.
 */
export async function convert(body: Buffer, name: string): Promise<Converted | NotConverted> {
  const format = formatOf(name);
  if (format === undefined) {
    return not("format", "want a name in .json, .jsonl, .ndjson or .csv, each with or without .gz, got another");
  }
  let bytes = body;
  try {
    if (format.gzip) bytes = await decompress(body, { maxOutputLength: MAX_EXPANDED_BYTES });
  } catch (error) {
    return not("torn", `want whole gzip, got ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isUtf8(bytes)) return not("format", "want UTF-8, got other bytes");
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  const rows = format.kind === "csv" ? csvRows(text) : jsonRows(text);
  if (typeof rows === "string") return not("columns", rows);
  return write(rows);
}

function not(reason: Rejected["reason"], detail: string): NotConverted {
  return { ok: false, reason, detail, records: 0 };
}

type Row = RefusedRow | { readonly values: Readonly<Record<string, unknown>> };

function* jsonRows(text: string): Generator<Row> {
  if (text.trimStart().startsWith("[")) {
    yield* arrayRows(text);
    return;
  }
  let line = 0;
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf("\n", from);
    const end = newline < 0 ? text.length : newline;
    line += 1;
    const source = text.slice(from, end);
    if (source.trim() !== "") yield jsonRow(line, source);
    from = end + 1;
  }
}

function* arrayRows(text: string): Generator<Row> {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    yield { line: 1, reason: "want a whole JSON array, got something else", source: text };
    return;
  }
  for (const [index, value] of (values as unknown[]).entries()) {
    yield checked(index + 1, JSON.stringify(value), value);
  }
}

function jsonRow(line: number, source: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    return { line, reason: "want JSON, got something else", source };
  }
  return checked(line, source, value);
}

/** @returns in words what is wrong with the header. */
function csvRows(text: string): Generator<Row> | string {
  const records = readCsv(text);
  const header = records.next();
  if (header.done === true) return "want a header, got an empty file";
  const names = header.value.fields;
  const problems = [
    ...(header.value.fault === undefined ? [] : [`header: ${header.value.fault}`]),
    ...names.filter((name) => !KINDS.has(name)).map((name) => `${JSON.stringify(name)}: want no such column, got one`),
    ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name}: want it once, got it twice`),
    ...CURATED_COLUMNS.filter(({ name, nullable }) => !nullable && !names.includes(name)).map(
      ({ name }) => `${name}: want a column, got none`,
    ),
  ];
  if (problems.length > 0) return problems.join("; ");
  return csvRowsBelow(names, records);
}

function* csvRowsBelow(names: readonly string[], records: ReturnType<typeof readCsv>): Generator<Row> {
  for (const { line, fields, fault } of records) {
    const source = fields.map(quoted).join(",");
    if (fault !== undefined) yield { line, reason: fault, source };
    else if (fields.length !== names.length) {
      yield { line, reason: `want ${names.length} fields, got ${fields.length}`, source };
    } else {
      const given = new Map(names.map((name, at) => [name, fields[at] ?? ""]));
      const values = CURATED_COLUMNS.map(({ name, kind }) => [name, fromText(given.get(name) ?? "", kind)] as const);
      yield checked(line, source, Object.fromEntries(values));
    }
  }
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** A field's value in its column's type; no text is no value. Text that does not fit stays text, for the check to refuse. */
function fromText(text: string, kind: ColumnKind): unknown {
  if (text === "") return null;
  if (kind === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (kind === "int" || kind === "double") return NUMBER.test(text) ? Number(text) : text;
  return text;
}

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const KINDS: ReadonlyMap<string, ColumnKind> = new Map(CURATED_COLUMNS.map(({ name, kind }) => [name, kind]));
/** Range of the columns' `int`. */
const INT = { min: -(2 ** 31), max: 2 ** 31 - 1 } as const;

function checked(line: number, source: string, value: unknown): Row {
  const reason = checkRow(value) ?? checkStorable(value as Readonly<Record<string, unknown>>);
  if (reason !== undefined) return { line, reason, source };
  return { values: value as Readonly<Record<string, unknown>> };
}

/** What a row's types, which fit the contract, cannot hold: a column of Parquet is narrower than JSON. */
function checkStorable(row: Readonly<Record<string, unknown>>): string | undefined {
  for (const { name, kind } of CURATED_COLUMNS) {
    const value = row[name];
    if (kind === "instant" && typeof value === "string" && !exists(value)) {
      return `${name}: want a time that exists, got another`;
    }
    if (kind === "int" && typeof value === "number" && !(value >= INT.min && value <= INT.max)) {
      return `${name}: want at most 32 bits, got more`;
    }
    if (typeof value === "number" && !Number.isFinite(value)) return `${name}: want a finite number, got another`;
    if (typeof value === "string" && !value.isWellFormed()) return `${name}: want text, got half of a character`;
  }
  return undefined;
}

/** Whether an instant's day and time exist: the 30th of February does not. */
function exists(instant: string): boolean {
  const second = instant.slice(0, 19);
  const time = Date.parse(`${second}Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(second);
}

/** Rows written at once. */
const CHUNK_ROWS = 5_000;

async function write(rows: Iterable<Row>): Promise<Converted | NotConverted> {
  const folder = await mkdtemp(join(tmpdir(), "meridian-intake-"));
  try {
    const lines = join(folder, "rows.ndjson");
    const { records, refused } = await writeLines(rows, lines);
    if (records === 0) {
      const [first] = refused;
      if (first === undefined) return not("empty", "want at least one record, got none");
      return not("columns", `want at least one good row, got none; line ${first.line}: ${first.reason}`);
    }
    const file = join(folder, "rows.parquet");
    await writeParquet(lines, file);
    return { ok: true, parquet: await readFile(file), records, refused };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes good rows as lines; they are read by column. */
async function writeLines(rows: Iterable<Row>, file: string): Promise<{ records: number; refused: RefusedRow[] }> {
  const refused: RefusedRow[] = [];
  let records = 0;
  let chunk: string[] = [];
  const out = await open(file, "w");
  try {
    for (const row of rows) {
      if ("reason" in row) {
        refused.push(row);
        continue;
      }
      records += 1;
      chunk.push(JSON.stringify(row.values));
      if (chunk.length < CHUNK_ROWS) continue;
      await out.write(`${chunk.join("\n")}\n`);
      chunk = [];
    }
    if (chunk.length > 0) await out.write(`${chunk.join("\n")}\n`);
  } finally {
    await out.close();
  }
  return { records, refused };
}

async function writeParquet(from: string, to: string): Promise<void> {
  // One thread: row groups end where they always end.
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    preserve_insertion_order: "true",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  try {
    const connection = await instance.connect();
    try {
      await connection.run("SET TimeZone = 'UTC'");
      const read = CURATED_COLUMNS.map(
        ({ name, kind }) => `${name}: '${kind === "instant" ? "VARCHAR" : duckdbType(kind)}'`,
      );
      const typed = CURATED_COLUMNS.map(({ name, kind }) =>
        kind === "instant" ? `CAST(${name} AS ${duckdbType(kind)}) AS ${name}` : name,
      );
      await connection.run(
        `COPY (SELECT ${typed.join(", ")} FROM read_json(${literal(from)}, format = 'newline_delimited',
           columns = {${read.join(", ")}}, maximum_object_size = ${MAX_EXPANDED_BYTES}))
         TO ${literal(to)} (FORMAT parquet, COMPRESSION zstd)`,
      );
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

/** A text in single quotes, as SQL wants it. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
