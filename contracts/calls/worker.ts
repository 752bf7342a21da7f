import type { ProgramCalls, Thing } from "./call";

const queue: Thing = { kind: "queue", setting: "MERIDIAN_QUEUE_URL" };
const gold: Thing = { kind: "bucket", setting: "MERIDIAN_GOLD_BUCKET" };
const artifacts: Thing = { kind: "bucket", setting: "MERIDIAN_ARTIFACTS_BUCKET" };
const packages: Thing = { ...artifacts, keys: "models/*" };
const checkpoints: Thing = { ...artifacts, keys: "checkpoints/*" };
const models: Thing = { kind: "table", setting: "MERIDIAN_MODELS_TABLE" };
const shards: Thing = { kind: "table", setting: "MERIDIAN_SHARDS_TABLE" };
const task: Thing = { kind: "task", message: "token of the daily run's task" };

/** Calls of the training and scoring worker. */
export const calls: ProgramCalls = {
  program: "worker",
  entries: ["services/worker/main.ts"],
  runs: ["trainer", "scorer"],
  as: "process",
  calls: [
    { operation: "sqs:ReceiveMessage", on: queue, why: "Work of the daily run" },
    { operation: "sqs:ChangeMessageVisibility", on: queue, why: "More time for work under way" },
    { operation: "sqs:DeleteMessage", on: queue, why: "Work that is done" },
    { operation: "states:SendTaskHeartbeat", on: task, why: "Signs of life" },
    { operation: "states:SendTaskSuccess", on: task, why: "The work's result" },
    { operation: "states:SendTaskFailure", on: task, why: "Why work cannot be done" },
    { operation: "s3:ListObjectsV2", on: gold, why: "Finds the training data" },
    { operation: "s3:GetObject", on: { ...gold, keys: "*" }, why: "Training data" },
    {
      operation: "s3:ListObjectsV2",
      on: artifacts,
      why: "Finds a model's files; a missing object is not a denied one",
    },
    { operation: "s3:GetObject", on: packages, why: "Models to score with, and the published one to compare with" },
    { operation: "s3:HeadObject", on: packages, why: "Whether a model's file is there already" },
    { operation: "s3:PutObject", on: packages, why: "Publishes a model's files" },
    { operation: "s3:GetObject", on: checkpoints, why: "Goes on where another worker stopped" },
    { operation: "s3:PutObject", on: checkpoints, why: "Keeps what is done so far" },
    { operation: "dynamodb:GetItem", on: models, why: "The version that a new model is compared with" },
    { operation: "dynamodb:PutItem", on: models, why: "A trained version's record" },
    { operation: "dynamodb:GetItem", on: shards, why: "Who has claimed a shard" },
    { operation: "dynamodb:UpdateItem", on: shards, why: "Claims a shard, keeps it, and says that it is done" },
    {
      operation: "dynamodb:BatchWriteItem",
      on: { kind: "table", setting: "MERIDIAN_RECOMMENDATIONS_TABLE" },
      why: "Users' lists",
    },
  ],
};
