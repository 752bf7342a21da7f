import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GlueClient } from "@aws-sdk/client-glue";
import type { S3Client } from "@aws-sdk/client-s3";
import { openEngine, type Engine } from "./engine";
import { downloadPrefix, listObjects, publishFolder, putIfChanged } from "./objects";
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
  type Store,
} from "./pipeline";
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
import { KEPT_TABLES, programsVersion, saveState, usableState, type EtlState } from "./state";

export type { EtlLedger } from "./quality";

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
  /** Bounds of the quality gate. @default the pipeline's own */
  readonly limits?: Partial<QualityLimits>;
  /**
   * Build on the last run: read only the verified objects that came since, and rewrite only the days that they touch.
   * The result is the same. @default true
   */
  readonly incremental?: boolean;
  /** Threads of the engine. @default 2 */
  readonly threads?: number;
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
  /** Verified objects that this run read; those that earlier runs read stand in silver already. */
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
    const engine = await openEngine({ folder, threads: config.threads ?? 2 });
    try {
      const { ledger, checks, touched } = await transform(clients.s3, engine, input, config, figures);
      progress(
        `${config.region}: ${ledger.silver} events in silver, ${ledger.duplicates} duplicates, ${ledger.late} late`,
      );
      const tables = await publish(clients, engine, config, { folder: join(folder, "out"), kept: input.kept, touched });
      await saveState(clients.s3, config.buckets, {
        version: programsVersion(figures),
        sources: input.sources,
        verified: ledger.verified,
        duplicates: ledger.duplicates,
      });
      const profiles = clients.profiles === undefined ? 0 : (await writeProfiles(engine, clients.profiles)).written;
      await report(clients.s3, config, { passed: true, ledger, checks });
      const seconds = (performance.now() - started) / 1000;
      return { region: config.region, ledger, sources: input.fresh, checks, ...tables, profiles, seconds };
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

/** Runs every step; a gate that refuses ends the run. */
async function transform(s3: S3Client, engine: Engine, input: Input, config: EtlConfig, figures: Figures) {
  await engine.readVerified(input.verified);
  await engine.readKept([...input.kept.values()]);
  const checks: Judgement[] = [];
  let fresh = 0;
  let touched: Set<string> | undefined;
  for (const step of STEPS) {
    const sql = sqlOf(step.name, figures);
    if (!isGate(step)) {
      if (isKept(step) && step.view === true) await engine.createView(step.name, sql);
      else await engine.createTable(step.name, sql);
      if (step.name === "ranked_events") {
        fresh = await engine.count("typed_events");
        touched = input.state === undefined ? undefined : await touchedDays(engine);
        // Ranked events hold all of it; memory is what the rest of the run needs.
        await engine.dropTable("typed_events");
      }
      continue;
    }
    checks.push(...(await engine.rows(sql)).map(judgementOf));
    if (!passes(checks)) {
      const refusal: QualityReport = { passed: false, checks };
      await report(s3, config, refusal);
      throw new QualityRefused(config.region, refusal);
    }
  }
  const found = await engine.count("ranked_events", "copy > 1");
  const ledger: EtlLedger = {
    verified: (input.state?.verified ?? 0) + fresh,
    silver: await engine.count("silver_events"),
    duplicates: (input.state?.duplicates ?? 0) + found,
    late: await engine.count("late_events"),
  };
  return { ledger, checks, touched };
}

/** Days whose events may differ from what stands in silver: those of every copy of an event that came now. */
async function touchedDays(engine: Engine): Promise<Set<string>> {
  const rows = await engine.rows(
    "SELECT DISTINCT date FROM ranked_events WHERE event_id IN (SELECT event_id FROM typed_events)",
  );
  return new Set(rows.map(({ date }) => String(date)));
}

/** Writes the gate's report, for the workflow and for a person, when the run has a day to name it by. */
async function report(s3: S3Client, { runDate, buckets }: EtlConfig, content: QualityReport): Promise<void> {
  if (runDate === undefined) return;
  const folder = `_quality/run_date=${runDate}`;
  await putIfChanged(s3, buckets.gold, `${folder}/report.json`, Buffer.from(JSON.stringify(content)));
  await putIfChanged(s3, buckets.gold, `${folder}/report.txt`, Buffer.from(readable(content)));
}

async function publish(
  clients: EtlClients,
  engine: Engine,
  config: EtlConfig,
  from: { readonly folder: string; readonly kept: Input["kept"]; readonly touched: ReadonlySet<string> | undefined },
) {
  const rows: Record<string, number> = {};
  let written = 0;
  let unchanged = 0;
  let removed = 0;
  let partitionsAdded = 0;
  for (const table of STEPS.filter(isKept)) {
    rows[table.name] = await engine.count(table.name);
    const folder = join(from.folder, table.name);
    await mkdir(folder, { recursive: true });
    const kept = table.partitionBy === undefined ? undefined : from.kept.get(table.name);
    const partitions = await engine.exportTable(table, folder, kept === undefined ? undefined : from.touched);
    if (kept !== undefined) {
      // A day that nothing touched is the file that stands there.
      for (const day of partitions.filter((value) => !(from.touched?.has(value) ?? true))) {
        const name = `${table.partitionBy ?? ""}=${day}`;
        await rename(join(kept, name), join(folder, name));
      }
    }
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
