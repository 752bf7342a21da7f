import type { CreateDeliveryStreamCommandInput, ExtendedS3DestinationConfiguration } from "@aws-sdk/client-firehose";
import { orAbsent } from "../../failures";
import { asList, asText, isProps, without, type Props, type Value } from "../../values";
import { arnBy, emulated, type Found, type ServiceTable } from "../define";
import type { Resource } from "../resource";
import { awsShape, OLD_ARN, tagList } from "../shape";

/**
 * The delivery stream is made as DirectPut, with its destination and processors but without its Kinesis source: the
 * emulator's own delivery moves some 20 records a second and holds the putter up meanwhile, so the local cloud's runner
 * delivers instead, with Firehose's semantics, and reads the same stream itself.
 */
export const firehose: ServiceTable = {
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": emulated({
    autoName: { property: "name", max: 64 },
    replaceOn: [
      "name",
      "destination",
      "kinesisSourceConfiguration",
      "extendedS3Configuration.dynamicPartitioningConfiguration",
    ],
    outputs: {
      arn: arnBy("firehose", "deliverystream/", "name"),
      destinationId: () => "destinationId-000000000001",
      versionId: () => "1",
    },
    changing: ["versionId"],
    find,
    make: async (r) => {
      const client = await r.aws().firehose();
      const made = await client.createDeliveryStream({
        DeliveryStreamName: r.text("name"),
        DeliveryStreamType: "DirectPut",
        ...destinationOf(r),
        ...(Object.keys(r.tags).length === 0 ? {} : { Tags: tagList(r.tags) }),
      });
      return { id: made.DeliveryStreamARN ?? r.arn("firehose", `deliverystream/${r.text("name")}`) };
    },
    settle: async (r) => {
      if (r.fresh || !r.has("extendedS3Configuration")) return;
      const client = await r.aws().firehose();
      const { VersionId, Destinations } =
        (await client.describeDeliveryStream({ DeliveryStreamName: r.text("name") })).DeliveryStreamDescription ?? {};
      await client.updateDestination({
        DeliveryStreamName: r.text("name"),
        CurrentDeliveryStreamVersionId: VersionId,
        DestinationId: Destinations?.[0]?.DestinationId,
        ExtendedS3DestinationUpdate: extendedS3(r.block("extendedS3Configuration")),
      });
    },
    drop: async (r) => {
      const client = await r.aws().firehose();
      await client.deleteDeliveryStream({ DeliveryStreamName: r.text("name") });
    },
  }),
};

async function find(r: Resource): Promise<Found | undefined> {
  const client = await r.aws().firehose();
  const found = await orAbsent(client.describeDeliveryStream({ DeliveryStreamName: r.text("name") }));
  const stream = found?.DeliveryStreamDescription;
  if (stream?.DeliveryStreamARN === undefined) return undefined;
  return {
    id: stream.DeliveryStreamARN,
    props: {
      arn: stream.DeliveryStreamARN,
      versionId: stream.VersionId ?? "1",
      destinationId: stream.Destinations?.[0]?.DestinationId ?? "destinationId-000000000001",
    },
  };
}

function destinationOf(r: Resource): Partial<CreateDeliveryStreamCommandInput> {
  if (r.has("extendedS3Configuration")) {
    return { ExtendedS3DestinationConfiguration: extendedS3(r.block("extendedS3Configuration")) };
  }
  return {};
}

/** Pulumi flattens and renames some of the destination's blocks; this puts them as Firehose's API has them. */
function extendedS3(block: Props): ExtendedS3DestinationConfiguration {
  const {
    bufferingSize,
    bufferingInterval,
    processingConfiguration,
    kmsKeyArn,
    cloudwatchLoggingOptions,
    s3BackupConfiguration,
    dynamicPartitioningConfiguration,
    ...rest
  } = block;
  return {
    // The runner of the local cloud converts formats itself: the emulator has no notion of it.
    ...(awsShape(without(rest, "dataFormatConversionConfiguration"), OLD_ARN) as ExtendedS3DestinationConfiguration),
    BufferingHints: hints(bufferingSize, bufferingInterval),
    ...(asText(kmsKeyArn) === undefined
      ? {}
      : { EncryptionConfiguration: { KMSEncryptionConfig: { AWSKMSKeyARN: asText(kmsKeyArn) } } }),
    ...(isProps(cloudwatchLoggingOptions) ? { CloudWatchLoggingOptions: logging(cloudwatchLoggingOptions) } : {}),
    ...(isProps(processingConfiguration) ? { ProcessingConfiguration: processing(processingConfiguration) } : {}),
    ...(isProps(dynamicPartitioningConfiguration)
      ? { DynamicPartitioningConfiguration: partitioning(dynamicPartitioningConfiguration) }
      : {}),
    ...(isProps(s3BackupConfiguration) ? { S3BackupConfiguration: extendedS3(s3BackupConfiguration) } : {}),
  };
}

function partitioning(block: Props): ExtendedS3DestinationConfiguration["DynamicPartitioningConfiguration"] {
  const seconds = block["retryDuration"];
  return {
    Enabled: block["enabled"] === true,
    ...(seconds === undefined ? {} : { RetryOptions: { DurationInSeconds: Number(seconds) } }),
  };
}

function hints(size: Value | undefined, interval: Value | undefined): { SizeInMBs: number; IntervalInSeconds: number } {
  return { SizeInMBs: Number(size ?? 5), IntervalInSeconds: Number(interval ?? 300) };
}

function logging(block: Props): ExtendedS3DestinationConfiguration["CloudWatchLoggingOptions"] {
  const group = asText(block["logGroupName"]);
  const stream = asText(block["logStreamName"]);
  return {
    Enabled: block["enabled"] === true,
    ...(group === undefined ? {} : { LogGroupName: group }),
    ...(stream === undefined ? {} : { LogStreamName: stream }),
  };
}

function processing(block: Props): ExtendedS3DestinationConfiguration["ProcessingConfiguration"] {
  return awsShape({
    enabled: block["enabled"] ?? false,
    processors: asList(block["processors"]).map(({ type, parameters }) => ({
      type: type ?? "Lambda",
      parameters: asList(parameters),
    })),
  }) as ExtendedS3DestinationConfiguration["ProcessingConfiguration"];
}
