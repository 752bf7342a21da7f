import { variantModels } from "../../../contracts/models/variants";
import type { DailySettings } from "../../../components/workflow/daily";
import type { DailyWorkflowArgs } from "../../../components/workflow/workflow";
import { keyArn, SCOPE } from "../../kit/builders";

export const ARGS: DailyWorkflowArgs = {
  scope: SCOPE,
  role: "primary",
  keyArn: keyArn("technical"),
  etl: { clusterId: "j-1" },
  buckets: { bronze: "bronze", silver: "silver", gold: "gold" },
  goldFolder: "us-east-1/",
  tables: { profiles: "meridian-test-us-profiles", models: "meridian-test-us-models" },
  queue: { arn: "arn:aws:sqs:us-east-1:111122223333:shards", url: "https://sqs/shards" },
  failureTopicArn: "arn:aws:sns:us-east-1:111122223333:alarms",
  deadLetterQueueArn: "arn:aws:sqs:us-east-1:111122223333:schedule-dead-letters",
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
