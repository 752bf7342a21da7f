import { appautoscaling } from "./services/appautoscaling";
import { autoscaling } from "./services/autoscaling";
import { budgets } from "./services/budgets";
import { cloudfront } from "./services/cloudfront";
import { cloudwatch } from "./services/cloudwatch";
import { costexplorer } from "./services/costexplorer";
import { dynamodb } from "./services/dynamodb";
import { ec2 } from "./services/ec2";
import { ec2Instances } from "./services/ec2-instances";
import { ecr } from "./services/ecr";
import { eventbridge } from "./services/eventbridge";
import { firehose } from "./services/firehose";
import { kinesis } from "./services/kinesis";
import { kms } from "./services/kms";
import { logs } from "./services/logs";
import { s3 } from "./services/s3";
import { sagemaker } from "./services/sagemaker";
import { scheduler } from "./services/scheduler";
import { secretsmanager } from "./services/secretsmanager";
import { sfn } from "./services/sfn";
import { sns } from "./services/sns";
import { sqs } from "./services/sqs";
import { ssm } from "./services/ssm";
import { wafv2 } from "./services/wafv2";
import type { RequestTable, TypeRequests } from "./spec";

/** The whole table, one file for each AWS service. */
const TABLES: readonly RequestTable[] = [
  appautoscaling,
  autoscaling,
  budgets,
  cloudfront,
  cloudwatch,
  costexplorer,
  dynamodb,
  ec2,
  ec2Instances,
  ecr,
  eventbridge,
  firehose,
  kinesis,
  kms,
  logs,
  s3,
  sagemaker,
  scheduler,
  secretsmanager,
  sfn,
  sns,
  sqs,
  ssm,
  wafv2,
];

/** What AWS is asked for, by Pulumi type token. */
export const REQUESTS: ReadonlyMap<string, TypeRequests> = new Map(TABLES.flatMap((table) => Object.entries(table)));
