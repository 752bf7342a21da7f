import type { Finding } from "../../contracts/finding";
import { at, isBlock, list, text } from "../value";
import type { Properties } from "../value";
import { absent, amount, given, off, on, outside, parts, when, wrong } from "../rules/find";
import type { PropertyRule } from "../rules/rule";

const STREAM = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const S3 = "extendedS3Configuration";
/** Smallest buffer with dynamic partitioning or record format conversion, MiB. */
const MIN_BUFFER_MIB = 64;
/** Buffer when none is given, MiB. */
const DEFAULT_BUFFER_MIB = 5;

/** Property that describes each destination, where it is not `<destination>Configuration`. */
const BLOCKS: Readonly<Record<string, string>> = {
  extended_s3: S3,
  redshift: "redshiftConfiguration",
  opensearch: "opensearchConfiguration",
  opensearchserverless: "opensearchserverlessConfiguration",
  elasticsearch: "elasticsearchConfiguration",
  splunk: "splunkConfiguration",
  http_endpoint: "httpEndpointConfiguration",
  snowflake: "snowflakeConfiguration",
  iceberg: "icebergConfiguration",
};

/** Prefixes of objects: where it stands, and where failed records go. */
const PREFIXES = [S3, ...Object.values(BLOCKS).map((block) => `${block}.s3Configuration`)];

/** Parameters that a processor cannot do without. */
const PROCESSOR_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  Lambda: ["LambdaArn"],
  MetadataExtraction: ["JsonParsingEngine", "MetadataExtractionQuery"],
  RecordDeAggregation: ["SubRecordType"],
};

function stream(configuration: Properties, more: Properties = {}): Properties {
  return {
    destination: "extended_s3",
    [S3]: { bucketArn: "arn:aws:s3:::bronze", roleArn: "arn:aws:iam::111122223333:role/delivery", ...configuration },
    ...more,
  };
}

function smallBuffer(inputs: Properties, why: string): readonly Finding[] {
  const path = `${S3}.bufferingSize`;
  const size = absent(inputs, path) ? DEFAULT_BUFFER_MIB : amount(inputs, path);
  return when(size !== undefined && size < MIN_BUFFER_MIB, inputs, path, `at least ${MIN_BUFFER_MIB} MiB, with ${why}`);
}

const converts = (inputs: Properties): boolean => {
  const block = at(inputs, `${S3}.dataFormatConversionConfiguration`);
  return isBlock(block) && at(block, "enabled") !== false;
};

const PARTITIONED = "tenant=!{partitionKeyFromQuery:tenant}/";
const FAILED = "errors/!{firehose:error-output-type}/";

