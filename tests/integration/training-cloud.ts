import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CreateTableCommand, DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { asset } from "@pulumi/pulumi";
import type { Program } from "../../components/kit/program";
import { CREDENTIALS, PYTHON, startOwnEmulator, type Emulator } from "./datapath-cloud";

export const REGION = "us-east-1";
export const TABLES = { recommendations: "recommendations", models: "models", shards: "shards" } as const;
export const BUCKETS = { gold: "gold", artifacts: "artifacts" } as const;
const KEYS: Readonly<Record<keyof typeof TABLES, readonly [string, string]>> = {
  recommendations: ["user_key", "model_version"],
  models: ["name", "version"],
  shards: ["run_id", "shard"],
};

/** What a training worker stands on: its queue, tables and buckets, on an emulator of the test's own. */
export interface TrainingCloud {
  readonly emulator: Emulator;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly sfn: SFNClient;
  readonly dynamo: DynamoDBClient;
  /** A queue of one test's own: a worker that is killed while it waits may take a message with it for a while. */
  makeQueue(): Promise<string>;
  rows(table: keyof typeof TABLES): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export async function startTrainingCloud(): Promise<TrainingCloud> {
  const emulator = await startOwnEmulator();
  const settings = { region: REGION, endpoint: emulator.endpoint, credentials: CREDENTIALS };
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const sqs = new SQSClient(settings);
  const sfn = new SFNClient(settings);
  const dynamo = new DynamoDBClient(settings);
  for (const Bucket of Object.values(BUCKETS)) await s3.send(new CreateBucketCommand({ Bucket }));
  for (const [table, names] of Object.entries(KEYS)) {
    await dynamo.send(
      new CreateTableCommand({
        TableName: TABLES[table as keyof typeof TABLES],
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: names.map((AttributeName, n) => ({ AttributeName, KeyType: n === 0 ? "HASH" : "RANGE" })),
        AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      }),
    );
  }
  let queues = 0;
  return {
    emulator,
    s3,
    sqs,
    sfn,
    dynamo,
    makeQueue: async () => {
      queues += 1;
      const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: `training-${queues}` }));
      return QueueUrl;
    },
    rows: async (table) => {
      const found: Record<string, unknown>[] = [];
      for await (const { Items = [] } of paginateScan({ client: dynamo }, { TableName: TABLES[table] })) {
        found.push(...Items.map((item) => unmarshall(item)));
      }
      return found;
    },
    stop: async () => {
      for (const client of [s3, sqs, sfn, dynamo]) client.destroy();
      await emulator.stop();
    },
  };
}

/** Unpacks a program as an instance does. @returns the folder with its `start`. */
export async function unpack(program: Program): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "meridian-program-"));
  const { archive } = program;
  if (!(archive instanceof asset.AssetArchive)) throw new Error("want an archive of assets");
  const assets = await archive.assets;
  for (const [name, content] of Object.entries(assets)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (content instanceof asset.FileAsset) await copyFile(await content.path, path);
    else if (content instanceof asset.StringAsset) await writeFile(path, await content.text);
    else throw new Error(`${name}: want a file or a text`);
  }
  await chmod(join(folder, "start"), 0o755);
  return folder;
}

/** A worker process, started as systemd starts it. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Its log so far. */
  log(): string;
  /** Sends a signal and waits for the end. @returns the exit code, or the signal that ended it. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number | string | null>;
}

export async function startWorker(
  cloud: TrainingCloud,
  queueUrl: string,
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<WorkerProcess> {
  const data = await mkdtemp(join(tmpdir(), "meridian-worker-"));
  const child = spawn(join(folder, "start"), {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: data,
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL: cloud.emulator.endpoint,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_S3_FORCE_PATH_STYLE: "true",
      MERIDIAN_QUEUE_URL: queueUrl,
      MERIDIAN_GOLD_BUCKET: BUCKETS.gold,
      MERIDIAN_ARTIFACTS_BUCKET: BUCKETS.artifacts,
      MERIDIAN_RECOMMENDATIONS_TABLE: TABLES.recommendations,
      MERIDIAN_MODELS_TABLE: TABLES.models,
      MERIDIAN_SHARDS_TABLE: TABLES.shards,
      MERIDIAN_PYTHON: PYTHON,
      MERIDIAN_DATA_FOLDER: data,
      ...more,
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const ended = once(child, "close") as Promise<[number | null, string | null]>;
  void ended.finally(() => rm(data, { recursive: true, force: true })).catch(() => undefined);
  return {
    child,
    log: () => said,
    end: async (signal) => {
      child.kill(signal);
      const [code, by] = await ended;
      return code ?? by;
    },
  };
}
