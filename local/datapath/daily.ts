import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { GlueClient } from "@aws-sdk/client-glue";
import { S3Client } from "@aws-sdk/client-s3";
import { marshall } from "@aws-sdk/util-dynamodb";
import { downloadPrefix, publishFolder } from "../../components/etl/workload/objects";
import { keptTable } from "../../components/etl/workload/pipeline";
import { runEtl, type EtlConfig, type EtlReport } from "../../components/etl/workload/run";
import { loadModel, type Model, type ModelManifest } from "../../components/serving/workload/model-package";
import { dynamoTable } from "../../components/serving/workload/table-reader";
import { DATA_AGE, MODEL_AGE, tellAges } from "../../components/observability/workload/ages";
import { CURRENT_VERSION, GOLD_NAME, MODEL_NAME, POPULAR_KEY } from "../../components/tables/workload/records";
import { publishModel, writeRecommendations, type ScoringConfig } from "../../components/training/workload/batch-score";
import { train } from "../../components/training/workload/train";
import { readColdStart, type ColdStartList } from "../../components/training/workload/worker/cold-start";
import { waitUntil } from "./wait";

/** What the daily run must know of a region; the outputs of a region's stack have this shape. */
export interface DailyRegion {
  readonly environment: string;
  readonly region: string;
  readonly zone: string;
  readonly role: "primary" | "replica";
  readonly buckets: {
    readonly bronze: string;
    readonly silver: string;
    readonly gold: string;
    readonly artifacts: string;
  };
  readonly glueDatabase: string;
  readonly tables: { readonly recommendations: string; readonly models: string; readonly profiles: string };
}

export interface DailyConfig {
  readonly regions: readonly DailyRegion[];
  /** Python interpreter of the locked environment. */
  readonly python: string;
  /** One endpoint for all services, e.g. the emulator's; absent: AWS's own. */
  readonly endpoint?: string;
  /** Static credentials; absent: the default chain. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Time that the run carries. @default now */
  readonly now?: Date;
  /** Days after which recommendations expire. @default never */
  readonly ttlDays?: number;
  /** Overrides of the training job's options. */
  readonly training?: Readonly<Record<string, number>>;
  /** @default the pipeline's own */
  readonly etl?: EtlConfig["parameters"];
  /** Longest wait for a list to arrive in the zone's other regions, milliseconds. @default 60000 */
  readonly replicationTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What became of one residency zone. */
export interface ZoneReport {
  readonly zone: string;
  readonly primary: string;
  /** `unchanged`: the same model as before. `superseded`: a later run's stays. `refused` by the gate: the one before stays. */
  readonly outcome: "published" | "unchanged" | "superseded" | "refused";
  readonly reason?: string;
  readonly modelVersion?: string;
  readonly usersScored: number;
  /** Held-out scores beside the popularity baseline's. */
  readonly scores?: ModelManifest["evaluation"];
  /** Milliseconds until the zone's other regions could read the new lists. */
  readonly replicatedInMs: Readonly<Record<string, number>>;
  readonly seconds: number;
}

export interface DailyReport {
  readonly etl: readonly EtlReport[];
  readonly zones: readonly ZoneReport[];
  readonly seconds: number;
}

/** Steps of a run, for a progress display. */
export type DailyProgress = (event: {
  readonly step: "etl" | "train" | "score" | "replicate" | "publish";
  readonly where: string;
  readonly message: string;
}) => void;

/**
 * The daily run: ETL in every region, then for every residency zone one training and scoring at its primary on the gold
 * of all its regions. A zone's data never meets another zone's. Readers see the new version only once the zone's other
 * regions have its lists.
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

interface Zone {
  readonly name: string;
  readonly primary: DailyRegion;
  readonly regions: readonly DailyRegion[];
}

/** @throws Error for a zone without exactly one primary region. */
function zonesOf(regions: readonly DailyRegion[]): Map<string, Zone> {
  const zones = new Map<string, Zone>();
  for (const name of [...new Set(regions.map(({ zone }) => zone))].sort()) {
    const members = regions.filter(({ zone }) => zone === name);
    const [primary, ...others] = members.filter(({ role }) => role === "primary");
    if (primary === undefined || others.length > 0) {
      throw new Error(`zone ${name}: want one primary region, got ${primary === undefined ? 0 : others.length + 1}`);
    }
    zones.set(name, { name, primary, regions: members });
  }
  return zones;
}

interface Clients {
  s3(region: string): S3Client;
  glue(region: string): GlueClient;
  dynamo(region: string): DynamoDBClient;
  cloudwatch(region: string): CloudWatchClient;
  destroy(): void;
}

function createClients(config: DailyConfig): Clients {
  const made: { destroy(): void }[] = [];
  const keep = <T extends { destroy(): void }>(make: (region: string) => T) => {
    const byRegion = new Map<string, T>();
    return (region: string): T => {
      const known = byRegion.get(region);
      if (known !== undefined) return known;
      const client = make(region);
      byRegion.set(region, client);
      made.push(client);
      return client;
    };
  };
  const settings = (region: string) => ({
    region,
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.credentials === undefined ? {} : { credentials: config.credentials }),
  });
  return {
    s3: keep((region) => new S3Client({ ...settings(region), forcePathStyle: config.endpoint !== undefined })),
    glue: keep((region) => new GlueClient(settings(region))),
    dynamo: keep((region) => new DynamoDBClient(settings(region))),
    cloudwatch: keep((region) => new CloudWatchClient(settings(region))),
    destroy: () => {
      for (const client of made) client.destroy();
    },
  };
}

