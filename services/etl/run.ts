import { link, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GlueClient } from "@aws-sdk/client-glue";
import type { S3Client } from "@aws-sdk/client-s3";
import { openEngine, type Engine } from "./engine";
import { downloadPrefix, listObjects, publishFolder, putIfChanged } from "../kit/s3-objects";
import { registerPartitions } from "./partitions";
import {
  figuresOf,
  isGate,
  isKept,
  keptTable,
  sqlOf,
  STEPS,
  type Figures,
  type KeptTable,
  type PipelineParameters,
  type QualityLimits,
  prefixOf,
  reportFolder,
  type Store,
} from "../../contracts/lake/pipeline";
import { writeProfiles, type ProfilesTarget } from "./profiles";
import {
  judgementOf,
  passes,
  QualityRefused,
  readable,
  type EtlLedger,
  type Judgement,
  type QualityReport,
} from "./quality";
import { compareFeatures, readableSkew, type OnlineStore, type SkewReport } from "./skew";
import { KEPT_TABLES, programsVersion, saveState, usableState, type EtlState } from "./state";

export type { EtlLedger } from "./quality";

/** Prefix of verified events in the bronze bucket. */
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
  /** Bounds of the quality gate. @default the pipeline's own */
  readonly limits?: Partial<QualityLimits>;
  /**
   * Build on the last run: read only the verified objects that came since, and rewrite only the days that they touch.
   * The result is the same. @default true
   */
  readonly incremental?: boolean;
  /** Threads of the engine. @default 2 */
  readonly threads?: number;
  /** MiB of the engine's buffers; what does not fit waits in files. @default 384 */
  readonly memoryMib?: number;
}

export interface EtlClients {
  readonly s3: S3Client;
  readonly glue?: GlueClient;
  /** The zone's profiles table, through its primary region: one writer a zone. None are written without it. */
  readonly profiles?: ProfilesTarget;
}

export interface EtlReport {
  readonly region: string;
  /** Over all runs: what earlier ones read is counted. */
  readonly ledger: EtlLedger;
  /** Verified objects that this run read; those that earlier runs read are in silver already. */
  readonly sources: number;
  /** What the quality gate saw. */
  readonly checks: readonly Judgement[];
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Objects put and left alone; on a re-run of equal input all are left alone. */
  readonly written: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly partitionsAdded: number;
  /** Users whose key points were put into the profiles table. */
  readonly profiles: number;
  /** How the profiles table agrees with gold; absent when none were put. */
  readonly skew?: SkewReport;
  readonly seconds: number;
}

/**
 * Runs the pipeline of one region on the embedded engine: verified events in bronze -> silver and gold in Parquet.
 * Idempotent: equal input gives equal bytes, and objects of an earlier run that no longer belong are removed. May be
 * killed at any point and run again.
 * @throws QualityRefused when the quality gate refuses, before anything but its report is published.
 */
