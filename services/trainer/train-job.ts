import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetItemCommand, PutItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { downloadPrefix, listFolders, listObjects } from "../kit/s3-objects";
import { keptTable } from "../../contracts/lake/pipeline";
import { GRAPH_FROM, keepGraph, type ModelManifest } from "../kit/model/package";
import { CURRENT_VERSION } from "../../contracts/tables/records";
import { train, TrainingError, type TrainingConfig, type TrainingResult } from "./train";
import { PermanentError, type Job, type JobContext } from "../kit/work/job";
import type { TrainAnswer, TrainWork } from "../../contracts/messages/work";
import type { ModelStore } from "../kit/work/model-store";
import type { CheckpointStore } from "../kit/work/checkpoints";
import { shardNames } from "../kit/work/shards";

export interface TrainDeps {
  readonly s3: S3Client;
  readonly client: Pick<DynamoDBClient, "send">;
  readonly goldBucket: string;
  readonly modelsTable: string;
  readonly models: Pick<ModelStore, "manifest" | "publish">;
  readonly checkpoints: CheckpointStore;
  /** Folder for data and packages of the job under way. */
  readonly folder: string;
  readonly python: string;
  readonly usersPerShard: number;
  /** Further settings of the trainer. */
  readonly options?: Pick<TrainingConfig, "parameters" | "engine" | "algorithm" | "tracking">;
  /** @default the training job */
  readonly train?: (config: TrainingConfig) => Promise<TrainingResult>;
}

/**
 * Trains one variant's model on the zone's current gold data, and returns what to score. The key carries a fingerprint of
 * the input, the variant's line of models and its algorithm included: a message that comes twice is answered from the
 * first one's work, and a day whose data was mended is trained anew.
 */
