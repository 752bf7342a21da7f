import type * as pulumi from "@pulumi/pulumi";
import type * as aws from "@pulumi/aws";
import type { Scope } from "../kit/scope";
import type { CatalogueRef } from "../parts/refs/catalogue";

/** Firehose's record format conversion: JSON lines become Parquet by the columns of a Glue table of the same region. */
export interface ParquetConversion {
  readonly catalogue: CatalogueRef;
  /** Table whose columns the records have. What does not fit a column goes to the error path as it came. */
  readonly tableName: pulumi.Input<string>;
}

type S3Configuration = aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3Configuration;

/** How objects are written: Parquet compresses its own pages, and Firehose refuses a second compression. */
export function formatOf(args: {
  readonly conversion?: ParquetConversion;
  readonly fileExtension?: string;
}): Pick<S3Configuration, "compressionFormat" | "fileExtension"> {
  return args.conversion === undefined
    ? { compressionFormat: "GZIP", fileExtension: args.fileExtension ?? ".ndjson.gz" }
    : { compressionFormat: "UNCOMPRESSED", fileExtension: args.fileExtension ?? ".parquet" };
}

/**
 * The conversion's block (docs.aws.amazon.com/firehose/latest/dev/enable-record-format-conversion.html). OpenX's reader
 * takes ISO 8601 times as text and names in any case; Parquet with Snappy is Firehose's own default.
 */
export function columnar(
  scope: Scope,
  { catalogue, tableName }: ParquetConversion,
  roleArn: pulumi.Input<string>,
): aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationDataFormatConversionConfiguration {
  return {
    enabled: true,
    inputFormatConfiguration: { deserializer: { openXJsonSerDe: { caseInsensitive: true } } },
    outputFormatConfiguration: { serializer: { parquetSerDe: { compression: "SNAPPY" } } },
    // The latest version: a column that is added to the table is written from then on.
    schemaConfiguration: {
      databaseName: catalogue.databaseName,
      tableName,
      roleArn,
      region: scope.region,
      versionId: "LATEST",
    },
  };
}
