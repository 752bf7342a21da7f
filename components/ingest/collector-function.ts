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
import { CALL } from "../../contracts/settings/collector-call";

/** The Lambda handler, bundled from source at preview. */
const ENTRY_POINT = join(__dirname, "..", "..", "services", "collector", "lambda.ts");
// API reference, CreateFunction: MemorySize; 1,769 MB is one vCPU (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)
const MEMORY_MIB = { min: 128, max: 10_240, oneCpu: 1769 } as const;

/** What the function needs of the world, beside the stream. */
export interface CollectorFunctionOptions {
  /** Where refused events are kept with their reasons, under `collector/`. */
  readonly quarantine: {
    readonly bucket: pulumi.Input<string>;
    readonly arn: pulumi.Input<string>;
    readonly keyArn: pulumi.Input<string>;
  };
  /** Queue for asynchronous calls that failed; the API's are answered and never go there. */
  readonly deadLetterQueueArn: pulumi.Input<string>;
  /** Key of that queue. @default that of the logs */
  readonly deadLetterKeyArn?: pulumi.Input<string>;
  /** @default 1769: one full core, since the work is parsing and checking */
  readonly memoryMib?: number;
}

export interface CollectorFunctionArgs extends CollectorFunctionOptions {
  readonly scope: Scope;
  readonly stream: {
    readonly arn: pulumi.Input<string>;
    readonly name: pulumi.Input<string>;
    readonly keyArn: pulumi.Input<string>;
  };
  /** Calls at the same time, kept for it and never more: see planCollectorConcurrency(). */
  readonly reservedConcurrency: number;
  /** Web origins whose scripts may send. @default none */
  readonly allowedOrigins?: readonly string[];
  readonly logs: { readonly keyArn: pulumi.Input<string>; readonly retentionDays?: LogRetentionDays };
}

/** Problems of the arguments, by path. */
export function checkCollectorFunction({
  reservedConcurrency,
  memoryMib,
}: Pick<CollectorFunctionArgs, "reservedConcurrency" | "memoryMib">): Problem[] {
  return [
    ...wantInteger("reservedConcurrency", reservedConcurrency, "calls", { min: 1 }),
    ...wantInteger("memoryMib", memoryMib ?? MEMORY_MIB.oneCpu, "MiB", MEMORY_MIB),
  ];
}

/**
 * The collector as a function: checks each event before it is on the stream, takes batches and gzip, and answers for
 * each event. It may put records on one stream and refusals under one prefix; it reads nothing.
 */
export class CollectorFunction extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  /** For an API's integration. */
  readonly invokeArn: pulumi.Output<string>;

  constructor(name: string, args: CollectorFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`collector function "${name}"`, checkCollectorFunction(args));
    super("meridian:ingest:CollectorFunction", name, {}, opts);
    const logs = this.createLogGroup(name, args);
    const role = this.createRole(name, args);
    const policy = this.createPolicy(name, args, role);
    const fn = this.createFunction(name, args, role, [logs, policy]);
    this.arn = fn.arn;
    this.functionName = fn.name;
    this.invokeArn = fn.invokeArn;
    this.registerOutputs({ arn: this.arn, functionName: this.functionName, invokeArn: this.invokeArn });
  }

  private createLogGroup(name: string, { scope, logs }: CollectorFunctionArgs): aws.cloudwatch.LogGroup {
    return new aws.cloudwatch.LogGroup(
      name,
      { name: logGroupName(scope), kmsKeyId: logs.keyArn, retentionInDays: logs.retentionDays ?? 30 },
      { parent: this },
    );
  }

  private createRole(name: string, { scope }: CollectorFunctionArgs): aws.iam.Role {
    // Lambda sends no source account when it takes a role (docs: "Lambda execution role").
    return new aws.iam.Role(
      name,
      {
        name: nameOf(scope, "collector-function", "role"),
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: ["sts:AssumeRole"] }],
        }),
      },
      { parent: this },
    );
  }

  private createPolicy(name: string, args: CollectorFunctionArgs, role: aws.iam.Role): aws.iam.RolePolicy {
    const { scope, stream, quarantine, logs, deadLetterQueueArn, deadLetterKeyArn = logs.keyArn } = args;
    const via = (service: string): { readonly StringEquals: Readonly<Record<string, string>> } => ({
      StringEquals: { "kms:ViaService": `${service}.${scope.region}.amazonaws.com` },
    });
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
          { sid: "PutEvents", actions: ["kinesis:PutRecords"], resources: [stream.arn] },
          {
            sid: "EncryptEvents",
            actions: ["kms:GenerateDataKey"],
            resources: [stream.keyArn],
            conditions: via("kinesis"),
          },
          {
            sid: "KeepRefusals",
            actions: ["s3:PutObject"],
            resources: [pulumi.interpolate`${quarantine.arn}/collector/*`],
          },
          {
            sid: "EncryptRefusals",
            actions: ["kms:GenerateDataKey"],
            resources: [quarantine.keyArn],
            conditions: via("s3"),
          },
          { sid: "ReadEnvironment", actions: ["kms:Decrypt"], resources: [logs.keyArn] },
          { sid: "SetAside", actions: ["sqs:SendMessage"], resources: [deadLetterQueueArn] },
          {
            sid: "EncryptSetAside",
            actions: ["kms:Decrypt", "kms:GenerateDataKey"],
            resources: [deadLetterKeyArn],
            conditions: via("sqs"),
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
    args: CollectorFunctionArgs,
    role: aws.iam.Role,
    dependsOn: pulumi.Resource[],
  ): aws.lambda.Function {
    const { scope, stream, quarantine, logs, allowedOrigins = [] } = args;
    const bundle = bundleLambda(ENTRY_POINT);
    return new aws.lambda.Function(
      name,
      {
        name: nameOf(scope, "collector", "function"),
        description: "Checks clickstream events and puts them on the event stream.",
        runtime: aws.lambda.Runtime.NodeJS22dX,
        architectures: ["arm64"],
        code: bundle.code,
        handler: bundle.handler,
        role: role.arn,
        memorySize: args.memoryMib ?? MEMORY_MIB.oneCpu,
        timeout: CALL.timeoutSeconds,
        reservedConcurrentExecutions: args.reservedConcurrency,
        deadLetterConfig: { targetArn: args.deadLetterQueueArn },
        kmsKeyArn: logs.keyArn,
        tracingConfig: { mode: "Active" },
        loggingConfig: { logFormat: "JSON", logGroup: logGroupName(scope), systemLogLevel: "WARN" },
        environment: {
          variables: {
            EVENT_STREAM: stream.name,
            QUARANTINE_BUCKET: quarantine.bucket,
            ...(allowedOrigins.length === 0 ? {} : { ALLOWED_ORIGINS: allowedOrigins.join(",") }),
          },
        },
      },
      // Logs before the first call, or Lambda makes a group without key and retention.
      { parent: this, dependsOn },
    );
  }
}

function logGroupName(scope: Scope): string {
  return nameOf(scope, "ingest/collector-function", "logGroup");
}
