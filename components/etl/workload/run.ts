import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GlueClient } from "@aws-sdk/client-glue";
import type { S3Client } from "@aws-sdk/client-s3";
import { openEngine, type Engine } from "./engine";
import { downloadPrefix, publishFolder, putIfChanged } from "./objects";
import { registerPartitions } from "./partitions";
import { writeProfiles, type ProfilesTarget } from "./profiles";
import {
  DEFAULT_PARAMETERS,
  isKept,
  sqlOf,
  STEPS,
  type KeptTable,
  type PipelineParameters,
  type Store,
} from "./pipeline";

/** Where verified events stand in the bronze bucket. */
export const VERIFIED_PREFIX = "verified/events/";

/** What the ETL of one region works on. */
export interface EtlConfig {
  readonly region: string;
  readonly buckets: Readonly<Record<"bronze" | Store, string>>;
  /** Glue database whose tables get their partitions; none are registered without it. */
  readonly glueDatabase?: string;
  /** Day of the run, YYYY-MM-DD: names the report that the daily workflow's quality gate reads. None is written without it. */
  readonly runDate?: string;
  /** @default the pipeline's own */
  readonly parameters?: Partial<PipelineParameters>;
  /** Threads of the engine. @default 2 */
  readonly threads?: number;
}

export interface EtlClients {
  readonly s3: S3Client;
  readonly glue?: GlueClient;
  /** The zone's profiles table, through its primary region: one writer a zone. None are written without it. */
  readonly profiles?: ProfilesTarget;
}

/** Every verified event is in exactly one of the other three. */
export interface EtlLedger {
  readonly verified: number;
  readonly silver: number;
  readonly duplicates: number;
  readonly late: number;
}

export interface EtlReport {
  readonly region: string;
  readonly ledger: EtlLedger;
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Objects put and left alone; on a re-run of equal input all are left alone. */
  readonly written: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly partitionsAdded: number;
  /** Users whose key points were put into the profiles table. */
  readonly profiles: number;
  readonly seconds: number;
}

/**
 * Runs the pipeline of one region on the embedded engine: verified events in bronze -> silver and gold in Parquet.
 * Idempotent: equal input gives equal bytes, and objects of an earlier run that no longer belong are removed.
 * @throws Error when the counts do not balance, before anything is published.
 */
export async function runEtl(
  clients: EtlClients,
  config: EtlConfig,
  progress: (message: string) => void = () => undefined,
): Promise<EtlReport> {
  const started = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "meridian-etl-"));
  try {
    const source = await downloadPrefix(
      clients.s3,
      { bucket: config.buckets.bronze, prefix: VERIFIED_PREFIX },
      join(folder, "verified"),
      (key) => /\.ndjson(\.gz)?$/.test(key),
    );
    progress(`${config.region}: ${source.objects} verified objects, ${source.bytes} bytes`);
    const engine = await openEngine({ folder, threads: config.threads ?? 2 });
    try {
      const ledger = await transform(engine, source.folder, config);
      progress(
        `${config.region}: ${ledger.silver} events in silver, ${ledger.duplicates} duplicates, ${ledger.late} late`,
      );
      const tables = await publish(clients, engine, config, join(folder, "out"));
      const profiles = clients.profiles === undefined ? 0 : (await writeProfiles(engine, clients.profiles)).written;
      await report(clients.s3, config, ledger);
      return { region: config.region, ledger, ...tables, profiles, seconds: (performance.now() - started) / 1000 };
    } finally {
      engine.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function transform(engine: Engine, source: string, config: EtlConfig): Promise<EtlLedger> {
  const parameters = { ...DEFAULT_PARAMETERS, ...config.parameters };
  await engine.readVerified(source);
  for (const step of STEPS) await engine.createTable(step.name, sqlOf(step.name, parameters));
  const verified = await engine.count("verified_events");
  const silver = await engine.count("silver_events");
  const late = await engine.count("late_events");
  const duplicates = await engine.count("ranked_events", "copy > 1");
  if (verified !== silver + duplicates + late) {
    throw new Error(
      `${config.region}: ${verified} verified events, but ${silver} in silver + ${duplicates} duplicates + ${late} late`,
    );
  }
  return { verified, silver, duplicates, late };
}

/** The report that Spark's runs write too; only a balanced run gets as far as to write one. */
async function report(s3: S3Client, { runDate, buckets }: EtlConfig, ledger: EtlLedger): Promise<void> {
  if (runDate === undefined) return;
  const body = Buffer.from(JSON.stringify({ ledger, passed: true }));
  await putIfChanged(s3, buckets.gold, `_quality/run_date=${runDate}/report.json`, body);
}

async function publish(clients: EtlClients, engine: Engine, config: EtlConfig, out: string) {
  const rows: Record<string, number> = {};
  let written = 0;
  let unchanged = 0;
  let removed = 0;
  let partitionsAdded = 0;
  for (const table of STEPS.filter(isKept)) {
    rows[table.name] = await engine.count(table.name);
    const folder = join(out, table.name);
    await mkdir(folder, { recursive: true });
    const partitions = await engine.exportTable(table, folder);
    const bucket = config.buckets[table.store];
    const publication = await publishFolder(clients.s3, folder, { bucket, prefix: table.prefix });
    written += publication.written.length;
    unchanged += publication.unchanged.length;
    removed += publication.removed.length;
    partitionsAdded += await register(clients, config, table, partitions);
  }
  return { rows, written, unchanged, removed, partitionsAdded };
}

async function register(
  clients: EtlClients,
  config: EtlConfig,
  table: KeptTable,
  partitions: readonly string[],
): Promise<number> {
  if (clients.glue === undefined || config.glueDatabase === undefined) return 0;
  if (table.partitionBy === undefined || partitions.length === 0) return 0;
  return registerPartitions(clients.glue, {
    database: config.glueDatabase,
    table: table.name,
    location: `s3://${config.buckets[table.store]}/${table.prefix}`,
    column: table.partitionBy,
    values: partitions,
  });
}
