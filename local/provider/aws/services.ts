import { acm } from "./acm";
import { apigatewayv2 } from "./apigatewayv2";
import { appautoscaling } from "./appautoscaling";
import { athena } from "./athena";
import { autoscaling } from "./autoscaling";
import { budgets } from "./budgets";
import { cloudfront } from "./cloudfront";
import { cloudwatch } from "./cloudwatch";
import { dynamodb } from "./dynamodb";
import { ec2 } from "./ec2";
import { ecr } from "./ecr";
import { eks } from "./eks";
import { elasticache } from "./elasticache";
import { elbv2 } from "./elbv2";
import { emr } from "./emr";
import { eventbridge } from "./eventbridge";
import { firehose } from "./firehose";
import { glue } from "./glue";
import { iam } from "./iam";
import { kinesis } from "./kinesis";
import { kms } from "./kms";
import { lambda } from "./lambda";
import { logs } from "./logs";
import { msk } from "./msk";
import { opensearch } from "./opensearch";
import { redshift } from "./redshift";
import { redshiftserverless } from "./redshiftserverless";
import { route53 } from "./route53";
import { s3 } from "./s3";
import { sagemaker } from "./sagemaker";
import { scheduler } from "./scheduler";
import { secretsmanager } from "./secretsmanager";
import { sfn } from "./sfn";
import { sns } from "./sns";
import { sqs } from "./sqs";
import { ssm } from "./ssm";
import { wafv2 } from "./wafv2";
import type { ServiceTable } from "./define";

/** The whole table, by AWS service: one file each. */
export const services = {
  acm,
  apigatewayv2,
  appautoscaling,
  athena,
  autoscaling,
  budgets,
  cloudfront,
  cloudwatch,
  dynamodb,
  ec2,
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
} as const satisfies Readonly<Record<string, ServiceTable>>;
