import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import type { LogRetentionDays } from "../network/logs";
import { arnOf } from "../kit/arn";
import { allowing, trustService, type Allow } from "../kit/iam";
import { nameOf } from "../kit/names";
import { problem, refuse, type Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger, wantMatch } from "../kit/want";
import { columnar, formatOf, readTable, type ParquetConversion } from "./conversion";
import { readSource, sourceBlock, type KafkaSource, type StreamSource } from "./delivery-source";
import { BUFFER_SECONDS, type Buffering } from "./plan";

/** A bucket that a delivery stream writes to. */
export interface DeliveryBucket {
  readonly arn: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
}

/** The Lambda function that each batch goes through. */
export interface Processor {
  readonly functionArn: pulumi.Input<string>;
  /** MiB of records a call: see planProcessorMiB(). */
  readonly bufferMiB: number;
}

export interface DeliveryStreamArgs {
  readonly scope: Scope;
  /** Part of the name, e.g. `events-curated`. */
  readonly part: string;
  readonly source: StreamSource | KafkaSource;
  readonly destination: DeliveryBucket;
  /** Path before `date=.../hour=.../`, e.g. `landing/events`. */
  readonly prefix: string;
  /** Path of what could not be delivered, before `<kind of failure>/date=...`. @default "errors" */
  readonly errorPrefix?: string;
  /**
   * Where date and hour come from: `dynamic`, the keys that the processor answers for each record; `arrival`, the
   * time at which the delivery stream took it. Cannot be changed later: the stream would have to be replaced.
   * @default "arrival"
   */
  readonly partitioning?: "dynamic" | "arrival";
  /** See planBuffering(). */
  readonly buffering: Buffering;
  /** @default records are delivered as they came */
  readonly processor?: Processor;
  /** Keeps each record as it came, beside what the processor made of it. @default no copy */
  readonly backup?: DeliveryBucket & { readonly prefix: string };
  /** Parquet in place of gzipped lines, by the columns of a Glue table. @default records are written as they are */
  readonly conversion?: ParquetConversion;
  /** Ending of the objects: ".parquet" with a conversion, else they are gzipped. @default ".ndjson.gz" */
  readonly fileExtension?: string;
  readonly logs: { readonly keyArn: pulumi.Input<string>; readonly retentionDays?: LogRetentionDays };
}

/** Seconds for which a batch is tried again before it goes to the error path (API reference: 0 to 7200). */
export const RETRY_SECONDS = 3600;
const PATH = /^[a-z0-9]([a-z0-9/_-]*[a-z0-9])?$/;

/** Problems of the arguments, by path. */
export function checkDeliveryStream(args: DeliveryStreamArgs): Problem[] {
  const { partitioning, processor, buffering, prefix, errorPrefix, backup, conversion, fileExtension } = args;
  const dynamic = partitioning === "dynamic";
  const problems = [
    // API reference, BufferingHints; FAQ of dynamic partitioning and of record format conversion: at least 64 MiB
    ...wantInteger("buffering.sizeMiB", buffering.sizeMiB, "MiB", {
      min: dynamic || conversion !== undefined ? 64 : 1,
      max: 128,
    }),
    ...wantInteger("buffering.intervalSeconds", buffering.intervalSeconds, "seconds", BUFFER_SECONDS),
    ...wantMatch("prefix", prefix, PATH, "a path without slashes at its ends"),
    ...wantMatch("errorPrefix", errorPrefix ?? "errors", PATH, "a path without slashes at its ends"),
  ];
  if (conversion !== undefined && fileExtension !== undefined && !fileExtension.endsWith(".parquet")) {
    problems.push(problem("fileExtension", "an ending .parquet where records are converted", fileExtension));
  }
  if (dynamic && processor === undefined) {
    problems.push(problem("partitioning", '"arrival" where no processor gives the keys', "dynamic"));
  }
  if (backup !== undefined && processor === undefined) {
    problems.push(problem("backup", "none where records are delivered as they came", "a backup"));
  }
  return problems;
}

/** The path of one hour. The names of the keys are those that the transform answers. */
export function hourPath(prefix: string, partitioning: "dynamic" | "arrival"): string {
  return partitioning === "dynamic"
    ? `${prefix}/date=!{partitionKeyFromLambda:date}/hour=!{partitionKeyFromLambda:hour}/`
    : `${prefix}/date=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/`;
}

/** The path of what could not be delivered, by kind of failure: Firehose fills it in. */
export function errorPath(prefix: string): string {
  return `${prefix}/!{firehose:error-output-type}/date=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/`;
}

/**
 * One delivery stream from the event stream to a bucket of the same region: gzipped objects by hour, an error path,
 * its own role and logs.
 */
