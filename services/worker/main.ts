import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { showLife } from "../kit/alive";
import { RateLimiter } from "../kit/rate-limiter";
import { workerSettings } from "../../contracts/settings/worker";
import { Claims } from "../kit/work/claim";
import { ModelStore } from "../kit/work/model-store";
import { s3Checkpoints } from "../kit/work/checkpoints";
import { scoreJob } from "../scorer/score-job";
import { trainJob } from "../trainer/train-job";
import { runWorker, type WorkerOptions } from "./worker";

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The properties that have a value. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/**
 * What a worker's environment says (`contracts/settings/worker.ts`).
 * @throws SettingsError naming every variable that is missing or wrong.
 */
export function workerOf(environment: NodeJS.ProcessEnv, log?: WorkerOptions["log"]): WorkerOptions {
  const settings = workerSettings.read(environment);
  const { region, dataFolder: data, artifactsBucket, visibilitySeconds } = settings;
  const s3 = new S3Client({ region, forcePathStyle: settings.s3PathStyle });
  const client = new DynamoDBClient({ region });
  const checkpoints = s3Checkpoints(s3, artifactsBucket);
  const models = new ModelStore(s3, artifactsBucket, join(data, "models"));
  const write =
    settings.writesPerSecond === undefined ? {} : { write: { limiter: new RateLimiter(settings.writesPerSecond) } };
  return {
    sqs: new SQSClient({ region }),
    sfn: new SFNClient({ region }),
    queueUrl: settings.queueUrl,
    claims: new Claims(client, settings.shardsTable, `${hostname()}/${randomUUID()}`, visibilitySeconds * 1000),
    checkpoints,
    visibilitySeconds,
    ...defined({ heartbeatSeconds: settings.heartbeatSeconds, log }),
    jobOf: (work) =>
      work.kind === "train"
        ? trainJob(work, {
            s3,
            client,
            goldBucket: settings.goldBucket,
            modelsTable: settings.modelsTable,
            models,
            checkpoints,
            folder: join(data, "training"),
            python: settings.python,
            usersPerShard: settings.usersPerShard,
            options: {
              ...defined({ engine: settings.engine, algorithm: settings.algorithm, tracking: settings.trackingUrl }),
              ...(settings.searchBudget === undefined
                ? {}
                : { parameters: { "search-budget": settings.searchBudget } }),
            },
          })
        : scoreJob(work, {
            client,
            table: settings.recommendationsTable,
            models,
            checkpoints,
            ...defined({
              listLength: settings.listLength,
              ttlDays: settings.listTtlDays,
              checkpointUsers: settings.checkpointUsers,
            }),
            ...write,
          }),
  };
}

/**
 * The training and scoring worker as a service on EC2: takes work from the queue until SIGTERM, then gives the message
 * in work back and ends.
 */
async function main(): Promise<void> {
  const log: WorkerOptions["log"] = (level, message, more) => {
    console.info(JSON.stringify({ level, message, at: new Date().toISOString(), ...more }));
  };
  const options = workerOf(process.env, log);
  showLife();
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.once(name, () => {
      stop.abort();
    });
  }
  log("info", "worker is up");
  await runWorker(options, stop.signal);
  log("info", "worker is down");
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(String(error));
    process.exitCode = 1;
  });
}
