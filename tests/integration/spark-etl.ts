import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openEngine, type Engine } from "../../services/etl/engine";
import type { LakeTable } from "../../contracts/lake/tables";
import { checkoutRoot, type Spark, sparkEnvironment } from "../../local/toolchain";
import { run, sleep, type Finished } from "../../local/toolchain/process";

const PROGRAMS = join(checkoutRoot(__dirname), "services", "etl");
const PIPELINE = join(checkoutRoot(__dirname), "contracts", "lake");

/** The day by which all runs are named. */
export const RUN_DATE = "2026-03-12";

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

/** The arguments of the Spark program over folders. */
export function sparkArguments(stores: Stores, more: readonly string[] = []): string[] {
  return [
    ...["--pipeline", PIPELINE, "--run-date", RUN_DATE, "--limit", "age_hours_refuse=1000000"],
    ...Object.entries(stores).flatMap(([name, folder]: [string, string]) => [`--${name}`, `file://${folder}`]),
    ...more,
  ];
}

/** The environment of the Spark program: two cores, the loopback address, and a machine that does not stand in UTC. */
function sparkProcess(spark: Spark, short: boolean): NodeJS.ProcessEnv {
  return { ...process.env, ...sparkEnvironment(spark, { short }), TZ: "America/New_York" };
}

/** Runs the ETL on Spark to its end. */
export function sparkEtl(
  spark: Spark,
  stores: Stores,
  options: {
    readonly more?: readonly string[];
    readonly short?: boolean;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<Finished> {
  const words = [join(PROGRAMS, "etl.py"), ...sparkArguments(stores, options.more)];
  const env = { ...sparkProcess(spark, options.short ?? true), ...options.environment };
  return run(spark.python, words, { env, timeoutMs: 600_000 });
}

/** One thing that `spark_runs.py` does. */
export type SparkTodo =
  | { readonly run: readonly string[] }
  | { readonly train: readonly [silver: string, labels: string, query: string, out: string] }
  | { readonly copy: readonly [from: string, to: string] }
  | { readonly differ: readonly [readonly [string, string], readonly [string, string]] };

/** Does several things in one Spark session. @returns what `spark_runs.py` answers. @throws Error with its last words. */
export async function sparkRuns(spark: Spark, todo: readonly SparkTodo[]): Promise<number[]> {
  const child = spawn(spark.python, [join(__dirname, "spark_runs.py"), PROGRAMS], { env: sparkProcess(spark, true) });
  let said = "";
  let complained = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (complained += chunk.toString()));
  child.stdin.end(JSON.stringify(todo));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`spark_runs.py gave ${code}: ${complained.slice(-3_000)}`);
  return JSON.parse(said.trim().split("\n").at(-1) ?? "") as number[];
}

/** Starts the ETL on Spark, and kills it, Java and all, as soon as something is so. @returns whether it was killed */
export async function killedSparkEtl(
  spark: Spark,
  stores: Stores,
  { more, when }: { readonly more: readonly string[]; readonly when: () => boolean },
): Promise<boolean> {
  const child = spawn(spark.python, [join(PROGRAMS, "etl.py"), ...sparkArguments(stores, more)], {
    env: sparkProcess(spark, true),
    stdio: "ignore",
    // A process group of its own, so that Java goes with it.
    detached: true,
  });
  const ended = once(child, "close");
  while (child.exitCode === null && !when()) await sleep(5);
  const running = child.exitCode === null && child.pid !== undefined;
  if (running) process.kill(-child.pid, "SIGKILL");
  await ended;
  return running;
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
