import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { S3Client } from "@aws-sdk/client-s3";
import { identifier, literal } from "../../services/etl/sql";
import { downloadPrefix } from "../../services/kit/s3-objects";
import { prefixOf } from "../../contracts/lake/pipeline";
import { LAKE_TABLES, type LakeTable } from "../../contracts/lake/tables";
import { QueryError } from "../errors";
import { clientSettings, type Cell, type Execute } from "./types";

/** Asks the embedded engine, over copies of the objects of the tables that the question names. */
export const executeDuckdb: Execute = async (sql, config) => {
  const s3 = new S3Client({ ...clientSettings(config), forcePathStyle: config.endpoint !== undefined });
  const folder = await mkdtemp(join(tmpdir(), "meridian-query-"));
  try {
    const instance = await DuckDBInstance.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    const connection = await instance.connect();
    try {
      let bytesScanned = 0;
      for (const table of tablesIn(sql)) {
        const bucket = table.store === "gold" ? config.buckets.gold : config.buckets.silver;
        const to = join(folder, table.name);
        const copied = await downloadPrefix(s3, { bucket, prefix: prefixOf(table, config.region) }, to, (key) =>
          key.endsWith(".parquet"),
        );
        bytesScanned += copied.bytes;
        await openTable(connection, table, to, copied.objects === 0);
      }
      return { ...(await select(connection, sql)), bytesScanned, costUsd: 0 };
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  } finally {
    s3.destroy();
    await rm(folder, { recursive: true, force: true });
  }
};

/** Tables of the lake that a SELECT names. */
function tablesIn(sql: string): LakeTable[] {
  return LAKE_TABLES.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(sql));
}

async function openTable(
  connection: DuckDBConnection,
  table: LakeTable,
  folder: string,
  empty: boolean,
): Promise<void> {
  const view = `CREATE VIEW ${identifier(table.name)} AS`;
  if (empty) {
    const columns = [...table.columns, ...table.partitionKeys].map(
      ({ name, type }) => `CAST(NULL AS ${type}) AS ${identifier(name)}`,
    );
    await connection.run(`${view} SELECT ${columns.join(", ")} WHERE false`);
    return;
  }
  const keys = table.partitionKeys.map(({ name }) => `${literal(name)}: VARCHAR`);
  const partitions =
    keys.length === 0 ? "hive_partitioning = false" : `hive_partitioning = true, hive_types = {${keys.join(", ")}}`;
  const files = literal(join(folder, "**", "*.parquet"));
  await connection.run(`${view} SELECT * FROM read_parquet(${files}, ${partitions})`);
}

async function select(connection: DuckDBConnection, sql: string): Promise<{ columns: string[]; rows: Cell[][] }> {
  try {
    const reader = await connection.runAndReadAll(sql);
    return { columns: reader.columnNames(), rows: reader.getRowsJS().map((row) => row.map(cellOf)) };
  } catch (error) {
    throw new QueryError("engine", `duckdb: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function cellOf(value: unknown): Cell {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    case "undefined":
      return null;
    default:
      return value === null ? null : value instanceof Date ? value.toISOString() : JSON.stringify(value);
  }
}
