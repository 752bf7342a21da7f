import type { ProgramCalls } from "./call";

/** Calls of the collector as a Lambda function. */
export const calls: ProgramCalls = {
  program: "collector-function",
  entries: ["services/collector/lambda.ts"],
  as: "function",
  calls: [
    { operation: "kinesis:PutRecords", on: { kind: "stream", setting: "EVENT_STREAM" }, why: "Events" },
    {
      operation: "s3:PutObject",
      on: { kind: "bucket", setting: "QUARANTINE_BUCKET", keys: "collector/*" },
      why: "Refused events with their reasons",
    },
  ],
};
