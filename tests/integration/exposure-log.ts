import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GlueClient } from "@aws-sdk/client-glue";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DuckDBInstance } from "@duckdb/node-api";
import { registerPartitions } from "../../services/etl/partitions";
import { LAKE_TABLES } from "../../contracts/lake/tables";
import type { SimulatedUser } from "../services/experiments/simulation";
import { CREDENTIALS, type BuiltRegion } from "./datapath-cloud";

/** What a simulated user was shown. @default nothing is told */
export type Showing = (user: SimulatedUser) => { readonly item: string; readonly version: string };

/**
 * One day of an experiment in a region's lake, as the ETL leaves it: at noon each user is shown something, some click a
 * minute later, and some buy after that.
 */
export async function writeExposures(
  region: BuiltRegion,
  day: string,
  users: readonly SimulatedUser[],
  showing: Showing = () => ({ item: "", version: "" }),
): Promise<void> {
  const table = LAKE_TABLES.find(({ name }) => name === "silver_events");
  if (table === undefined) throw new Error("the lake has no silver_events");
  const rows = users.flatMap((user) => {
    const { key, variant, clicked, bought, spent } = user;
    const { item, version } = showing(user);
    return [
      `('${key}/x', '${key}', 'exposure', '${variant}', 0, NULL, NULLIF('${item}', ''), NULLIF('${version}', ''))`,
      ...(clicked ? [`('${key}/c', '${key}', 'click', NULL, 60, NULL, NULL, NULL)`] : []),
      ...(bought ? [`('${key}/p', '${key}', 'purchase', NULL, 90, ${spent}, NULL, NULL)`] : []),
    ];
  });
  const given: Readonly<Record<string, string>> = {
    event_id: "id",
    user_key: "who",
    event_type: "what",
    variant: "arm",
    occurred_at: `TIMESTAMP '${day} 12:00:00' + INTERVAL (after) SECOND`,
    value: "price",
    item_id: "item",
    model_version: "version",
  };
  const columns = table.columns.map(({ name, type }) => `CAST(${given[name] ?? "NULL"} AS ${type}) AS "${name}"`);
  const names = "id, who, what, arm, after, price, item, version";
  const settings = { region: region.region, endpoint: String(region.endpoint), credentials: CREDENTIALS };
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const glue = new GlueClient(settings);
  const folder = await mkdtemp(join(tmpdir(), "exposure-log-"));
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const file = join(folder, `${day}.parquet`);
    await connection.run(
      `COPY (SELECT ${columns.join()} FROM (VALUES ${rows.join()}) AS v(${names})) TO '${file}' (FORMAT parquet)`,
    );
    const Key = `${table.prefix}date=${day}/events.parquet`;
    await s3.send(new PutObjectCommand({ Bucket: region.buckets.silver, Key, Body: await readFile(file) }));
    await registerPartitions(glue, {
      database: region.glueDatabase,
      table: table.name,
      location: `s3://${region.buckets.silver}/${table.prefix}`,
      column: "date",
      values: [day],
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
    s3.destroy();
    glue.destroy();
    await rm(folder, { recursive: true, force: true });
  }
}
