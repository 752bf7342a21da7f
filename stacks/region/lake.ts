import { prefixOf } from "../../contracts/lake/pipeline";
import { LAKE_TABLES } from "../../contracts/lake/tables";
import { LIVE_FOLDER } from "../../components/ingest/plan";
import { BRONZE_PARTITION_KEYS, bronzeColumns } from "../../contracts/events/columns";
import { Catalogue } from "../../components/lake/catalogue";
import type { CatalogueTable } from "../../components/lake/catalogue";
import { Lake } from "../../components/lake/lake";
import { planScanLimit } from "../../components/lake/plan";
import { Workgroup } from "../../components/lake/workgroup";
import type { Ground, RegionContext } from "./context";

/** Days of the live table: what is older has been verified and is in silver. */
const LIVE_DAYS = 7;

/** The table of what came in the last minutes. */
export const LIVE_TABLE = "live_events";

export function createLake({ scope, topology, opts }: RegionContext, { keys }: Pick<Ground, "keys">): Lake {
  const { objectLock, inventory, liveTable } = topology.lake;
  return new Lake(
    "lake",
    {
      scope,
      keys,
      retentionDays: topology.traffic.retentionDays,
      ...(Object.keys(objectLock).length === 0 ? {} : { objectLock }),
      ...(inventory === "none" ? {} : { inventory }),
      ...(liveTable ? { copies: { [LIVE_FOLDER]: Math.min(LIVE_DAYS, topology.traffic.retentionDays) } } : {}),
    },
    opts,
  );
}

/** What Athena, Spectrum and EMR know of the lake: the event contract's columns, and those that ETL makes of them. */
export function createCatalogue(
  { scope, topology, plan, buckets, opts }: RegionContext,
  { keys }: Pick<Ground, "keys">,
): Catalogue {
  // The days that Athena looks for without being told of each: all that the lake keeps.
  const days = { type: "date", from: `NOW-${topology.traffic.retentionDays}DAYS` } as const;
  const bronze: CatalogueTable = {
    name: "bronze_events",
    description: "Verified events as they were delivered",
    location: `s3://${buckets.bronze}/verified/events/`,
    format: "json",
    columns: bronzeColumns(),
    partitionKeys: BRONZE_PARTITION_KEYS,
    projection: { date: days, hour: { type: "integer", from: 0, to: 23, digits: 2 } },
  };
  const derived = LAKE_TABLES.map((table): CatalogueTable => ({
    name: table.name,
    description: table.description,
    location: `s3://${buckets[table.store]}/${prefixOf(table, plan.name)}`,
    format: "parquet",
    columns: table.columns,
    partitionKeys: table.partitionKeys,
    ...(table.partitionKeys.some(({ name: key }) => key === "date") ? { projection: { date: days } } : {}),
  }));
  const live: CatalogueTable = {
    ...bronze,
    name: LIVE_TABLE,
    description: "Curated events of the last days as they came, before they are verified",
    location: `s3://${buckets.bronze}/${LIVE_FOLDER}/events/`,
    format: "parquet",
  };
  const tables = [bronze, ...(topology.lake.liveTable ? [live] : []), ...derived];
  return new Catalogue("catalogue", { scope, tables, key: keys.technical }, opts);
}

/** The analysts' Athena, with a limit on what one question may read. */
export function createWorkgroup(
  { scope, normal, opts }: RegionContext,
  { keys, lake }: Pick<Ground, "keys" | "lake">,
): Workgroup {
  return new Workgroup(
    "analysts",
    {
      scope,
      part: "analysts",
      resultsBucket: lake.buckets.results.bucketName,
      keyArn: keys.behaviour.arn,
      scanLimitBytes: planScanLimit(normal),
    },
    opts,
  );
}
