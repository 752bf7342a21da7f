import type { ProgramCalls, Thing } from "./call";

const queue: Thing = { kind: "queue", setting: "INTAKE_QUEUE_URL" };
const bronze: Thing = { kind: "bucket", setting: "BRONZE_BUCKET" };
const landed: Thing = { ...bronze, keys: "landing/*" };
const verified: Thing = { ...bronze, keys: "verified/*" };
const quarantine: Thing = { kind: "bucket", setting: "QUARANTINE_BUCKET" };
const refused: Thing = { ...quarantine, keys: "intake/*" };

/** Calls of the intake verifier. */
export const calls: ProgramCalls = {
  program: "verifier",
  entries: ["services/verifier/main.ts"],
  as: "process",
  calls: [
    { operation: "sqs:ReceiveMessage", on: queue, why: "Notifications of landed objects" },
    { operation: "sqs:ChangeMessageVisibility", on: queue, why: "More time for what is in work" },
    { operation: "sqs:DeleteMessage", on: queue, why: "A settled object's notification" },
    { operation: "s3:ListObjectsV2", on: bronze, why: "What landed while a notification was lost" },
    { operation: "s3:GetObject", on: landed, why: "The content that is verified" },
    { operation: "s3:CopyObject", on: verified, from: landed, why: "Promotes what is good" },
    { operation: "s3:CopyObject", on: refused, from: landed, why: "Sets aside what is not" },
    { operation: "s3:DeleteObject", on: landed, why: "Takes a settled object away" },
    { operation: "s3:HeadObject", on: verified, why: "Whether an object was promoted before" },
    { operation: "s3:HeadObject", on: refused, why: "Whether an object was refused before" },
    {
      operation: "s3:PutObject",
      on: verified,
      why: "Converted files of a bulk upload, and lists of what is handed over",
    },
    { operation: "s3:PutObject", on: refused, why: "Reasons of a refusal" },
    {
      operation: "sqs:SendMessage",
      on: { kind: "queue", setting: "HANDOVER_QUEUE_URL" },
      why: "Hands verified objects over to the ETL",
    },
  ],
};
