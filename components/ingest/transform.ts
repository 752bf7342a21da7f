import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import type { LogRetentionDays } from "../network/logs";
import { arnOf } from "../kit/arn";
import { bundleLambda } from "../kit/bundle";
import { allowing } from "../kit/iam";
import { nameOf } from "../kit/names";
import { refuse, type Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger } from "../kit/want";
import { TRANSFORM_TIMEOUT_SECONDS } from "./plan";

/** The Lambda handler, bundled from source at preview. */
const ENTRY_POINT = join(__dirname, "..", "..", "services", "transform", "handler.ts");
// API reference, CreateFunction: MemorySize; 1,769 MB is one vCPU (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)
const MEMORY_MB = { min: 128, max: 10_240, oneCpu: 1769 } as const;

export interface TransformArgs {
  readonly scope: Scope;
  /** Key of logs and environment. */
  readonly technicalKeyArn: pulumi.Input<string>;
  /** Alias of the zone's pseudonym key in this region. */
  readonly pseudonymKeyAlias: string;
  /** The source stream: what does not fit into a reply goes back to it. */
  readonly streamArn: pulumi.Input<string>;
  readonly streamKeyArn: pulumi.Input<string>;
  /** Queue for asynchronous calls that failed. */
  readonly deadLetterQueueArn: pulumi.Input<string>;
  /** Key of that queue. @default `technicalKeyArn` */
  readonly deadLetterKeyArn?: pulumi.Input<string>;
  /** Calls at the same time, kept for it and never more: see planTransformConcurrency(). */
  readonly reservedConcurrency: number;
  /** @default 1769: one full core, since the work is parsing and hashing */
  readonly memoryMb?: number;
  /** @default 30 */
  readonly logRetentionDays?: LogRetentionDays;
}

/** Problems of the arguments, by path. */
export function checkTransform({ reservedConcurrency, memoryMb }: TransformArgs): Problem[] {
  return [
    ...wantInteger("reservedConcurrency", reservedConcurrency, "calls", { min: 1 }),
    ...wantInteger("memoryMb", memoryMb ?? MEMORY_MB.oneCpu, "MB", MEMORY_MB),
  ];
}

/**
 * The function between the stream and bronze: it checks, strips and pseudonymises each event. It reads neither the
 * stream nor the lake; it may put back what does not fit into a reply, and ask one key for one operation.
 */
export class Transform extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: TransformArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`transform "${name}"`, checkTransform(args));
    super("meridian:ingest:Transform", name, {}, opts);
    const logs = this.createLogGroup(name, args);
    const role = this.createRole(name, args);
    const policy = this.createPolicy(name, args, role);
    const fn = this.createFunction(name, args, role, [logs, policy]);
    this.arn = fn.arn;
    this.functionName = fn.name;
    this.roleArn = role.arn;
    this.registerOutputs({ arn: this.arn, functionName: this.functionName, roleArn: this.roleArn });
  }

  private createLogGroup(name: string, args: TransformArgs): aws.cloudwatch.LogGroup {
    return new aws.cloudwatch.LogGroup(
      name,
      {
        name: logGroupName(args.scope),
        kmsKeyId: args.technicalKeyArn,
        retentionInDays: args.logRetentionDays ?? 30,
      },
      { parent: this },
    );
  }

  private createRole(name: string, { scope }: TransformArgs): aws.iam.Role {
    // Lambda sends no source account when it takes a role (docs: "Lambda execution role").
    return new aws.iam.Role(
      name,
      {
        name: nameOf(scope, "transform", "role"),
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: ["sts:AssumeRole"] }],
        }),
      },
      { parent: this },
    );
  }

  private createPolicy(name: string, args: TransformArgs, role: aws.iam.Role): aws.iam.RolePolicy {
    const { scope, technicalKeyArn, streamArn, streamKeyArn, deadLetterQueueArn, deadLetterKeyArn, pseudonymKeyAlias } =
      args;
    return new aws.iam.RolePolicy(
      name,
      {
        role: role.id,
        policy: allowing(
          {
            sid: "WriteLogs",
            actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
            resources: [arnOf(scope, "logs", `log-group:${logGroupName(scope)}:log-stream:*`)],
          },
          {
            // The key is made in another stack and its id is random: it is named by its alias
            // (docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html).
            sid: "DerivePseudonyms",
            actions: ["kms:GenerateMac"],
            resources: [arnOf(scope, "kms", "key/*")],
            conditions: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": pseudonymKeyAlias } },
          },
          { sid: "PutBack", actions: ["kinesis:PutRecords"], resources: [streamArn] },
          {
            sid: "EncryptPutBack",
            actions: ["kms:GenerateDataKey"],
            resources: [streamKeyArn],
            conditions: { StringEquals: { "kms:ViaService": `kinesis.${scope.region}.amazonaws.com` } },
          },
          { sid: "ReadEnvironment", actions: ["kms:Decrypt"], resources: [technicalKeyArn] },
          { sid: "SetAside", actions: ["sqs:SendMessage"], resources: [deadLetterQueueArn] },
          {
            sid: "EncryptSetAside",
            actions: ["kms:Decrypt", "kms:GenerateDataKey"],
            resources: [deadLetterKeyArn ?? technicalKeyArn],
            conditions: { StringEquals: { "kms:ViaService": `sqs.${scope.region}.amazonaws.com` } },
          },
          {
            // X-Ray has no resource-level permission for these (Service Authorization Reference, "AWS X-Ray").
            sid: "Trace",
            actions: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            resources: ["*"],
          },
        ),
      },
      { parent: this },
    );
  }

  private createFunction(
    name: string,
    args: TransformArgs,
    role: aws.iam.Role,
    dependsOn: pulumi.Resource[],
  ): aws.lambda.Function {
    const { scope } = args;
    const bundle = bundleLambda(ENTRY_POINT);
    return new aws.lambda.Function(
      name,
      {
        name: nameOf(scope, "transform", "function"),
        description: "Checks, strips and pseudonymises clickstream events for delivery to bronze.",
        runtime: aws.lambda.Runtime.NodeJS22dX,
        architectures: ["arm64"],
        code: bundle.code,
        handler: bundle.handler,
        role: role.arn,
        memorySize: args.memoryMb ?? MEMORY_MB.oneCpu,
        timeout: TRANSFORM_TIMEOUT_SECONDS,
        reservedConcurrentExecutions: args.reservedConcurrency,
        deadLetterConfig: { targetArn: args.deadLetterQueueArn },
        kmsKeyArn: args.technicalKeyArn,
        tracingConfig: { mode: "Active" },
        loggingConfig: { logFormat: "JSON", logGroup: logGroupName(scope), systemLogLevel: "WARN" },
        environment: {
          variables: {
            PSEUDONYM_KEY_ALIAS: args.pseudonymKeyAlias,
            ZONE: scope.zone,
            REGION_NAME: scope.region,
          },
        },
      },
      // Logs before the first call, or Lambda makes a group without key and retention.
      { parent: this, dependsOn },
    );
  }
}

function logGroupName(scope: Scope): string {
  return nameOf(scope, "ingest/transform", "logGroup");
}
