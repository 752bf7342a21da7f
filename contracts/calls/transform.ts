import type { ProgramCalls } from "./call";

/** Calls of Firehose's data transformation function. */
export const calls: ProgramCalls = {
  program: "transform",
  entries: ["services/transform/handler.ts"],
  as: "function",
  calls: [
    {
      operation: "kms:GenerateMac",
      on: { kind: "mac-key", setting: "PSEUDONYM_KEY_ALIAS" },
      why: "Pseudonyms of users",
    },
    {
      operation: "kinesis:PutRecords",
      on: { kind: "stream", message: "sourceKinesisStreamArn of Firehose's event" },
      why: "Puts back what does not fit into an answer",
    },
  ],
};
