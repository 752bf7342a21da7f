import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { ApiGatewayV2 } from "@aws-sdk/client-apigatewayv2";
import type { Athena } from "@aws-sdk/client-athena";
import type { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDB } from "@aws-sdk/client-dynamodb";
import type { ECR } from "@aws-sdk/client-ecr";
import type { EventBridge } from "@aws-sdk/client-eventbridge";
import type { Firehose } from "@aws-sdk/client-firehose";
import type { Glue } from "@aws-sdk/client-glue";
import type { IAM } from "@aws-sdk/client-iam";
import type { Kinesis } from "@aws-sdk/client-kinesis";
import type { KMS } from "@aws-sdk/client-kms";
import type { Lambda } from "@aws-sdk/client-lambda";
import type { S3 } from "@aws-sdk/client-s3";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import type { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { SFN } from "@aws-sdk/client-sfn";
import type { SNS } from "@aws-sdk/client-sns";
import type { SQS } from "@aws-sdk/client-sqs";
import type { SSM } from "@aws-sdk/client-ssm";
import { checkedByModel } from "./model-check";

/** The emulator takes any credentials; these are the ones its documentation uses. */
const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };
/** Connections kept open to the emulator, per region. */
const MAX_SOCKETS = 32;

/** AWS clients of one region, each made when first asked for: loading all of them would cost a second at start. */
export interface Clients {
  apigatewayv2(): Promise<ApiGatewayV2>;
  athena(): Promise<Athena>;
  cloudwatch(): Promise<CloudWatch>;
  dynamodb(): Promise<DynamoDB>;
  ecr(): Promise<ECR>;
  eventbridge(): Promise<EventBridge>;
  firehose(): Promise<Firehose>;
  glue(): Promise<Glue>;
  iam(): Promise<IAM>;
  kinesis(): Promise<Kinesis>;
  kms(): Promise<KMS>;
  lambda(): Promise<Lambda>;
  logs(): Promise<CloudWatchLogs>;
  s3(): Promise<S3>;
  scheduler(): Promise<Scheduler>;
  secretsmanager(): Promise<SecretsManager>;
  sfn(): Promise<SFN>;
  sns(): Promise<SNS>;
  sqs(): Promise<SQS>;
  ssm(): Promise<SSM>;
}

/** All regions' clients of one provider. */
export interface ClientPool {
  in(region: string): Clients;
  close(): void;
}

/** Clients that talk to the emulator at `endpoint`, over HTTP/1.1 (it serves Kinesis over that too). */
export function clientPool(endpoint: string): ClientPool {
  const requestHandler = new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS } });
  const regions = new Map<string, Clients>();
  return {
    in: (region) => {
      const known = regions.get(region);
      if (known !== undefined) return known;
      const made = clientsOf({ endpoint, region, credentials: CREDENTIALS, requestHandler });
      regions.set(region, made);
      return made;
    },
    close: () => {
      requestHandler.destroy();
    },
  };
}

interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: typeof CREDENTIALS;
  readonly requestHandler: NodeHttpHandler;
}

function clientsOf(config: ClientConfig): Clients {
  return {
    apigatewayv2: once(async () =>
      checkedByModel("apigatewayv2", new (await import("@aws-sdk/client-apigatewayv2")).ApiGatewayV2(config)),
    ),
    athena: once(async () => checkedByModel("athena", new (await import("@aws-sdk/client-athena")).Athena(config))),
    cloudwatch: once(async () =>
      checkedByModel("cloudwatch", new (await import("@aws-sdk/client-cloudwatch")).CloudWatch(config)),
    ),
    dynamodb: once(async () =>
      checkedByModel("dynamodb", new (await import("@aws-sdk/client-dynamodb")).DynamoDB(config)),
    ),
    ecr: once(async () => checkedByModel("ecr", new (await import("@aws-sdk/client-ecr")).ECR(config))),
    eventbridge: once(async () =>
      checkedByModel("events", new (await import("@aws-sdk/client-eventbridge")).EventBridge(config)),
    ),
    firehose: once(async () =>
      checkedByModel("firehose", new (await import("@aws-sdk/client-firehose")).Firehose(config)),
    ),
    glue: once(async () => checkedByModel("glue", new (await import("@aws-sdk/client-glue")).Glue(config))),
    iam: once(async () => checkedByModel("iam", new (await import("@aws-sdk/client-iam")).IAM(config))),
    kinesis: once(async () => checkedByModel("kinesis", new (await import("@aws-sdk/client-kinesis")).Kinesis(config))),
    kms: once(async () => checkedByModel("kms", new (await import("@aws-sdk/client-kms")).KMS(config))),
    lambda: once(async () => checkedByModel("lambda", new (await import("@aws-sdk/client-lambda")).Lambda(config))),
    logs: once(async () =>
      checkedByModel("logs", new (await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogs(config)),
    ),
    // Host-style addressing would make the bucket a host name, which is no longer this machine.
    s3: once(async () =>
      checkedByModel("s3", new (await import("@aws-sdk/client-s3")).S3({ ...config, forcePathStyle: true })),
    ),
    scheduler: once(async () =>
      checkedByModel("scheduler", new (await import("@aws-sdk/client-scheduler")).Scheduler(config)),
    ),
    secretsmanager: once(async () =>
      checkedByModel("secretsmanager", new (await import("@aws-sdk/client-secrets-manager")).SecretsManager(config)),
    ),
    sfn: once(async () => checkedByModel("stepfunctions", new (await import("@aws-sdk/client-sfn")).SFN(config))),
    sns: once(async () => checkedByModel("sns", new (await import("@aws-sdk/client-sns")).SNS(config))),
    sqs: once(async () => checkedByModel("sqs", new (await import("@aws-sdk/client-sqs")).SQS(config))),
    ssm: once(async () => checkedByModel("ssm", new (await import("@aws-sdk/client-ssm")).SSM(config))),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
