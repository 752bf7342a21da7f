import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { CURATED_COLUMNS, duckdbType, type ColumnKind } from "../../ingest/schema/columns";
import type { KeptTable } from "./pipeline";

/** Rows in a Parquet row group: DuckDB's own default, 128 MB or less for rows of 1 KB. duckdb.org/docs/data/parquet/tips */
const ROW_GROUP_ROWS = 122_880;

/** Measured on sorted events: level 1 takes two thirds of the time of the default 3, for files 4 % larger. */
const ZSTD_LEVEL = 1;

/** The embedded engine with the pipeline's macros. */
export interface Engine {
  /** Makes `verified_events` of all NDJSON and Parquet files below a folder, every column as text. A line that is no JSON object is a row of nulls. */
  readVerified(folder: string): Promise<void>;
  /** Makes `kept_events` of the Parquet files below some folders; without files it is empty. */
  readKept(folders: readonly string[]): Promise<void>;
  createTable(name: string, select: string): Promise<void>;
  createView(name: string, select: string): Promise<void>;
  dropTable(name: string): Promise<void>;
  count(table: string, where?: string): Promise<number>;
  /**
   * Writes a table as Parquet below a folder; returns the values of its partition column, sorted.
   * @param only values of the partition column to write; all by default
   */
  exportTable(table: KeptTable, folder: string, only?: ReadonlySet<string>): Promise<string[]>;
  rows(select: string): Promise<Record<string, unknown>[]>;
  close(): void;
}

/** Opens an engine that spills into `folder`. */
export async function openEngine(options: { readonly folder: string; readonly threads: number }): Promise<Engine> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(options.threads),
    temp_directory: join(options.folder, "spill"),
    // DuckDB would otherwise try to download extensions that a query seems to need.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    // Sorted output stays in its order, so that equal rows give equal bytes.
    preserve_insertion_order: "true",
  });
  const connection = await instance.connect();
  // A time without an offset is UTC, wherever the machine stands.
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(await readFile(join(__dirname, "sql", "prelude.duckdb.sql"), "utf8"));
  return {
    readVerified: (folder) => readVerified(connection, folder),
    readKept: (folders) => readKept(connection, folders),
    createTable: async (name, select) => {
      await connection.run(`CREATE OR REPLACE TABLE ${identifier(name)} AS ${select}`);
    },
    createView: async (name, select) => {
      await connection.run(`CREATE OR REPLACE VIEW ${identifier(name)} AS ${select}`);
    },
    dropTable: async (name) => {
      await connection.run(`DROP TABLE IF EXISTS ${identifier(name)}`);
    },
    count: async (table, where) => {
      const condition = where === undefined ? "" : ` WHERE ${where}`;
      const [row] = await rowsOf(connection, `SELECT COUNT(*) AS n FROM ${identifier(table)}${condition}`);
      return Number(row?.["n"] ?? 0);
    },
    exportTable: (table, folder, only) => exportTable(connection, table, folder, only),
    rows: (select) => rowsOf(connection, select),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
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

/** A typed column as the text that stands in NDJSON for the same value. */
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
      ? `CREATE OR REPLACE VIEW kept_events AS SELECT ${empty.join(", ")} WHERE false`
      : `CREATE OR REPLACE VIEW kept_events AS
           SELECT ${names} FROM read_parquet([${files}], hive_partitioning = false, union_by_name = true)`,
  );
}

/** Files below a folder whose names end in one of those ways, as a list of SQL literals, sorted. */
async function filesBelow(connection: DuckDBConnection, folder: string, ends: readonly string[]): Promise<string> {
  const pattern = literal(join(folder, "**"));
  const files = await rowsOf(
    connection,
    `SELECT file FROM glob(${pattern}) WHERE ${ends.map((end) => `ends_with(file, ${literal(end)})`).join(" OR ")} ORDER BY file`,
  );
  return files.map(({ file }) => literal(String(file))).join(", ");
}

async function exportTable(
  connection: DuckDBConnection,
  table: KeptTable,
  folder: string,
  only?: ReadonlySet<string>,
): Promise<string[]> {
  const { name, partitionBy } = table;
  if (partitionBy === undefined) {
    const [{ n } = { n: 0 }] = await rowsOf(connection, `SELECT COUNT(*) AS n FROM ${identifier(name)}`);
    // An empty table has no object: Athena reads no rows either way.
    if (Number(n) > 0) await copy(connection, `SELECT * FROM ${identifier(name)}`, table, folder);
    return [];
  }
  const column = identifier(partitionBy);
  const found = await rowsOf(connection, `SELECT DISTINCT ${column} AS v FROM ${identifier(name)} ORDER BY 1`);
  const values = found.map(({ v }) => String(v));
  for (const value of values.filter((one) => only?.has(one) ?? true)) {
    const partition = join(folder, `${partitionBy}=${value}`);
    await mkdir(partition, { recursive: true });
    const select = `SELECT * EXCLUDE (${column}) FROM ${identifier(name)} WHERE ${column} = ${literal(value)}`;
    await copy(connection, select, table, partition);
  }
  return values;
}

async function copy(connection: DuckDBConnection, select: string, table: KeptTable, folder: string): Promise<void> {
  const order = table.sortBy.map(identifier).join(", ");
  const file = literal(join(folder, "part-00000.parquet"));
  await connection.run(
    `COPY (${select} ORDER BY ${order}) TO ${file} (FORMAT parquet, COMPRESSION zstd,
      COMPRESSION_LEVEL ${ZSTD_LEVEL}, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
  );
}

async function rowsOf(connection: DuckDBConnection, select: string): Promise<Record<string, unknown>[]> {
  return (await connection.runAndReadAll(select)).getRowObjectsJS();
}

/** A name in double quotes, as SQL wants it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in single quotes, as SQL wants it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
