import { calls as apigatewayv2 } from "./apigatewayv2/calls";
import { calls as athena } from "./athena/calls";
import { calls as autoscaling } from "./autoscaling/calls";
import { calls as backup } from "./backup/calls";
import { calls as budgets } from "./budgets/calls";
import { calls as cloudfront } from "./cloudfront/calls";
import { calls as cloudwatch } from "./cloudwatch/calls";
import { calls as dynamodb } from "./dynamodb/calls";
import { calls as ec2 } from "./ec2/calls";
import { calls as eks } from "./eks/calls";
import { calls as elasticache } from "./elasticache/calls";
import { calls as emr } from "./emr/calls";
import { calls as emrserverless } from "./emrserverless/calls";
import { calls as eventbridge } from "./eventbridge/calls";
import { calls as firehose } from "./firehose/calls";
import { calls as glue } from "./glue/calls";
import { calls as lambda } from "./lambda/calls";
import { calls as logs } from "./logs/calls";
import { calls as msk } from "./msk/calls";
import { calls as opensearch } from "./opensearch/calls";
import { calls as redshift } from "./redshift/calls";
import { calls as route53 } from "./route53/calls";
import { calls as s3 } from "./s3/calls";
import { calls as sagemaker } from "./sagemaker/calls";
import { calls as scheduler } from "./scheduler/calls";
import { calls as secretsmanager } from "./secretsmanager/calls";
import { calls as sfn } from "./sfn/calls";
import { calls as sns } from "./sns/calls";
import { calls as wafv2 } from "./wafv2/calls";
import type { CallRow } from "./call";

/** What AWS does because a property names a role, key, bucket, queue, topic, stream, function, log group or image. */
export const CALLS: readonly CallRow[] = [
  ...apigatewayv2,
  ...athena,
  ...autoscaling,
  ...backup,
  ...budgets,
  ...cloudfront,
  ...cloudwatch,
  ...dynamodb,
  ...ec2,
  ...eks,
  ...elasticache,
  ...emr,
  ...emrserverless,
  ...eventbridge,
  ...firehose,
  ...glue,
  ...lambda,
  ...logs,
  ...msk,
  ...opensearch,
  ...redshift,
  ...route53,
  ...s3,
  ...sagemaker,
  ...scheduler,
  ...secretsmanager,
  ...sfn,
  ...sns,
  ...wafv2,
];
