import type { ProgramCalls } from "./call";

/** Calls of the collector as a server. */
export const calls: ProgramCalls = {
  program: "collector",
  entries: ["services/collector/main.ts"],
  as: "process",
  calls: [
    { operation: "kinesis:PutRecords", on: { kind: "stream", setting: "EVENT_STREAM" }, why: "Events" },
    {
      operation: "s3:PutObject",
      on: { kind: "bucket", setting: "QUARANTINE_BUCKET", keys: "collector/*" },
      why: "Refused events with their reasons",
    },
  ],
};
