import { GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { runHandedOver } from "../../services/etl/handover";
import { runEtl, type EtlReport } from "../../services/etl/run";
import { DATA_AGE, MODEL_AGE } from "../../contracts/metrics/ages";
import { tellAges } from "../../services/kit/ages";
import { CURRENT_VERSION, GOLD_NAME, MODEL_NAME } from "../../contracts/tables/records";
import type { DailyConfig, DailyProgress, DailyRegion, DailyReport, ZoneReport } from "./daily-contract";
import { trainZone } from "./zone-models";
import { createClients, zonesOf, type Clients, type Zone } from "./zones";

export type { DailyConfig, DailyProgress, DailyRegion, DailyReport, ModelReport, ZoneReport } from "./daily-contract";

/**
 * The daily run: ETL in every region, then for every residency zone training and scoring at its primary on the gold of
 * all its regions, one model for each variant. A zone's data never meets another zone's. Readers see the new version only
 * once the zone's other regions have its lists.
 */
export async function runDaily(config: DailyConfig, progress: DailyProgress = () => undefined): Promise<DailyReport> {
  const started = performance.now();
  const clients = createClients(config);
  try {
    const zones = zonesOf(config.regions);
    const etl: EtlReport[] = [];
    for (const region of config.regions) {
      config.signal?.throwIfAborted();
      etl.push(await etlOf(clients, config, region, zones, progress));
    }
    for (const zone of zones.values()) await markData(clients, config, zone);
    const reports: ZoneReport[] = [];
    for (const zone of zones.values()) {
      config.signal?.throwIfAborted();
      reports.push(await trainZone(clients, config, zone, progress));
      await tellModelAge(clients, config, zone);
    }
    return { etl, zones: reports, seconds: secondsSince(started) };
  } finally {
    clients.destroy();
  }
}

async function etlOf(
  clients: Clients,
  config: DailyConfig,
  region: DailyRegion,
  zones: ReadonlyMap<string, Zone>,
  progress: DailyProgress,
): Promise<EtlReport> {
  const primary = zones.get(region.zone)?.primary ?? region;
  const s3 = clients.s3(region.region);
  const tell = (message: string): void => {
    progress({ step: "etl", where: region.region, message });
  };
  const run = (): Promise<EtlReport> =>
    runEtl(
      {
        s3,
        glue: clients.glue(region.region),
        profiles: { client: clients.dynamo(primary.region), table: primary.tables.profiles },
      },
      {
        region: region.region,
        buckets: region.buckets,
        glueDatabase: region.glueDatabase,
        runDate: (config.now ?? new Date()).toISOString().slice(0, 10),
        ...(config.etl === undefined ? {} : { parameters: config.etl }),
      },
      tell,
    );
  if (region.handoverQueueUrl === undefined) return run();
  const queue = { sqs: clients.sqs(region.region), queueUrl: region.handoverQueueUrl, silver: region.buckets.silver };
  const { result, handedOver } = await runHandedOver(s3, queue, run);
  tell(
    `${region.region}: ${handedOver.objects} objects handed over by ${handedOver.messages} messages, all of them read`,
  );
  return result;
}

/** Notes that the zone's gold was made, as the state machine does, and tells every region of the zone. */
async function markData(clients: Clients, config: DailyConfig, { primary, regions }: Zone): Promise<void> {
  const since = config.now ?? new Date();
  await clients.dynamo(primary.region).send(
    new UpdateItemCommand({
      TableName: primary.tables.models,
      Key: marshall({ name: GOLD_NAME, version: CURRENT_VERSION }),
      UpdateExpression: "SET run_date = :date, published_at = :now",
      ExpressionAttributeValues: marshall({ ":date": since.toISOString().slice(0, 10), ":now": since.toISOString() }),
    }),
  );
  for (const { region, environment } of regions) {
    await tellAges(clients.cloudwatch(region), environment, [{ metric: DATA_AGE, since }], since);
  }
}

/** Tells every region of the zone the age of the model that its readers use: what its own replica says. */
async function tellModelAge(clients: Clients, config: DailyConfig, { regions }: Zone): Promise<void> {
  for (const { region, environment, tables } of regions) {
    const { Item } = await clients.dynamo(region).send(
      new GetItemCommand({
        TableName: tables.models,
        Key: marshall({ name: MODEL_NAME, version: CURRENT_VERSION }),
      }),
    );
    const published = Item?.["published_at"]?.S;
    if (published === undefined) continue;
    const age = { metric: MODEL_AGE, since: new Date(published) } as const;
    await tellAges(clients.cloudwatch(region), environment, [age], config.now ?? new Date());
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
