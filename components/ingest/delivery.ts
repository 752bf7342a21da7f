import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import type { Grant } from "../kit/grant";
import { trustService } from "../kit/iam";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger, wantMatch } from "../kit/want";
import { checkLogKey, createLogGroup } from "../parts/log-group";
import type { BucketRef } from "../parts/refs/bucket";
import type { FunctionRef } from "../parts/refs/function";
import type { KeyRef } from "../parts/refs/key";
import type { LogGroupRef } from "../parts/refs/log-group";
import type { StreamRef } from "../parts/refs/stream";
import { createRole } from "../parts/role";
import { columnar, formatOf, type ParquetConversion } from "./conversion";
import { BUFFER_SECONDS, type Buffering } from "./plan";

/** The Lambda function that each batch goes through. */
export interface Processor {
  readonly fn: FunctionRef;
  /** MiB of records a call: see planProcessorMiB(). */
  readonly bufferMiB: number;
}

export interface DeliveryStreamArgs {
  readonly scope: Scope;
  /** Part of the name, e.g. `events-curated`. */
  readonly part: string;
  readonly source: StreamRef;
  readonly destination: BucketRef;
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
  readonly backup?: { readonly bucket: BucketRef; readonly prefix: string };
  /** Parquet in place of gzipped lines, by the columns of a Glue table. @default records are written as they are */
  readonly conversion?: ParquetConversion;
  /** Ending of the objects: ".parquet" with a conversion, else they are gzipped. @default ".ndjson.gz" */
  readonly fileExtension?: string;
  /** Key of the logs. */
  readonly logKey: KeyRef;
}

/** Seconds for which a batch is tried again before it goes to the error path (API reference: 0 to 7200). */
export const RETRY_SECONDS = 3600;
const PATH = /^[a-z0-9]([a-z0-9/_-]*[a-z0-9])?$/;

/** Findings about the arguments, by path. */
export function checkDeliveryStream(args: DeliveryStreamArgs): Finding[] {
  const { partitioning, processor, buffering, prefix, errorPrefix, backup, conversion, fileExtension } = args;
  const dynamic = partitioning === "dynamic";
  const findings = [
    ...checkLogKey("logKey", args.logKey),
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
    findings.push(finding("fileExtension", "an ending .parquet where records are converted", fileExtension));
  }
  if (dynamic && processor === undefined) {
    findings.push(finding("partitioning", '"arrival" where no processor gives the keys', "dynamic"));
  }
  if (backup !== undefined && processor === undefined) {
    findings.push(finding("backup", "none where records are delivered as they came", "a backup"));
  }
  return findings;
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
    const { scope, part, logKey } = args;
    const logs = createDeliveryLogs(name, { scope, part, key: logKey }, this);
    const { role, policy } = createRole(
      name,
      {
        scope,
        part,
        trust: trustService(scope, "firehose.amazonaws.com"),
        grants: [...grantsOf(args), logs.ref.allowPut()],
      },
      this,
    );
    const stream = this.createStream(name, args, role, logs, policy);
    this.arn = stream.arn;
    this.streamName = stream.name;
    this.roleArn = role.arn;
    this.registerOutputs({ arn: this.arn, streamName: this.streamName, roleArn: this.roleArn });
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
        // The stream encrypts the records by its own key; server-side encryption of Firehose is refused with it.
        kinesisSourceConfiguration: { kinesisStreamArn: source.arn, roleArn: role.arn },
        extendedS3Configuration: {
          roleArn: role.arn,
          ...locate(destination),
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
                  ...locate(backup.bucket),
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

/** What each part of the stream calls: docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
function grantsOf({ source, destination, backup, processor, conversion }: DeliveryStreamArgs): readonly Grant[] {
  return [
    source.allowRead(),
    destination.allowDelivery(),
    ...(backup === undefined ? [] : [backup.bucket.allowDelivery()]),
    ...(processor === undefined ? [] : [processor.fn.allowTransform()]),
    ...(conversion === undefined ? [] : [conversion.catalogue.allowReadColumns(conversion.tableName)]),
  ];
}

/** Bucket and key of a destination. */
export function locate({ resourceArn, key }: BucketRef): {
  readonly bucketArn: pulumi.Output<string>;
  readonly kmsKeyArn?: pulumi.Input<string>;
} {
  return { bucketArn: resourceArn, ...(key === undefined ? {} : { kmsKeyArn: key.arn }) };
}

/** Where a delivery stream logs its failures: one log stream for deliveries, one for the backup. */
export interface DeliveryLogs {
  readonly destination: aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationCloudwatchLoggingOptions;
  readonly backup: aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationCloudwatchLoggingOptions;
  readonly ref: LogGroupRef;
}

export function createDeliveryLogs(
  name: string,
  { scope, part, key }: { readonly scope: Scope; readonly part: string; readonly key: KeyRef },
  parent: pulumi.Resource,
): DeliveryLogs {
  const { group, ref } = createLogGroup(
    name,
    { scope, name: nameOf(scope, `ingest/${part}`, "logGroup"), key },
    parent,
  );
  const stream = (kind: string): DeliveryLogs["destination"] => ({
    enabled: true,
    logGroupName: group.name,
    logStreamName: new aws.cloudwatch.LogStream(`${name}-${kind}`, { name: kind, logGroupName: group.name }, { parent })
      .name,
  });
  return { destination: stream("delivery"), backup: stream("backup"), ref };
}

/**
 * The Lambda step of a delivery stream. Parameters that equal Firehose's defaults (this role, 3 tries, 60 s, 1 MiB) are
 * left out: AWS does not give them back, and each later preview would show a change.
 */
export function processing({
  fn,
  bufferMiB,
}: Processor): aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationProcessingConfiguration {
  return {
    enabled: true,
    processors: [
      {
        type: "Lambda",
        parameters: [
          { parameterName: "LambdaArn", parameterValue: pulumi.interpolate`${fn.arn}:$LATEST` },
          ...(bufferMiB === 1 ? [] : [{ parameterName: "BufferSizeInMBs", parameterValue: String(bufferMiB) }]),
        ],
      },
    ],
  };
}
