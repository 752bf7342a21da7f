import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openEngine, type Engine } from "../../components/etl/workload/engine";
import type { LakeTable } from "../../components/etl/workload/tables";
import { checkoutRoot, type Spark, sparkEnvironment } from "../../local/toolchain";
import { run, type Finished } from "../../local/toolchain/process";

const WORKLOAD = join(checkoutRoot(__dirname), "components", "etl", "workload");

/** Folders that stand for the buckets. */
export interface Stores {
  readonly bronze: string;
  readonly silver: string;
  readonly gold: string;
}

/** Folders below one, by the buckets' names. */
export function storesIn(folder: string): Stores {
  return { bronze: join(folder, "bronze"), silver: join(folder, "silver"), gold: join(folder, "gold") };
}

/** Writes objects, `{ key: body }`, into a bucket's folder. */
export function putFiles(bucket: string, objects: Readonly<Record<string, Buffer>>): void {
  for (const [key, body] of Object.entries(objects)) {
    const path = join(bucket, ...key.split("/"));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, body);
  }
}

/** The command line of the Spark program over folders. */
export function sparkArguments(stores: Stores, more: readonly string[] = []): string[] {
  return [
    join(WORKLOAD, "etl.py"),
    ...["--pipeline", WORKLOAD, "--run-date", "2026-03-12"],
    ...Object.entries(stores).flatMap(([name, folder]: [string, string]) => [`--${name}`, `file://${folder}`]),
    ...more,
  ];
}

/** The environment of the Spark program: two cores, the loopback address, and a machine that does not stand in UTC. */
export function sparkProcess(spark: Spark): NodeJS.ProcessEnv {
  return { ...process.env, ...sparkEnvironment(spark), TZ: "America/New_York" };
}

/** Runs the ETL on Spark to its end. */
export function sparkEtl(spark: Spark, stores: Stores, more: readonly string[] = []): Promise<Finished> {
  return run(spark.python, sparkArguments(stores, more), { env: sparkProcess(spark), timeoutMs: 300_000 });
}

/** A table's columns, and its rows as text in the order in which they stand in its files. */
export interface Content {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
}

/** Reads what an engine wrote into the stores' folders. Instants are compared as microseconds, doubles to the last bit. */
export async function contentOf(table: LakeTable, stores: Stores, scratch: string): Promise<Content> {
  const engine = await openEngine({ folder: scratch, threads: 1 });
  try {
    return await read(engine, table, stores);
  } finally {
    engine.close();
  }
}

async function read(engine: Engine, table: LakeTable, stores: Stores): Promise<Content> {
  const pattern = join(stores[table.store], table.prefix, "**", "*.parquet");
  const files = await engine.rows(`SELECT file FROM glob('${pattern}') ORDER BY file`);
  if (files.length === 0) return { columns: [], rows: [] };
  const source = `read_parquet([${files.map(({ file }) => `'${String(file)}'`).join(", ")}], hive_partitioning = false, filename = true)`;
  const described = await engine.rows(`DESCRIBE SELECT * EXCLUDE (filename) FROM ${source}`);
  const types = described.map((row) => ({
    name: String(row["column_name"]),
    type: String(row["column_type"]).replace(" WITH TIME ZONE", ""),
  }));
  const values = types.map(({ name, type }) => (type === "TIMESTAMP" ? `epoch_us("${name}")` : `"${name}"`));
  const day = table.partitionBy === undefined ? "''" : `regexp_extract(filename, '${table.partitionBy}=([^/]*)', 1)`;
  const rows = await engine.rows(
    `SELECT to_json([${[day, ...values].map((value) => `to_json(${value})`).join(", ")}]) AS row FROM ${source}`,
  );
  return {
    columns: types.map(({ name, type }) => `${name} ${type}`),
    rows: rows.map(({ row }) => String(row)),
  };
}
