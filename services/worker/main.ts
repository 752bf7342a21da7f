import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { showLife } from "../kit/alive";
import { RateLimiter } from "../kit/rate-limiter";
import { ALGORITHMS } from "../../contracts/models/variants";
import { Claims } from "../kit/work/claim";
import { ModelStore } from "../kit/work/model-store";
import { s3Checkpoints } from "../kit/work/checkpoints";
import { scoreJob } from "../scorer/score-job";
import { trainJob } from "../trainer/train-job";
import { runWorker, type WorkerOptions } from "./worker";

type Environment = Readonly<Record<string, string | undefined>>;

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The properties that have a value. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** Reads a worker's environment. @throws Error naming every setting that is missing or no number. */
export function workerOf(env: Environment, log?: WorkerOptions["log"]): WorkerOptions {
  const problems: string[] = [];
  const text = (name: string): string => {
    const value = env[name] ?? "";
    if (value === "") problems.push(`${name}: want a value, got nothing`);
    return value;
  };
  const number = (name: string): number | undefined => {
    const value = env[name];
    if (value === undefined || value === "") return undefined;
    if (!(Number(value) > 0)) problems.push(`${name}: want a number above 0, got ${value}`);
    return Number(value);
  };
  const one = <K extends string>(name: string, known: readonly K[]): K | undefined => {
    const value = env[name];
    const found = known.find((name) => name === value);
    if (value !== undefined && value !== "" && found === undefined) {
      problems.push(`${name}: want ${known.join(" or ")}, got ${value}`);
    }
    return found;
  };
  const settings = {
    region: text("AWS_REGION"),
    queueUrl: text("MERIDIAN_QUEUE_URL"),
    goldBucket: text("MERIDIAN_GOLD_BUCKET"),
    artifactsBucket: text("MERIDIAN_ARTIFACTS_BUCKET"),
    recommendations: text("MERIDIAN_RECOMMENDATIONS_TABLE"),
    models: text("MERIDIAN_MODELS_TABLE"),
    shards: text("MERIDIAN_SHARDS_TABLE"),
    python: text("MERIDIAN_PYTHON"),
    data: text("MERIDIAN_DATA_FOLDER"),
    usersPerShard: number("MERIDIAN_USERS_PER_SHARD") ?? 50_000,
    listLength: number("MERIDIAN_LIST_LENGTH"),
    ttlDays: number("MERIDIAN_LIST_TTL_DAYS"),
    writesPerSecond: number("MERIDIAN_WRITES_PER_SECOND"),
    visibilitySeconds: number("MERIDIAN_VISIBILITY_SECONDS") ?? 120,
    heartbeatSeconds: number("MERIDIAN_HEARTBEAT_SECONDS"),
    checkpointUsers: number("MERIDIAN_CHECKPOINT_USERS"),
    searchBudget: number("MERIDIAN_SEARCH_BUDGET"),
    engine: one("MERIDIAN_ENGINE", ["implicit", "spark"]),
    algorithm: one("MERIDIAN_ALGORITHM", ALGORITHMS),
    tracking: env["MERIDIAN_TRACKING"],
  };
  if (problems.length > 0) throw new Error(problems.join("; "));
  const { region, data, artifactsBucket, visibilitySeconds } = settings;
  const s3 = new S3Client({ region, forcePathStyle: env["AWS_S3_FORCE_PATH_STYLE"] === "true" });
  const client = new DynamoDBClient({ region });
  const checkpoints = s3Checkpoints(s3, artifactsBucket);
  const models = new ModelStore(s3, artifactsBucket, join(data, "models"));
  const write =
    settings.writesPerSecond === undefined ? {} : { write: { limiter: new RateLimiter(settings.writesPerSecond) } };
  return {
    sqs: new SQSClient({ region }),
    sfn: new SFNClient({ region }),
    queueUrl: settings.queueUrl,
    claims: new Claims(client, settings.shards, `${hostname()}/${randomUUID()}`, visibilitySeconds * 1000),
    checkpoints,
    visibilitySeconds,
    ...defined({ heartbeatSeconds: settings.heartbeatSeconds, log }),
    jobOf: (work) =>
      work.kind === "train"
        ? trainJob(work, {
            s3,
            client,
            goldBucket: settings.goldBucket,
            modelsTable: settings.models,
            models,
            checkpoints,
            folder: join(data, "training"),
            python: settings.python,
            usersPerShard: settings.usersPerShard,
            options: {
              ...defined({ engine: settings.engine, algorithm: settings.algorithm, tracking: settings.tracking }),
              ...(settings.searchBudget === undefined
                ? {}
                : { parameters: { "search-budget": settings.searchBudget } }),
            },
          })
        : scoreJob(work, {
            client,
            table: settings.recommendations,
            models,
            checkpoints,
            ...defined({
              listLength: settings.listLength,
              ttlDays: settings.ttlDays,
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