export async function runEtl(
  clients: EtlClients,
  config: EtlConfig,
  progress: (message: string) => void = () => undefined,
): Promise<EtlReport> {
  const started = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "meridian-etl-"));
  try {
    const figures = figuresOf(config);
    const input = await fetchInput(clients.s3, config, figures, folder);
    progress(
      `${config.region}: ${input.fresh} verified objects, ${input.bytes} bytes` +
        (input.state === undefined ? "" : `; ${input.listed - input.fresh} stand in silver already`),
    );
    const engine = await openEngine({
      folder,
      threads: config.threads ?? 2,
      ...(config.memoryMib === undefined ? {} : { memoryMib: config.memoryMib }),
    });
    try {
      const done = await transform(clients.s3, engine, { input, folder: join(folder, "out") }, config, figures);
      const { ledger, checks } = done;
      progress(
        `${config.region}: ${ledger.silver} events in silver, ${ledger.duplicates} duplicates, ${ledger.late} late`,
      );
      const tables = await publish(clients, config, done.tables);
      await saveState(clients.s3, config.buckets, {
        version: programsVersion(figures),
        sources: input.sources,
        verified: ledger.verified,
        duplicates: ledger.duplicates,
      });
      const profiles = clients.profiles === undefined ? 0 : (await writeProfiles(engine, clients.profiles)).written;
      const skew =
        clients.profiles === undefined ? undefined : await skewOf(engine, clients.profiles, clients.s3, config);
      if (skew !== undefined) progress(readableSkew(skew)[0] ?? "");
      await report(clients.s3, config, { passed: true, ledger, checks });
      const seconds = (performance.now() - started) / 1000;
      return {
        region: config.region,
        ledger,
        sources: input.fresh,
        checks,
        ...tables,
        profiles,
        ...(skew === undefined ? {} : { skew }),
        seconds,
      };
    } finally {
      engine.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Input = Awaited<ReturnType<typeof fetchInput>>;

/** Copies what is to be read into a folder: new verified objects, and the events that earlier runs kept. */
async function fetchInput(s3: S3Client, config: EtlConfig, figures: Figures, folder: string) {
  const { bronze, silver } = config.buckets;
  const sources = (await listObjects(s3, bronze, VERIFIED_PREFIX)).filter(({ key }) =>
    /\.(ndjson(\.gz)?|parquet)$/.test(key),
  );
  const state: EtlState | undefined =
    (config.incremental ?? true) ? await usableState(s3, config.buckets, sources, programsVersion(figures)) : undefined;
  const fresh = new Set(sources.map(({ key }) => key).filter((key) => !(key in (state?.sources ?? {}))));
  const verified = join(folder, "verified");
  const { bytes } = await downloadPrefix(s3, { bucket: bronze, prefix: VERIFIED_PREFIX }, verified, (key) =>
    fresh.has(key),
  );
  const kept = new Map<string, string>();
  for (const name of state === undefined ? [] : KEPT_TABLES) {
    kept.set(name, join(folder, "kept", name));
    await downloadPrefix(s3, { bucket: silver, prefix: keptTable(name).prefix }, join(folder, "kept", name));
  }
  return { sources, listed: sources.length, fresh: fresh.size, bytes, state, verified, kept };
}

/** Runs every step, and writes the tables that are kept into a folder; a gate that refuses ends the run. */
async function transform(
  s3: S3Client,
  engine: Engine,
  { input, folder }: { readonly input: Input; readonly folder: string },
  config: EtlConfig,
  figures: Figures,
) {
  await engine.readVerified(input.verified);
  await engine.readKept([...input.kept.values()]);
  const checks: Judgement[] = [];
  const tables: WrittenTable[] = [];
  for (const step of STEPS) {
    const sql = sqlOf(step.name, figures);
    if (isGate(step)) {
      checks.push(...(await engine.rows(sql)).map(judgementOf));
      if (passes(checks)) continue;
      const refusal: QualityReport = { passed: false, checks };
      await report(s3, config, refusal);
      throw new QualityRefused(config.region, refusal);
    }
    if (step.view === true) await engine.createView(step.name, sql);
    else if (step.staged === true) await engine.createStage(step.name, sql);
    else await engine.createTable(step.name, sql, step.dictionaries);
    if (isKept(step)) tables.push(await write(engine, step, { input, folder: join(folder, step.name) }));
  }
  const rows = (name: string): number => tables.find(({ table }) => table.name === name)?.rows ?? 0;
  const ledger: EtlLedger = {
    verified: (input.state?.verified ?? 0) + (await engine.count("typed_events")),
    silver: rows("silver_events"),
    duplicates: (input.state?.duplicates ?? 0) + (await engine.count("repeated_events", "copy > 1")),
    late: rows("late_events"),
  };
  return { ledger, checks, tables };
}

/** A kept table in its folder. */
interface WrittenTable {
  readonly table: KeptTable;
  readonly folder: string;
  readonly rows: number;
  /** Values of its partition column. */
  readonly partitions: readonly string[];
}

/** Writes a kept table; of a partitioned one that is in silver already, only what may have changed. */
async function write(
  engine: Engine,
  table: KeptTable,
  { input, folder }: { readonly input: Input; readonly folder: string },
): Promise<WrittenTable> {
  const rows = await engine.count(table.name);
  await mkdir(folder, { recursive: true });
  const kept = table.partitionBy === undefined ? undefined : input.kept.get(table.name);
  const touched = kept === undefined ? undefined : await touchedDays(engine);
  const partitions = await engine.exportTable(table, folder, touched);
  if (table.view !== true) await engine.replaceByFiles(table, folder);
  if (kept !== undefined) {
    // A day that nothing touched keeps its file.
    for (const day of partitions.filter((value) => !(touched?.has(value) ?? true))) {
      await linkFiles(
        join(kept, `${table.partitionBy ?? ""}=${day}`),
        join(folder, `${table.partitionBy ?? ""}=${day}`),
      );
    }
  }
  return { table, folder, rows, partitions };
}

/**
 * Days whose events may differ from those in silver: those of every copy of an event that came now. What earlier
 * runs kept holds each event once, so that an event which is there twice came now.
 */
async function touchedDays(engine: Engine): Promise<Set<string>> {
  const rows = await engine.rows("SELECT date FROM typed_events UNION SELECT date FROM repeated_events");
  return new Set(rows.map(({ date }) => String(date)));
}

/** Reads a sample of what was put back, compares it with gold, and leaves the report beside the gate's. */
async function skewOf(engine: Engine, store: OnlineStore, s3: S3Client, config: EtlConfig): Promise<SkewReport> {
  const skew = await compareFeatures(engine, store, { region: config.region, consistent: true });
  if (config.runDate !== undefined) {
    const key = `${reportFolder(config.region, config.runDate)}features.json`;
    await putIfChanged(s3, config.buckets.gold, key, Buffer.from(JSON.stringify(skew)));
  }
  return skew;
}

/** Writes the gate's report, for the workflow and for a person, when the run has a day to name it by. */
async function report(s3: S3Client, { region, runDate, buckets }: EtlConfig, content: QualityReport): Promise<void> {
  if (runDate === undefined) return;
  const folder = reportFolder(region, runDate);
  await putIfChanged(s3, buckets.gold, `${folder}report.json`, Buffer.from(JSON.stringify(content)));
  await putIfChanged(s3, buckets.gold, `${folder}report.txt`, Buffer.from(readable(content)));
}

/** Gives a folder's files a second name in another. */
async function linkFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) await link(join(from, name), join(to, name));
}

/** Makes the buckets equal to what was written. */
async function publish(clients: EtlClients, config: EtlConfig, tables: readonly WrittenTable[]) {
  const rows: Record<string, number> = {};
  let written = 0;
  let unchanged = 0;
  let removed = 0;
  let partitionsAdded = 0;
  for (const { table, folder, rows: count, partitions } of tables) {
    rows[table.name] = count;
    const publication = await publishFolder(clients.s3, folder, {
      bucket: config.buckets[table.store],
      prefix: prefixOf(table, config.region),
    });
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
    location: `s3://${config.buckets[table.store]}/${prefixOf(table, config.region)}`,
    column: table.partitionBy,
    values: partitions,
  });
}