function etlOf(
  clients: Clients,
  config: DailyConfig,
  region: DailyRegion,
  zones: ReadonlyMap<string, Zone>,
  progress: DailyProgress,
): Promise<EtlReport> {
  const primary = zones.get(region.zone)?.primary ?? region;
  return runEtl(
    {
      s3: clients.s3(region.region),
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
    (message) => {
      progress({ step: "etl", where: region.region, message });
    },
  );
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

async function trainZone(
  clients: Clients,
  config: DailyConfig,
  zone: Zone,
  progress: DailyProgress,
): Promise<ZoneReport> {
  const started = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "meridian-train-"));
  const base = { zone: zone.name, primary: zone.primary.region };
  try {
    const { bucket, prefix } = { bucket: zone.primary.buckets.artifacts, prefix: "models/" };
    const interactions = await fetchGold(clients, zone, folder, "gold_interactions");
    const itemFeatures = await fetchGold(clients, zone, folder, "gold_item_features");
    const out = join(folder, "package");
    progress({ step: "train", where: zone.name, message: `training on the gold of ${zone.regions.length} regions` });
    const result = await train({
      python: config.python,
      interactions,
      itemFeatures,
      out,
      ...(config.training === undefined ? {} : { parameters: config.training }),
      ...(config.signal === undefined ? {} : { signal: config.signal }),
    });
    if (result.kind === "refused") {
      const { reason } = result;
      progress({ step: "train", where: zone.name, message: `refused by the gate: ${reason}` });
      return {
        ...base,
        outcome: "refused",
        reason,
        usersScored: 0,
        replicatedInMs: {},
        seconds: secondsSince(started),
      };
    }
    const model = await loadModel(out);
    const { version, evaluation } = model.manifest;
    await publishFolder(clients.s3(zone.primary.region), out, { bucket, prefix: `${prefix}${version}/` });
    const published = await scoreZone(clients, config, zone, model, await readColdStart(out), progress);
    return {
      ...base,
      modelVersion: version,
      scores: evaluation,
      ...published,
      seconds: secondsSince(started),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies each region's part of a gold table into a folder of its own; the folders' names fix the order. */
async function fetchGold(clients: Clients, zone: Zone, folder: string, table: string): Promise<string[]> {
  const { prefix } = keptTable(table);
  const folders: string[] = [];
  for (const { region, buckets } of zone.regions) {
    const to = join(folder, table, region);
    await downloadPrefix(clients.s3(region), { bucket: buckets.gold, prefix }, to);
    folders.push(to);
  }
  return folders;
}

async function scoreZone(
  clients: Clients,
  config: DailyConfig,
  zone: Zone,
  model: Model,
  coldStart: readonly ColdStartList[],
  progress: DailyProgress,
): Promise<Pick<ZoneReport, "outcome" | "usersScored" | "replicatedInMs">> {
  const writer = clients.dynamo(zone.primary.region);
  const scoring: ScoringConfig = {
    tables: zone.primary.tables,
    now: config.now ?? new Date(),
    coldStart,
    ...(config.ttlDays === undefined ? {} : { ttlDays: config.ttlDays }),
    ...(config.signal === undefined ? {} : { write: { signal: config.signal } }),
  };
  const { usersScored } = await writeRecommendations(writer, model, scoring, (done, users) => {
    progress({ step: "score", where: zone.name, message: `${done} of ${users} users` });
  });
  const replicatedInMs: Record<string, number> = {};
  for (const region of zone.regions) {
    if (region === zone.primary) continue;
    replicatedInMs[region.region] = await waitForLists(clients, config, region, model);
    const message = `${region.region} has the lists after ${Math.round(replicatedInMs[region.region] ?? 0)} ms`;
    progress({ step: "replicate", where: zone.name, message });
  }
  const outcome = await publishModel(writer, model, scoring);
  if (outcome !== "superseded") {
    for (const region of zone.regions) await waitForVersion(clients, config, region, model);
  }
  progress({ step: "publish", where: zone.name, message: `model ${model.manifest.version}: ${outcome}` });
  return { outcome, usersScored, replicatedInMs };
}

/** Users whose lists are looked for in the other regions: first, last and between, since rows arrive in no order. */
function sampleOf(model: Model): string[] {
  const { users } = model;
  const places = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * (users.length - 1)));
  return [POPULAR_KEY, ...new Set(places.map((place) => users[place] ?? POPULAR_KEY))];
}

async function waitForLists(clients: Clients, config: DailyConfig, region: DailyRegion, model: Model): Promise<number> {
  const started = performance.now();
  const table = dynamoTable(clients.dynamo(region.region), region.tables);
  const missing = new Set(sampleOf(model));
  await waitUntil(
    async () => {
      for (const user of missing) {
        if ((await table.list(user, model.manifest.version)) !== undefined) missing.delete(user);
      }
      return missing.size === 0;
    },
    { what: `recommendations of model ${model.manifest.version} in ${region.region}`, ...waiting(config) },
  );
  return performance.now() - started;
}

async function waitForVersion(clients: Clients, config: DailyConfig, region: DailyRegion, model: Model): Promise<void> {
  const table = dynamoTable(clients.dynamo(region.region), region.tables);
  await waitUntil(async () => (await table.published())?.current === model.manifest.version, {
    what: `model ${model.manifest.version} to be current in ${region.region}`,
    ...waiting(config),
  });
}

function waiting(config: DailyConfig) {
  return {
    timeoutMs: config.replicationTimeoutMs ?? 60_000,
    ...(config.signal === undefined ? {} : { signal: config.signal }),
  };
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
