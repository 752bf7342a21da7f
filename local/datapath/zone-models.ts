import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadPrefix, publishFolder } from "../../services/kit/s3-objects";
import { keptTable, prefixOf } from "../../contracts/lake/pipeline";
import { loadModel, type Model } from "../../services/kit/model/package";
import { dynamoTable } from "../../services/kit/dynamodb/table-reader";
import { POPULAR_KEY } from "../../contracts/tables/records";
import { publishModel, writeRecommendations, type ScoringConfig } from "../../services/scorer/batch-score";
import { train } from "../../services/trainer/train";
import { variantModels, type VariantModel } from "../../contracts/models/variants";
import { readColdStart, type ColdStartList } from "../../services/scorer/cold-start";
import { ModelStore } from "../../services/kit/work/model-store";
import type { DailyConfig, DailyProgress, DailyRegion, ModelReport, ZoneReport } from "./daily-contract";
import { waitUntil } from "./wait";
import type { Clients, Zone } from "./zones";

/** Trains the zone's models one after another, each published as soon as its lists are there: the control's first. */
export async function trainZone(
  clients: Clients,
  config: DailyConfig,
  zone: Zone,
  progress: DailyProgress,
): Promise<ZoneReport> {
  const folder = await mkdtemp(join(tmpdir(), "meridian-train-"));
  try {
    const gold = {
      interactions: await fetchGold(clients, zone, folder, "gold_interactions"),
      itemFeatures: await fetchGold(clients, zone, folder, "gold_item_features"),
    };
    const models = variantModels(config.variants ?? []);
    const reports: ModelReport[] = [];
    for (const model of models) {
      config.signal?.throwIfAborted();
      const place = { folder: await mkdtemp(join(folder, "model-")), gold };
      reports.push(await trainModel(clients, config, zone, model, place, progress));
    }
    const [control, ...challengers] = reports;
    if (control === undefined) throw new Error(`zone ${zone.name}: no model to train`);
    return { zone: zone.name, primary: zone.primary.region, ...control, challengers };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface TrainingPlace {
  /** For the package. */
  readonly folder: string;
  /** Folders of gold, one a region. */
  readonly gold: { readonly interactions: readonly string[]; readonly itemFeatures: readonly string[] };
}

async function trainModel(
  clients: Clients,
  config: DailyConfig,
  zone: Zone,
  { variant, algorithm, model: line }: VariantModel,
  { folder, gold }: TrainingPlace,
  progress: DailyProgress,
): Promise<ModelReport> {
  const started = performance.now();
  const where = `${zone.name} ${variant}`;
  const { bucket, prefix } = { bucket: zone.primary.buckets.artifacts, prefix: "models/" };
  const out = join(folder, "package");
  const incumbent = await incumbentOf(clients, zone, line, folder);
  progress({ step: "train", where, message: `training ${algorithm} on the gold of ${zone.regions.length} regions` });
  const result = await train({
    python: config.python,
    ...gold,
    out,
    algorithm,
    ...(incumbent === undefined ? {} : { incumbent }),
    ...(config.tracking === undefined ? {} : { tracking: config.tracking }),
    ...(config.training === undefined ? {} : { parameters: config.training }),
    ...(config.signal === undefined ? {} : { signal: config.signal }),
  });
  if (result.kind === "refused") {
    const { reason } = result;
    progress({ step: "train", where, message: `refused by the gate: ${reason}` });
    const seconds = secondsSince(started);
    return { variant, algorithm, outcome: "refused", reason, usersScored: 0, replicatedInMs: {}, seconds };
  }
  const model = await loadModel(out);
  const { version, evaluation } = model.manifest;
  await publishFolder(clients.s3(zone.primary.region), out, { bucket, prefix: `${prefix}${version}/` });
  const scored = { model, line, coldStart: await readColdStart(out), where };
  const published = await scoreZone(clients, config, zone, scored, progress);
  return {
    variant,
    algorithm,
    modelVersion: version,
    scores: evaluation,
    ...published,
    seconds: secondsSince(started),
  };
}

/** Writes the manifest of the line's published model to disk, for the gate; `undefined` before the first. */
async function incumbentOf(clients: Clients, zone: Zone, line: string, folder: string): Promise<string | undefined> {
  const { region, tables, buckets } = zone.primary;
  const published = await dynamoTable(clients.dynamo(region), tables).published(undefined, line);
  if (published === undefined) return undefined;
  const models = new ModelStore(clients.s3(region), buckets.artifacts, folder);
  const manifest = await models.manifest(published.current);
  if (manifest === undefined) return undefined;
  const path = join(folder, "incumbent.json");
  await writeFile(path, manifest);
  return path;
}

/** Copies each region's part of a gold table into a folder of its own; the folders' names fix the order. */
async function fetchGold(clients: Clients, zone: Zone, folder: string, table: string): Promise<string[]> {
  const folders: string[] = [];
  for (const { region, buckets } of zone.regions) {
    const to = join(folder, table, region);
    await downloadPrefix(clients.s3(region), { bucket: buckets.gold, prefix: prefixOf(keptTable(table), region) }, to);
    folders.push(to);
  }
  return folders;
}

/** A trained model on its way to its readers. */
interface Trained {
  readonly model: Model;
  /** Line of models that it is published in. */
  readonly line: string;
  readonly coldStart: readonly ColdStartList[];
  readonly where: string;
}

async function scoreZone(
  clients: Clients,
  config: DailyConfig,
  zone: Zone,
  { model, line, coldStart, where }: Trained,
  progress: DailyProgress,
): Promise<Pick<ModelReport, "outcome" | "usersScored" | "replicatedInMs">> {
  const writer = clients.dynamo(zone.primary.region);
  const scoring: ScoringConfig = {
    tables: zone.primary.tables,
    now: config.now ?? new Date(),
    coldStart,
    ...(config.ttlDays === undefined ? {} : { ttlDays: config.ttlDays }),
    ...(config.signal === undefined ? {} : { write: { signal: config.signal } }),
  };
  const { usersScored } = await writeRecommendations(writer, model, scoring, (done, users) => {
    progress({ step: "score", where, message: `${done} of ${users} users` });
  });
  const replicatedInMs: Record<string, number> = {};
  for (const region of zone.regions) {
    if (region === zone.primary) continue;
    replicatedInMs[region.region] = await waitForLists(clients, config, region, model);
    const message = `${region.region} has the lists after ${Math.round(replicatedInMs[region.region] ?? 0)} ms`;
    progress({ step: "replicate", where, message });
  }
  const outcome = await publishModel(writer, model, scoring, line);
  if (outcome !== "superseded") {
    for (const region of zone.regions) await waitForVersion(clients, config, region, { model, line });
  }
  progress({ step: "publish", where, message: `model ${model.manifest.version}: ${outcome}` });
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

async function waitForVersion(
  clients: Clients,
  config: DailyConfig,
  region: DailyRegion,
  { model, line }: Pick<Trained, "model" | "line">,
): Promise<void> {
  const table = dynamoTable(clients.dynamo(region.region), region.tables);
  await waitUntil(async () => (await table.published(undefined, line))?.current === model.manifest.version, {
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
