import { acm } from "./services/acm";
import { apigatewayv2 } from "./services/apigatewayv2";
import { appautoscaling } from "./services/appautoscaling";
import { athena } from "./services/athena";
import { autoscaling } from "./services/autoscaling";
import { budgets } from "./services/budgets";
import { cloudfront } from "./services/cloudfront";
import { cloudwatch } from "./services/cloudwatch";
import { costexplorer } from "./services/costexplorer";
import { dynamodb } from "./services/dynamodb";
import { ec2 } from "./services/ec2";
import { ec2Instances } from "./services/ec2-instances";
import { ecr } from "./services/ecr";
import { eks } from "./services/eks";
import { elasticache } from "./services/elasticache";
import { elbv2 } from "./services/elbv2";
import { emr } from "./services/emr";
import { eventbridge } from "./services/eventbridge";
import { firehose } from "./services/firehose";
import { glue } from "./services/glue";
import { iam } from "./services/iam";
import { kinesis } from "./services/kinesis";
import { kms } from "./services/kms";
import { lambda } from "./services/lambda";
import { logs } from "./services/logs";
import { msk } from "./services/msk";
import { opensearch } from "./services/opensearch";
import { redshift } from "./services/redshift";
import { redshiftserverless } from "./services/redshiftserverless";
import { route53 } from "./services/route53";
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
  acm,
  apigatewayv2,
  appautoscaling,
  athena,
  autoscaling,
  budgets,
  cloudfront,
  cloudwatch,
  costexplorer,
  dynamodb,
  ec2,
  ec2Instances,
  ecr,
  eks,
  elasticache,
  elbv2,
  emr,
  eventbridge,
  firehose,
  glue,
  iam,
  kinesis,
  kms,
  lambda,
  logs,
  msk,
  opensearch,
  redshift,
  redshiftserverless,
  route53,
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
