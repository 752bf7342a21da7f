import { ALGORITHMS } from "../models/variants";
import { number, oneOf, optional, ProgramSettings, required, text, withDefault } from "./setting";
import { s3Addressing } from "./s3-addressing";

const positive = number({ min: 1 });

/** Settings of the training and scoring worker (`services/worker`). */
export const workerSettings = new ProgramSettings("worker", {
  region: required("AWS_REGION", text, "AWS region of its queue, buckets and tables"),
  queueUrl: required("MERIDIAN_QUEUE_URL", text, "Queue of the work"),
  goldBucket: required("MERIDIAN_GOLD_BUCKET", text, "Bucket of the training data"),
  artifactsBucket: required("MERIDIAN_ARTIFACTS_BUCKET", text, "Bucket of models and checkpoints"),
  recommendationsTable: required("MERIDIAN_RECOMMENDATIONS_TABLE", text, "Table of the users' lists"),
  modelsTable: required("MERIDIAN_MODELS_TABLE", text, "Table of the published models"),
  shardsTable: required("MERIDIAN_SHARDS_TABLE", text, "Table of the claims on shards of work"),
  python: required("MERIDIAN_PYTHON", text, "Python interpreter with the training job's packages"),
  dataFolder: required("MERIDIAN_DATA_FOLDER", text, "Folder for data and models under way"),
  usersPerShard: withDefault("MERIDIAN_USERS_PER_SHARD", positive, 50_000, "Users scored by one piece of work"),
  listLength: optional("MERIDIAN_LIST_LENGTH", positive, "Items of one user's list"),
  listTtlDays: optional(
    "MERIDIAN_LIST_TTL_DAYS",
    positive,
    "Days after which DynamoDB may delete a list; without it, never",
  ),
  writesPerSecond: optional(
    "MERIDIAN_WRITES_PER_SECOND",
    number({ min: 0.001, integer: false }),
    "Rows written a second; without it, no limit",
  ),
  visibilitySeconds: withDefault(
    "MERIDIAN_VISIBILITY_SECONDS",
    positive,
    120,
    "Seconds for which a message is hidden after each sign of life",
  ),
  heartbeatSeconds: optional(
    "MERIDIAN_HEARTBEAT_SECONDS",
    number({ min: 0.001, integer: false }),
    "Seconds between signs of life",
  ),
  checkpointUsers: optional("MERIDIAN_CHECKPOINT_USERS", positive, "Users scored between checkpoints"),
  searchBudget: optional(
    "MERIDIAN_SEARCH_BUDGET",
    positive,
    "Trials of the search for hyper-parameters; without it, none",
  ),
  engine: optional("MERIDIAN_ENGINE", oneOf(["implicit", "spark"]), "Engine that trains; implicit without it"),
  algorithm: optional("MERIDIAN_ALGORITHM", oneOf(ALGORITHMS), "Algorithm where the work names none"),
  trackingUrl: optional(
    "MERIDIAN_TRACKING",
    text,
    "MLflow tracking server; without it, runs are kept in the artifacts bucket alone",
  ),
  ...s3Addressing,
});
