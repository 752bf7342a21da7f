import type { ProgramCalls, Thing } from "./call";

const models: Thing = { kind: "table", setting: "MERIDIAN_MODELS_TABLE" };
const flags: Thing = { kind: "table", setting: "MERIDIAN_FLAGS_TABLE" };

/** Calls of the recommendation API. */
export const calls: ProgramCalls = {
  program: "api",
  entries: ["services/api/main.ts"],
  as: "process",
  calls: [
    {
      operation: "kms:GenerateMac",
      on: { kind: "mac-key", setting: "MERIDIAN_PSEUDONYM_KEY" },
      why: "Pseudonyms of users",
    },
    {
      operation: "dynamodb:GetItem",
      on: { kind: "table", setting: "MERIDIAN_RECOMMENDATIONS_TABLE" },
      why: "A user's list",
    },
    { operation: "dynamodb:GetItem", on: models, why: "The published version" },
    { operation: "dynamodb:GetItem", on: flags, why: "The experiment's state" },
    { operation: "dynamodb:BatchGetItem", on: flags, why: "Flags" },
    { operation: "kinesis:PutRecords", on: { kind: "stream", setting: "MERIDIAN_STREAM" }, why: "Exposures" },
    {
      operation: "elasticache:Connect",
      on: { kind: "cache", setting: "MERIDIAN_CACHE_NAME" },
      // Memcached knows no users.
      only: "MERIDIAN_CACHE_USER",
      why: "Lists at hand",
    },
    {
      operation: "sagemaker:InvokeEndpoint",
      on: { kind: "endpoint", setting: "MERIDIAN_ENDPOINT_NAME" },
      why: "Live predictions",
    },
  ],
};