/** Amazon Data Firehose. */
export const rules: readonly PropertyRule[] = [
  {
    id: "firehose-destination",
    types: [STREAM],
    title: "The destination that is named is described",
    source: "https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html",
    check(inputs) {
      const block = BLOCKS[text(inputs, "destination") ?? ""];
      if (block === undefined) return [];
      return when(
        absent(inputs, block),
        inputs,
        block,
        `a block, for destination ${text(inputs, "destination") ?? ""}`,
      );
    },
    failing: [{ destination: "extended_s3" }],
    passing: [stream({})],
  },
  {
    id: "firehose-dynamic-partitioning-buffer",
    types: [STREAM],
    title: "Dynamic partitioning needs a buffer of at least 64 MiB",
    source: "https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-enable.html",
    check: (inputs) =>
      on(inputs, `${S3}.dynamicPartitioningConfiguration.enabled`) ? smallBuffer(inputs, "dynamic partitioning") : [],
    failing: [
      stream({
        prefix: PARTITIONED,
        errorOutputPrefix: FAILED,
        bufferingSize: 32,
        dynamicPartitioningConfiguration: { enabled: true },
      }),
    ],
    passing: [
      stream({
        prefix: PARTITIONED,
        errorOutputPrefix: FAILED,
        bufferingSize: 64,
        dynamicPartitioningConfiguration: { enabled: true },
      }),
    ],
  },
  {
    id: "firehose-conversion-buffer",
    types: [STREAM],
    title: "Record format conversion needs a buffer of at least 64 MiB",
    source: "https://docs.aws.amazon.com/firehose/latest/dev/enable-record-format-conversion.html",
    check: (inputs) => (converts(inputs) ? smallBuffer(inputs, "record format conversion") : []),
    failing: [stream({ bufferingSize: 5, dataFormatConversionConfiguration: { enabled: true } })],
    passing: [stream({ bufferingSize: 128, dataFormatConversionConfiguration: { enabled: true } })],
  },
  {
    id: "firehose-conversion-compression",
    types: [STREAM],
    title: "With record format conversion the objects themselves are not compressed",
    source: "https://docs.aws.amazon.com/firehose/latest/dev/enable-record-format-conversion.html",
    check(inputs) {
      const path = `${S3}.compressionFormat`;
      const format = text(inputs, path);
      const broken = converts(inputs) && format !== undefined && format !== "UNCOMPRESSED";
      return when(broken, inputs, path, "UNCOMPRESSED: Parquet and ORC compress by themselves");
    },
    failing: [
      stream({ bufferingSize: 64, compressionFormat: "GZIP", dataFormatConversionConfiguration: { enabled: true } }),
    ],
    passing: [
      stream({
        bufferingSize: 64,
        compressionFormat: "UNCOMPRESSED",
        dataFormatConversionConfiguration: { enabled: true },
      }),
    ],
  },
  {
    id: "firehose-error-prefix",
    types: [STREAM],
    title: "A prefix with expressions comes with an error prefix that tells the kind of error",
    source: "https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html",
    check: (inputs) =>
      PREFIXES.flatMap((place) => {
        const prefix = text(inputs, `${place}.prefix`) ?? "";
        const path = `${place}.errorOutputPrefix`;
        if (prefix.includes("!{") && absent(inputs, path))
          return wrong(inputs, path, "an error prefix, since the prefix has expressions");
        const errors = text(inputs, path) ?? "";
        return when(
          errors.includes("!{") && !errors.includes("!{firehose:error-output-type}"),
          inputs,
          path,
          "!{firehose:error-output-type} in it",
        );
      }),
    failing: [
      stream({ prefix: "events/date=!{timestamp:yyyy-MM-dd}/" }),
      stream({ prefix: "events/", errorOutputPrefix: "errors/!{timestamp:yyyy}/" }),
    ],
    passing: [stream({ prefix: "events/date=!{timestamp:yyyy-MM-dd}/", errorOutputPrefix: FAILED })],
  },
  {
    id: "firehose-prefix-namespaces",
    types: [STREAM],
    title: "Only an error prefix tells the kind of error, and partition keys stand in no error prefix",
    source: "https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html",
    check: (inputs) =>
      PREFIXES.flatMap((place) => [
        ...when(
          (text(inputs, `${place}.prefix`) ?? "").includes("!{firehose:error-output-type}"),
          inputs,
          `${place}.prefix`,
          "no !{firehose:error-output-type}",
        ),
        ...when(
          (text(inputs, `${place}.errorOutputPrefix`) ?? "").includes("!{partitionKeyFrom"),
          inputs,
          `${place}.errorOutputPrefix`,
          "no partition key: a failed record has none",
        ),
      ]),
    failing: [
      stream({ prefix: "!{firehose:error-output-type}/", errorOutputPrefix: FAILED }),
      stream({ errorOutputPrefix: `${FAILED}!{partitionKeyFromQuery:tenant}/` }),
    ],
    passing: [stream({ prefix: "events/!{timestamp:HH}/", errorOutputPrefix: FAILED })],
  },
  {
    id: "firehose-partition-keys",
    types: [STREAM],
    title: "A prefix uses partition keys exactly when dynamic partitioning is on",
    source: "https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-s3bucketprefix.html",
    check(inputs) {
      const enabled = `${S3}.dynamicPartitioningConfiguration.enabled`;
      const path = `${S3}.prefix`;
      const uses = (text(inputs, path) ?? "").includes("!{partitionKeyFrom");
      if (uses && off(inputs, enabled)) return wrong(inputs, enabled, "true, since the prefix uses partition keys");
      const known = absent(inputs, path) || text(inputs, path) !== undefined;
      return when(on(inputs, enabled) && known && !uses, inputs, path, "a partition key, with dynamic partitioning");
    },
    failing: [
      stream({ prefix: PARTITIONED, errorOutputPrefix: FAILED }),
      stream({ prefix: "events/", bufferingSize: 64, dynamicPartitioningConfiguration: { enabled: true } }),
    ],
    passing: [stream({ prefix: "events/" })],
  },
  {
    id: "firehose-processors",
    types: [STREAM],
    title: "Each processor has its parameters; a Lambda function's buffer holds 0.2 to 3 MiB for at most 900 s",
    source: "https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html",
    check: (inputs) =>
      Object.values(BLOCKS).flatMap((block) =>
        parts(inputs, `${block}.processingConfiguration.processors`).flatMap(({ path, block: processor }) => {
          const parameters = parts(processor, "parameters");
          const names = parameters.map((parameter) => text(parameter.block, "parameterName"));
          const complete = parameters.length === list(processor, "parameters").length;
          const missing = (PROCESSOR_PARAMETERS[text(processor, "type") ?? ""] ?? []).filter(
            (name) => !names.includes(name),
          );
          const bounds: Readonly<Record<string, readonly [number, number, string]>> = {
            BufferSizeInMBs: [0.2, 3, "MiB"],
            BufferIntervalInSeconds: [0, 900, "s"],
            NumberOfRetries: [0, 300, "tries"],
          };
          return [
            ...when(
              complete && missing.length > 0,
              inputs,
              `${path}.parameters`,
              missing.join(" and "),
              names.join(", ") || "nothing",
            ),
            ...parameters.flatMap((parameter) => {
              const range = bounds[text(parameter.block, "parameterName") ?? ""];
              return range === undefined ? [] : outside(inputs, `${path}.${parameter.path}.parameterValue`, ...range);
            }),
          ];
        }),
      ),
    failing: [
      stream({
        processingConfiguration: {
          enabled: true,
          processors: [
            {
              type: "MetadataExtraction",
              parameters: [{ parameterName: "JsonParsingEngine", parameterValue: "JQ-1.6" }],
            },
          ],
        },
      }),
      stream({
        processingConfiguration: {
          enabled: true,
          processors: [
            {
              type: "Lambda",
              parameters: [
                {
                  parameterName: "LambdaArn",
                  parameterValue: "arn:aws:lambda:us-east-1:111122223333:function:transform",
                },
                { parameterName: "BufferSizeInMBs", parameterValue: "6" },
              ],
            },
          ],
        },
      }),
    ],
    passing: [
      stream({
        processingConfiguration: {
          enabled: true,
          processors: [
            {
              type: "Lambda",
              parameters: [
                {
                  parameterName: "LambdaArn",
                  parameterValue: "arn:aws:lambda:us-east-1:111122223333:function:transform",
                },
                { parameterName: "BufferSizeInMBs", parameterValue: "1" },
              ],
            },
          ],
        },
      }),
    ],
  },
  {
    id: "firehose-backup",
    types: [STREAM],
    title: "Backup that is enabled says where to",
    source: "https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html",
    check: (inputs) =>
      when(
        text(inputs, `${S3}.s3BackupMode`) === "Enabled" && absent(inputs, `${S3}.s3BackupConfiguration`),
        inputs,
        `${S3}.s3BackupConfiguration`,
        "a bucket and a role, with backup enabled",
      ),
    failing: [stream({ s3BackupMode: "Enabled" })],
    passing: [stream({ s3BackupMode: "Disabled" })],
  },
  {
    id: "firehose-source-encryption",
    types: [STREAM],
    title: "A delivery stream that reads a Kinesis stream is not encrypted itself",
    source: "https://docs.aws.amazon.com/firehose/latest/dev/encryption.html",
    check: (inputs) =>
      when(
        on(inputs, "serverSideEncryption.enabled") && given(inputs, "kinesisSourceConfiguration"),
        inputs,
        "serverSideEncryption.enabled",
        "false: the Kinesis stream that is read encrypts",
      ),
    failing: [
      stream(
        {},
        {
          serverSideEncryption: { enabled: true },
          kinesisSourceConfiguration: { kinesisStreamArn: "arn:aws:kinesis:us-east-1:111122223333:stream/events" },
        },
      ),
    ],
    passing: [stream({}, { serverSideEncryption: { enabled: true } })],
  },
];
