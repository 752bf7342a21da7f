import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { CURATED_COLUMNS, duckdbType, type ColumnKind } from "../../contracts/events/columns";
import { exportTable, type ExportOptions } from "./parquet";
import { SQL_FOLDER, type KeptTable } from "../../contracts/lake/pipeline";
import { filesBelow, identifier, literal, rowsOf } from "./sql";

/**
 * MiB that the engine's own buffers may take; what does not fit waits in files. With what it does not count (readers,
 * writers, dictionaries, this process) the peak is about twice as much.
 */
const MEMORY_MIB = 384;

/** Most distinct values of a column that is kept as numbers: a million texts of 64 bytes take some 100 MB. */
const DICTIONARY_WORDS = 1_000_000;

/** The embedded engine with the pipeline's macros. */
export interface Engine {
  /** Makes `verified_events` of all NDJSON and Parquet files below a folder, every column as text. A line that is no JSON object is a row of nulls. */
  readVerified(folder: string): Promise<void>;
  /** Makes `kept_events` of the Parquet files below some folders; without files it is empty. */
  readKept(folders: readonly string[]): Promise<void>;
  /** @param dictionaries columns to keep as numbers, by groups; see {@link KeptTable.dictionaries} */
  createTable(name: string, select: string, dictionaries?: KeptTable["dictionaries"]): Promise<void>;
  createView(name: string, select: string): Promise<void>;
  /** As {@link createTable}, of rows that wait on disk. */
  createStage(name: string, select: string): Promise<void>;
  dropTable(name: string): Promise<void>;
  count(table: string, where?: string): Promise<number>;
  /**
   * Writes a table as Parquet below a folder; returns the values of its partition column, sorted. @see exportTable
   * @param only values of the partition column to write; all by default
   */
  exportTable(table: KeptTable, folder: string, only?: ReadonlySet<string>): Promise<string[]>;
  /** Puts the files that {@link exportTable} wrote of a whole table in its place: what they hold need not be in memory too. */
  replaceByFiles(table: KeptTable, folder: string): Promise<void>;
  rows(select: string): Promise<Record<string, unknown>[]>;
  /** Writes the rows of a SELECT as one Parquet file, in its order. */
  writeFile(select: string, file: string): Promise<void>;
  close(): void;
}

/** How an engine is opened. */
export interface EngineOptions extends ExportOptions {
  /** Folder for what does not fit into memory. */
  readonly folder: string;
  readonly threads: number;
  /** MiB of its buffers. @default 384 */
  readonly memoryMib?: number;
}

/** Opens an engine that spills into its folder. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(options.threads),
    memory_limit: `${options.memoryMib ?? MEMORY_MIB}MiB`,
    temp_directory: join(options.folder, "spill"),
    // DuckDB would otherwise try to download extensions that a query seems to need.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    // Rows keep an order where a query asks for one, which every export does; to keep any other takes memory.
    preserve_insertion_order: "false",
    // What is freed goes back to the system at once, not when the same thread next needs it.
    allocator_background_threads: "true",
  });
  const connection = await instance.connect();
  // A time without an offset is UTC, whatever the machine's zone.
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(await readFile(join(SQL_FOLDER, "prelude.duckdb.sql"), "utf8"));
  const createView = async (name: string, select: string): Promise<void> => {
    await connection.run(`CREATE OR REPLACE VIEW ${identifier(name)} AS ${select}`);
  };
  const dropTable = async (name: string): Promise<void> => {
    await connection.run(`DROP TABLE IF EXISTS ${identifier(name)}`);
  };
  return {
    readVerified: (folder) => readVerified(connection, folder),
    readKept: (folders) => readKept(connection, folders),
    createTable: async (name, select, dictionaries = []) => {
      const rows = await encoded(connection, name, select, dictionaries);
      await connection.run(`CREATE OR REPLACE TABLE ${identifier(name)} AS ${rows}`);
    },
    createView,
    createStage: async (name, select) => {
      const folder = join(options.folder, "stage");
      mkdirSync(folder, { recursive: true });
      const file = literal(join(folder, `${name}.parquet`));
      await connection.run(`COPY (${select}) TO ${file} (FORMAT parquet, COMPRESSION uncompressed)`);
      await createView(name, `SELECT * FROM read_parquet(${file})`);
    },
    dropTable,
    count: async (table, where) => {
      const condition = where === undefined ? "" : ` WHERE ${where}`;
      const [row] = await rowsOf(connection, `SELECT COUNT(*) AS n FROM ${identifier(table)}${condition}`);
      return Number(row?.["n"] ?? 0);
    },
    exportTable: (table, folder, only) => exportTable(connection, table, folder, { ...options, only }),
    replaceByFiles: async ({ name, staged, partitionBy }, folder) => {
      const files = await filesBelow(connection, folder, [".parquet"]);
      // An empty table has no files: it stays.
      if (files === "") return;
      if (staged !== true) await dropTable(name);
      const partitions = partitionBy === undefined ? "false" : "true, hive_types_autocast = false";
      await createView(name, `SELECT * FROM read_parquet([${files}], hive_partitioning = ${partitions})`);
    },
    rows: (select) => rowsOf(connection, select),
    writeFile: async (select, file) => {
      await connection.run(`COPY (${select}) TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`);
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/**
 * A SELECT with some of its text columns as DuckDB ENUMs, numbers that encode texts. Numbers are given in the order of the
 * texts, so that comparisons, groups and sorting come to the same, several times as fast and in a fraction of the memory.
 */