export async function trainJob(work: TrainWork, given: TrainDeps): Promise<Job> {
  const { model, algorithm } = work;
  const deps = algorithm === undefined ? given : { ...given, options: { ...given.options, algorithm } };
  const input = await fingerprint(model, deps);
  const runId = `${work.runDate}/train`;
  return {
    key: { runId, shard: input },
    async run(context): Promise<TrainAnswer> {
      await mkdir(deps.folder, { recursive: true });
      const folder = await mkdtemp(join(deps.folder, "train-"));
      try {
        const result = await trainIn({ folder, checkpoint: `training/${runId}/${input}`, model }, deps, context);
        if (result.kind === "refused") {
          return { accepted: false, reason: result.reason, metrics: metricsOf(result.evaluation) };
        }
        const { manifest } = result;
        const packaged = join(folder, "package");
        // Built once here, or by every server that loads the model.
        await keepGraph(packaged, GRAPH_FROM, context.signal);
        await deps.models.publish(packaged);
        await record(deps, model, manifest, context.startedAt);
        return {
          accepted: true,
          metrics: metricsOf(manifest.evaluation),
          modelVersion: manifest.version,
          modelDigest: manifest.digest,
          shards: shardNames(manifest.users, deps.usersPerShard),
        };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Where one training works, and for what. */
interface TrainPlace {
  readonly folder: string;
  /** Prefix of its checkpoints. */
  readonly checkpoint: string;
  /** Line of models. */
  readonly model: string;
}

async function trainIn(place: TrainPlace, deps: TrainDeps, context: JobContext): Promise<TrainingResult> {
  const { folder, checkpoint } = place;
  const fetchTable = async (table: string): Promise<string> => {
    const to = join(folder, table);
    for (const prefix of await sharedPrefixes(deps, table)) {
      await downloadPrefix(deps.s3, { bucket: deps.goldBucket, prefix }, join(to, prefix));
    }
    return to;
  };
  const interactions = await fetchTable("gold_interactions");
  const itemFeatures = await fetchTable("gold_item_features");
  const stages = new Stages(join(folder, "stages"), checkpoint, deps.checkpoints);
  await stages.restore();
  context.onBeat(() => stages.save());
  const incumbent = await incumbentOf(place, deps);
  try {
    return await (deps.train ?? train)({
      ...deps.options,
      python: deps.python,
      interactions: [interactions],
      ...((await readdir(itemFeatures)).length === 0 ? {} : { itemFeatures: [itemFeatures] }),
      ...(incumbent === undefined ? {} : { incumbent }),
      out: join(folder, "package"),
      checkpoints: stages.folder,
      signal: context.signal,
    });
  } catch (error) {
    if (error instanceof TrainingError && error.kind === "input") {
      throw new PermanentError("Training.BadInput", error.message);
    }
    throw error;
  } finally {
    await stages.save();
  }
}

/** Stages that the training job has finished, as files beside it and as checkpoints. */
class Stages {
  private readonly saved = new Map<string, string>();

  constructor(
    readonly folder: string,
    private readonly key: string,
    private readonly store: CheckpointStore,
  ) {}

  async restore(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const kept = await this.store.read(`${this.key}/stages.json`);
    if (typeof kept !== "object" || kept === null) return;
    for (const [name, content] of Object.entries(kept)) {
      if (typeof content !== "string" || !/^\w+\.json$/.test(name)) continue;
      await writeFile(join(this.folder, name), content);
      this.saved.set(name, content);
    }
  }

  async save(): Promise<void> {
    let changed = false;
    for (const name of await readdir(this.folder)) {
      // The job writes aside and renames: a file of this name is whole.
      if (!name.endsWith(".json")) continue;
      const content = await readFile(join(this.folder, name), "utf8");
      changed ||= this.saved.get(name) !== content;
      this.saved.set(name, content);
    }
    if (changed) await this.store.write(`${this.key}/stages.json`, Object.fromEntries(this.saved));
  }
}

/** Digest over the keys and entity tags of the gold that is trained on, and over the line of models and the options. */
async function fingerprint(model: string, deps: TrainDeps): Promise<string> {
  const { s3, goldBucket, options = {} } = deps;
  const hash = createHash("sha256").update(JSON.stringify([model, options]));
  for (const table of ["gold_interactions", "gold_item_features"]) {
    for (const prefix of await sharedPrefixes(deps, table)) {
      for (const { key, etag } of await listObjects(s3, goldBucket, prefix)) hash.update(`${key}\0${etag}\n`);
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/** Prefixes of a gold table: under this region's name, and under those of the regions whose gold is replicated here. */
async function sharedPrefixes({ s3, goldBucket }: TrainDeps, table: string): Promise<string[]> {
  const { prefix } = keptTable(table);
  return (await listFolders(s3, goldBucket)).map((region) => region + prefix);
}

/** Writes the manifest of the line's published model to disk; `undefined` before the first, or when its package is gone. */
async function incumbentOf({ folder, model }: TrainPlace, deps: TrainDeps): Promise<string | undefined> {
  const Key = marshall({ name: model, version: CURRENT_VERSION });
  const { Item } = await deps.client.send(
    new GetItemCommand({ TableName: deps.modelsTable, Key, ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const manifest = await deps.models.manifest(String(unmarshall(Item)["model_version"]));
  if (manifest === undefined) return undefined;
  const path = join(folder, "incumbent.json");
  await writeFile(path, manifest);
  return path;
}

/** The version's record, for people: what it was made of and how it scored. */
async function record(deps: TrainDeps, model: string, manifest: ModelManifest, trainedAt: string): Promise<void> {
  const Item = marshall({ ...manifest, name: model, trained_at: trainedAt }, { removeUndefinedValues: true });
  await deps.client.send(new PutItemCommand({ TableName: deps.modelsTable, Item }));
}

function metricsOf(evaluation: ModelManifest["evaluation"] = {}): TrainAnswer["metrics"] {
  return {
    recallAt10: Number(evaluation["recall@10"] ?? 0),
    baselineRecallAt10: Number(evaluation["popular_recall@10"] ?? 0),
  };
}
