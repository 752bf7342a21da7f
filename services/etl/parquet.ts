import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { KeptTable } from "../../contracts/lake/pipeline";
import { identifier, literal, rowsOf } from "./sql";

/** Rows in a Parquet row group: DuckDB's own default, 128 MB or less for rows of 1 KB. duckdb.org/docs/data/parquet/tips */
const ROW_GROUP_ROWS = 122_880;

/**
 * Rows in a file, about: 100 to 200 MB of events, where Athena reads best.
 * docs.aws.amazon.com/athena/latest/ug/performance-tuning-data-optimization-techniques.html
 */
const FILE_ROWS = 32 * ROW_GROUP_ROWS;

/** Measured on sorted events: level 1 takes two thirds of the time of the default 3, for files 4 % larger. */
const ZSTD_LEVEL = 1;

/** How large the files are that an engine writes. */
export interface ExportOptions {
  /** Rows at which a file is cut into several. @default about four million */
  readonly fileRows?: number;
}

/**
 * Writes a table as Parquet below a folder, `part-<n>.parquet` in the folder of each partition: rows in the table's order
 * over all of them, so that files and their row groups carry narrow ranges. Equal rows give equal bytes.
 * @returns the values of its partition column, sorted.
 */
export async function exportTable(
  connection: DuckDBConnection,
  table: KeptTable,
  folder: string,
  options: ExportOptions & { readonly only: ReadonlySet<string> | undefined },
): Promise<string[]> {
  const { name, partitionBy } = table;
  const columns = await columnsOf(connection, table);
  if (partitionBy === undefined) {
    const [{ n } = { n: 0 }] = await rowsOf(connection, `SELECT COUNT(*) AS n FROM ${identifier(name)}`);
    await writePart(connection, { table, columns, folder, rows: Number(n), where: "true" }, options);
    return [];
  }
  const column = identifier(partitionBy);
  const found = await rowsOf(
    connection,
    `SELECT CAST(${column} AS VARCHAR) AS v, COUNT(*) AS n FROM ${identifier(name)} GROUP BY ${column} ORDER BY ${column}`,
  );
  for (const { v, n } of found) {
    if (!(options.only?.has(String(v)) ?? true)) continue;
    const partition = join(folder, `${partitionBy}=${String(v)}`);
    const where = `${column} = ${literal(String(v))}`;
    await writePart(connection, { table, columns, folder: partition, rows: Number(n), where }, options);
  }
  return found.map(({ v }) => String(v));
}

interface Part {
  readonly table: KeptTable;
  readonly columns: string;
  readonly folder: string;
  readonly rows: number;
  readonly where: string;
}

/** One partition, or a whole table: as many files as its rows ask for, each a range of the order's first column. */
async function writePart(
  connection: DuckDBConnection,
  part: Part,
  { fileRows = FILE_ROWS }: ExportOptions,
): Promise<void> {
  const { table, rows, where } = part;
  // Without rows there is no object: Athena reads no rows either way.
  if (rows === 0) return;
  await mkdir(part.folder, { recursive: true });
  const files = Math.ceil(rows / fileRows);
  const first = identifier(table.sortBy[0] ?? "");
  const bounds = await boundsOf(connection, { from: identifier(table.name), where, column: first, files });
  const ranges = bounds.map((bound, index) => [
    ...(index === 0 ? [] : [`${first} > ${bounds[index - 1] ?? ""}`]),
    ...(index === bounds.length - 1 ? [] : [`${first} <= ${bound}`]),
  ]);
  for (const [index, range] of ranges.entries()) {
    const file = join(part.folder, `part-${String(index).padStart(5, "0")}.parquet`);
    await copy(connection, part, [where, ...range].join(" AND "), file);
  }
}

/**
 * Greatest values of the order's first column in each file, as SQL; of the last one it does not count. Rows of one value
 * stay together, so that there may be fewer files than asked for.
 */
async function boundsOf(
  connection: DuckDBConnection,
  { from, where, column, files }: { readonly from: string; where: string; column: string; files: number },
): Promise<string[]> {
  if (files === 1) return [""];
  const shares = Array.from({ length: files }, (_, index) => (index + 1) / files);
  const [row] = await rowsOf(
    connection,
    `SELECT CAST(quantile_disc(${column}, [${shares.join(", ")}]) AS VARCHAR[]) AS bounds FROM ${from} WHERE ${where}`,
  );
  const bounds = row?.["bounds"] as readonly string[];
  return [...new Set(bounds)].map((bound) => literal(bound));
}

async function copy(
  connection: DuckDBConnection,
  { table, columns }: Part,
  where: string,
  file: string,
): Promise<void> {
  const order = table.sortBy.map(identifier).join(", ");
  await connection.run(
    `COPY (SELECT ${columns} FROM (SELECT * FROM ${identifier(table.name)} WHERE ${where} ORDER BY ${order}))
     TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL ${ZSTD_LEVEL}, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
  );
}

/** The columns as they are written: without the partition's, and texts as texts where the engine keeps numbers for them. */
async function columnsOf(connection: DuckDBConnection, { name, partitionBy }: KeptTable): Promise<string> {
  const described = await rowsOf(connection, `DESCRIBE ${identifier(name)}`);
  return described
    .filter((row) => row["column_name"] !== partitionBy)
    .map((row) => {
      const column = identifier(String(row["column_name"]));
      return String(row["column_type"]).startsWith("ENUM") ? `CAST(${column} AS VARCHAR) AS ${column}` : column;
    })
    .join(", ");
}