async function encoded(
  connection: DuckDBConnection,
  name: string,
  select: string,
  dictionaries: readonly (readonly string[])[],
): Promise<string> {
  const casts: string[] = [];
  for (const group of dictionaries) {
    const words = identifier(`${name}_words`);
    const columns = group.map(identifier).join(", ");
    await connection.run(`CREATE OR REPLACE TEMP TABLE ${words} AS SELECT DISTINCT ${columns} FROM (${select})`);
    for (const column of group) {
      const quoted = identifier(column);
      const values = `SELECT DISTINCT ${quoted} FROM ${words} WHERE ${quoted} IS NOT NULL`;
      const [{ n } = { n: 0 }] = await rowsOf(connection, `SELECT COUNT(*) AS n FROM (${values})`);
      if (Number(n) === 0 || Number(n) > DICTIONARY_WORDS) continue;
      const type = identifier(`${name}_${column}`);
      await connection.run(`CREATE TYPE ${type} AS ENUM (${values} ORDER BY 1)`);
      casts.push(`CAST(${quoted} AS ${type}) AS ${quoted}`);
    }
    await connection.run(`DROP TABLE ${words}`);
  }
  return casts.length === 0 ? select : `SELECT * REPLACE (${casts.join(", ")}) FROM (${select})`;
}

async function readVerified(connection: DuckDBConnection, folder: string): Promise<void> {
  const lines = await filesBelow(connection, folder, [".ndjson", ".ndjson.gz"]);
  const converted = await filesBelow(connection, folder, [".parquet"]);
  // By name: a folder's name may give a reader columns more.
  const names = CURATED_COLUMNS.map(({ name }) => identifier(name)).join(", ");
  const columns = CURATED_COLUMNS.map(({ name }) => `${identifier(name)}: 'VARCHAR'`).join(", ");
  const texts = CURATED_COLUMNS.map(({ name, kind }) => `${asText(identifier(name), kind)} AS ${identifier(name)}`);
  const empty = CURATED_COLUMNS.map(({ name }) => `CAST(NULL AS VARCHAR) AS ${identifier(name)}`).join(", ");
  const sources = [
    lines !== "" &&
      `SELECT ${names} FROM read_json([${lines}],
         format = 'newline_delimited', columns = {${columns}}, ignore_errors = true)`,
    converted !== "" && `SELECT ${texts.join(", ")} FROM read_parquet([${converted}], hive_partitioning = false)`,
  ].filter((source) => source !== false);
  const select = sources.length === 0 ? `SELECT ${empty} WHERE false` : sources.join(" UNION ALL ");
  await connection.run(`CREATE OR REPLACE VIEW verified_events AS ${select}`);
}

/** A typed column as the text that NDJSON has for the same value. */
function asText(column: string, kind: ColumnKind): string {
  return kind === "instant" ? `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ')` : `CAST(${column} AS VARCHAR)`;
}

async function readKept(connection: DuckDBConnection, folders: readonly string[]): Promise<void> {
  const lists = await Promise.all(folders.map((folder) => filesBelow(connection, folder, [".parquet"])));
  const files = lists.filter((list) => list !== "").join(", ");
  const names = CURATED_COLUMNS.map(({ name }) => identifier(name)).join(", ");
  const empty = CURATED_COLUMNS.map(({ name, kind }) => `CAST(NULL AS ${duckdbType(kind)}) AS ${identifier(name)}`);
  await connection.run(
    files === ""
      ? `CREATE OR REPLACE VIEW kept_events AS SELECT ${empty.join(", ")}, '' AS date WHERE false`
      : `CREATE OR REPLACE VIEW kept_events AS
           SELECT ${names}, CAST(CAST(occurred_at AS DATE) AS VARCHAR) AS date
           FROM read_parquet([${files}], hive_partitioning = false, union_by_name = true)`,
  );
}
