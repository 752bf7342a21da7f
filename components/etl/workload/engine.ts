import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { CURATED_COLUMNS, type ColumnKind } from "../../ingest/schema/columns";
import type { KeptTable } from "./pipeline";

/** Rows in a Parquet row group: DuckDB's own default, 128 MB or less for rows of 1 KB. duckdb.org/docs/data/parquet/tips */
const ROW_GROUP_ROWS = 122_880;

/** Types of verified events as read: instants stay text, for the SQL to cast. */
const SOURCE_TYPES = {
  string: "VARCHAR",
  int: "INTEGER",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  instant: "VARCHAR",
} as const satisfies Record<ColumnKind, string>;

/** The embedded engine with the pipeline's macros. */
export interface Engine {
  /** Makes `verified_events` of all NDJSON files below a folder. */
  readVerified(folder: string): Promise<void>;
  createTable(name: string, select: string): Promise<void>;
  count(table: string, where?: string): Promise<number>;
  /** Writes a table as Parquet below a folder; returns the values of its partition column, sorted. */
  exportTable(table: KeptTable, folder: string): Promise<string[]>;
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
  await connection.run("SET TimeZone = 'UTC'").catch(() => undefined);
  await connection.run(await readFile(join(__dirname, "sql", "prelude.duckdb.sql"), "utf8"));
  return {
    readVerified: (folder) => readVerified(connection, folder),
    createTable: async (name, select) => {
      await connection.run(`CREATE OR REPLACE TABLE ${identifier(name)} AS ${select}`);
    },
    count: async (table, where) => {
      const condition = where === undefined ? "" : ` WHERE ${where}`;
      const [row] = await rowsOf(connection, `SELECT COUNT(*) AS n FROM ${identifier(table)}${condition}`);
      return Number(row?.["n"] ?? 0);
    },
    exportTable: (table, folder) => exportTable(connection, table, folder),
    rows: (select) => rowsOf(connection, select),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function readVerified(connection: DuckDBConnection, folder: string): Promise<void> {
  const columns = CURATED_COLUMNS.map(({ name, kind }) => `${identifier(name)}: '${SOURCE_TYPES[kind]}'`).join(", ");
  const files = await rowsOf(
    connection,
    `SELECT file FROM glob(${literal(join(folder, "**"))}) WHERE file LIKE '%.ndjson%' ORDER BY file`,
  );
  if (files.length === 0) {
    const empty = CURATED_COLUMNS.map(({ name, kind }) => `CAST(NULL AS ${SOURCE_TYPES[kind]}) AS ${identifier(name)}`);
    await connection.run(`CREATE OR REPLACE TABLE verified_events AS SELECT ${empty.join(", ")} WHERE false`);
    return;
  }
  const list = files.map(({ file }) => literal(String(file))).join(", ");
  await connection.run(
    `CREATE OR REPLACE TABLE verified_events AS SELECT * FROM read_json([${list}], format = 'newline_delimited', columns = {${columns}})`,
  );
}

async function exportTable(connection: DuckDBConnection, table: KeptTable, folder: string): Promise<string[]> {
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
  for (const value of values) {
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
    `COPY (${select} ORDER BY ${order}) TO ${file} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
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
