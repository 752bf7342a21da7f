import type { ProgramCalls, Thing } from "./call";

const handover: Thing = { kind: "queue", argument: "--handover-queue" };
const bronze: Thing = { kind: "bucket", argument: "--bronze" };
const silver: Thing = { kind: "bucket", argument: "--silver" };
const gold: Thing = { kind: "bucket", argument: "--gold" };

/** Calls of the ETL's Spark program. Those on buckets are EMRFS's, for Spark and Hadoop's file system. */
export const calls: ProgramCalls = {
  program: "etl",
  entries: ["services/etl/etl.py"],
  as: "spark",
  calls: [
    { operation: "sqs:ReceiveMessage", on: handover, why: "What the verifier handed over" },
    { operation: "sqs:DeleteMessageBatch", on: handover, why: "What a run has read" },
    {
      operation: "dynamodb:BatchWriteItem",
      on: { kind: "table", argument: "--profiles-table" },
      why: "Users' key points",
    },
    { operation: "s3:ListObjectsV2", on: bronze, why: "Finds verified events" },
    { operation: "s3:GetObject", on: { ...bronze, keys: "verified/*" }, why: "Verified events and hand-overs" },
    ...[silver, gold].flatMap((bucket): ProgramCalls["calls"] => [
      { operation: "s3:ListObjectsV2", on: bucket, why: "Finds partitions" },
      { operation: "s3:GetObject", on: { ...bucket, keys: "*" }, why: "Partitions and the state of earlier runs" },
      { operation: "s3:PutObject", on: { ...bucket, keys: "*" }, why: "Partitions, reports and state" },
      { operation: "s3:DeleteObjects", on: { ...bucket, keys: "*" }, why: "Files of a partition that is written anew" },
    ]),
  ],
};
