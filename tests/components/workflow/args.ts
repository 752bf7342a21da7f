import * as pulumi from "@pulumi/pulumi";
import { allowSteps } from "../../../components/etl/run";
import { variantModels } from "../../../contracts/models/variants";
import type { DailySettings } from "../../../components/workflow/daily";
import type { DailyWorkflowArgs } from "../../../components/workflow/workflow";
import { SCOPE } from "../../kit/builders";
import { bucketOf, KEYS, queueOf, tableOf, topicOf } from "../../kit/refs";

export const ARGS: DailyWorkflowArgs = {
  scope: SCOPE,
  role: "primary",
  key: KEYS.behaviour,
  etl: { kind: "cluster", clusterId: pulumi.output("j-1"), allow: allowSteps(SCOPE, "j-1") },
  buckets: { bronze: bucketOf("bronze"), silver: bucketOf("silver"), gold: bucketOf("gold") },
  goldFolder: "us-east-1/",
  tables: { profiles: tableOf("meridian-test-us-profiles"), models: tableOf("meridian-test-us-models") },
  queue: queueOf("shards"),
  handoverQueueUrl: "https://sqs/handover",
  failureTopic: topicOf("alarms"),
  deadLetters: queueOf("schedule-dead-letters"),
  models: variantModels(["champion", "challenger"]),
};

export const COMMON = {
  partition: "aws",
  bronzeBucket: "bronze",
  silverBucket: "silver",
  goldBucket: "gold",
  goldFolder: "us-east-1/",
  profilesTable: "profiles",
  handoverQueueUrl: "https://sqs/handover",
  modelsTable: "models",
  queueUrl: "https://sqs/shards",
  topicArn: "arn:aws:sns:us-east-1:111122223333:alarms",
  scoringConcurrency: 200,
  models: variantModels(["champion", "challenger"]),
};

export const SETTINGS: DailySettings = { ...COMMON, clusterId: "j-1", programsFolder: "/opt/meridian/etl" };
