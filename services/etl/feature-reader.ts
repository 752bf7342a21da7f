import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { openEngine, type Engine } from "./engine";
import { entity, trainingSqlFile } from "../../contracts/lake/features";
import { downloadPrefix } from "../kit/s3-objects";
import { figuresOf, keptTable, prefixOf, sqlOf } from "../../contracts/lake/pipeline";
import { PROFILED } from "./profiles";
import { compareFeatures, type OnlineStore, type SkewOptions, type SkewReport } from "./skew";
import { literal } from "./sql";

/** The region whose features are asked for. */
export interface FeatureRegion {
  readonly region: string;
  readonly buckets: { readonly silver: string; readonly gold: string };
}

/** Compares a sample of users' online records with the rows that are in gold now. @see compareFeatures */
export async function checkFeatures(
  s3: S3Client,
  store: OnlineStore,
  from: FeatureRegion,
  options: Omit<SkewOptions, "region"> = {},
): Promise<SkewReport> {
  return withEngine(async (engine, folder) => {
    await fetchTable(s3, engine, folder, PROFILED.table, from);
    return compareFeatures(engine, store, { ...options, region: from.region });
  });
}

/**
 * Adds to each row of a Parquet file of labels (the entity's key, `label_at`, whatever else) the entity's features as they
 * were known just before `label_at`, and writes them as Parquet. Reads the events and visits of one region.
 * @returns how many labels there were.
 * @throws Error for a file without the two columns, and for an entity that there is not.
 */
export async function makeTrainingSet(
  s3: S3Client,
  from: FeatureRegion,
  set: { readonly entity: string; readonly labels: string; readonly out: string },
): Promise<number> {
  const of = entity(set.entity);
  return withEngine(async (engine, folder) => {
    const labels = `SELECT * FROM read_parquet(${literal(set.labels)})`;
    const columns = (await engine.rows(`DESCRIBE ${labels}`)).map((row) => String(row["column_name"]));
    const absent = [of.key, "label_at"].filter((name) => !columns.includes(name));
    if (absent.length > 0)
      throw new Error(`${set.labels}: want columns ${of.key} and label_at, got no ${absent.join(", ")}`);
    await engine.createView("labels", labels);
    await fetchTable(s3, engine, folder, "silver_events", from);
    await fetchTable(s3, engine, folder, "silver_sessions", from);
    await engine.createView("event_facts", sqlOf("event_facts", figuresOf({})));
    await engine.writeFile(`SELECT * FROM (${trainingSqlFile(of)}) ORDER BY ${of.key}, label_at`, set.out);
    return engine.count("labels");
  });
}

async function withEngine<T>(work: (engine: Engine, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "meridian-features-"));
  try {
    const engine = await openEngine({ folder, threads: 2 });
    try {
      return await work(engine, folder);
    } finally {
      engine.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes a kept table of the files in its bucket. @throws Error when there are none: the ETL has not run. */
async function fetchTable(
  s3: S3Client,
  engine: Engine,
  folder: string,
  name: string,
  { region, buckets }: FeatureRegion,
): Promise<void> {
  const table = keptTable(name);
  const bucket = buckets[table.store];
  const prefix = prefixOf(table, region);
  const to = join(folder, name);
  const { objects } = await downloadPrefix(s3, { bucket, prefix }, to);
  if (objects === 0) throw new Error(`s3://${bucket}/${prefix} is empty: the ETL has made no features yet`);
  await engine.replaceByFiles(table, to);
}