export class DeliveryStream extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly streamName: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: DeliveryStreamArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`delivery stream "${name}"`, checkDeliveryStream(args));
    super("meridian:ingest:DeliveryStream", name, {}, opts);
    const logs = createDeliveryLogs(name, args.scope, args.part, args.logs, this);
    const role = createDeliveryRole(name, args.scope, args.part, this);
    const policy = new aws.iam.RolePolicy(name, { role: role.id, policy: this.permissions(args) }, { parent: this });
    const stream = this.createStream(name, args, role, logs, policy);
    this.arn = stream.arn;
    this.streamName = stream.name;
    this.roleArn = role.arn;
    this.registerOutputs({ arn: this.arn, streamName: this.streamName, roleArn: this.roleArn });
  }

  private permissions({
    scope,
    part,
    source,
    destination,
    backup,
    processor,
    conversion,
  }: DeliveryStreamArgs): pulumi.Output<string> {
    return allowing(
      ...readSource(scope, source),
      ...writeBucket(scope, "Destination", destination),
      ...(backup === undefined ? [] : writeBucket(scope, "Backup", backup)),
      ...(processor === undefined ? [] : [invoke(processor.functionArn)]),
      ...(conversion === undefined ? [] : readTable(scope, conversion)),
      writeLogs(scope, part),
    );
  }

  private createStream(
    name: string,
    args: DeliveryStreamArgs,
    role: aws.iam.Role,
    logs: DeliveryLogs,
    policy: pulumi.Resource,
  ): aws.kinesis.FirehoseDeliveryStream {
    const { scope, part, source, destination, buffering, processor, backup } = args;
    const partitioning = args.partitioning ?? "arrival";
    return new aws.kinesis.FirehoseDeliveryStream(
      name,
      {
        name: nameOf(scope, part, "deliveryStream"),
        destination: "extended_s3",
        ...sourceBlock(source, role.arn),
        extendedS3Configuration: {
          roleArn: role.arn,
          bucketArn: destination.arn,
          kmsKeyArn: destination.keyArn,
          prefix: hourPath(args.prefix, partitioning),
          errorOutputPrefix: errorPath(args.errorPrefix ?? "errors"),
          customTimeZone: "UTC",
          ...formatOf(args),
          bufferingSize: buffering.sizeMiB,
          bufferingInterval: buffering.intervalSeconds,
          cloudwatchLoggingOptions: logs.destination,
          // Said in both cases: switching it later is refused by AWS.
          dynamicPartitioningConfiguration: {
            enabled: partitioning === "dynamic",
            ...(partitioning === "dynamic" ? { retryDuration: RETRY_SECONDS } : {}),
          },
          ...(processor === undefined ? {} : { processingConfiguration: processing(processor) }),
          ...(args.conversion === undefined
            ? {}
            : { dataFormatConversionConfiguration: columnar(scope, args.conversion, role.arn) }),
          ...(backup === undefined
            ? {}
            : {
                s3BackupMode: "Enabled",
                s3BackupConfiguration: {
                  roleArn: role.arn,
                  bucketArn: backup.arn,
                  kmsKeyArn: backup.keyArn,
                  prefix: hourPath(backup.prefix, "arrival"),
                  errorOutputPrefix: errorPath(`${backup.prefix}-errors`),
                  compressionFormat: "GZIP",
                  bufferingSize: buffering.sizeMiB,
                  bufferingInterval: buffering.intervalSeconds,
                  cloudwatchLoggingOptions: logs.backup,
                },
              }),
        },
      },
      { parent: this, dependsOn: [policy] },
    );
  }
}

/** Where a delivery stream tells of its failures: one log stream for deliveries, one for the backup. */
export interface DeliveryLogs {
  readonly destination: aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationCloudwatchLoggingOptions;
  readonly backup: aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationCloudwatchLoggingOptions;
}

export function createDeliveryLogs(
  name: string,
  scope: Scope,
  part: string,
  { keyArn, retentionDays }: DeliveryStreamArgs["logs"],
  parent: pulumi.Resource,
): DeliveryLogs {
  const group = new aws.cloudwatch.LogGroup(
    name,
    { name: nameOf(scope, `ingest/${part}`, "logGroup"), kmsKeyId: keyArn, retentionInDays: retentionDays ?? 30 },
    { parent },
  );
  const stream = (kind: string): DeliveryLogs["destination"] => ({
    enabled: true,
    logGroupName: group.name,
    logStreamName: new aws.cloudwatch.LogStream(`${name}-${kind}`, { name: kind, logGroupName: group.name }, { parent })
      .name,
  });
  return { destination: stream("delivery"), backup: stream("backup") };
}

export function createDeliveryRole(name: string, scope: Scope, part: string, parent: pulumi.Resource): aws.iam.Role {
  return new aws.iam.Role(
    name,
    { name: nameOf(scope, part, "role"), assumeRolePolicy: trustService(scope, "firehose.amazonaws.com") },
    { parent },
  );
}

/**
 * The Lambda step of a delivery stream. Parameters that equal Firehose's defaults (this role, 3 tries, 60 s, 1 MiB) are
 * left out: AWS does not give them back, and each later preview would show a change.
 */
export function processing({
  functionArn,
  bufferMiB,
}: Processor): aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationProcessingConfiguration {
  return {
    enabled: true,
    processors: [
      {
        type: "Lambda",
        parameters: [
          { parameterName: "LambdaArn", parameterValue: pulumi.interpolate`${functionArn}:$LATEST` },
          ...(bufferMiB === 1 ? [] : [{ parameterName: "BufferSizeInMBs", parameterValue: String(bufferMiB) }]),
        ],
      },
    ],
  };
}

// What a delivery stream needs, by part: docs.aws.amazon.com/firehose/latest/dev/controlling-access.html

export function writeBucket(scope: Scope, sid: string, { arn, keyArn }: DeliveryBucket): Allow[] {
  return [
    {
      sid: `List${sid}`,
      actions: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      resources: [arn],
    },
    {
      sid: `Write${sid}`,
      actions: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
      resources: [pulumi.interpolate`${arn}/*`],
    },
    {
      sid: `Encrypt${sid}`,
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: [keyArn],
      conditions: { StringEquals: { "kms:ViaService": `s3.${scope.region}.amazonaws.com` } },
    },
  ];
}

export function invoke(functionArn: pulumi.Input<string>): Allow {
  return {
    sid: "Transform",
    actions: ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
    resources: [pulumi.interpolate`${functionArn}:$LATEST`],
  };
}

export function writeLogs(scope: Scope, part: string): Allow {
  return {
    sid: "WriteLogs",
    actions: ["logs:PutLogEvents"],
    resources: [arnOf(scope, "logs", `log-group:${nameOf(scope, `ingest/${part}`, "logGroup")}:log-stream:*`)],
  };
}
