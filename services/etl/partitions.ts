import {
  BatchCreatePartitionCommand,
  GetTableCommand,
  paginateGetPartitions,
  type GlueClient,
  type StorageDescriptor,
} from "@aws-sdk/client-glue";

/** Most partitions in one call. docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-partitions.html */
const CREATE_BATCH = 100;

/** Partitions of one table that must be in the catalogue. */
export interface PartitionsWanted {
  readonly database: string;
  readonly table: string;
  /** Folder of the table, `s3://bucket/prefix/`. */
  readonly location: string;
  readonly column: string;
  readonly values: readonly string[];
}

/**
 * Adds the partitions that the catalogue does not have yet; a partition registered by somebody else meanwhile is fine.
 * Returns how many were added.
 * @throws Error when the table lies elsewhere: then Athena would read other files than the ETL writes.
 */
export async function registerPartitions(glue: GlueClient, wanted: PartitionsWanted): Promise<number> {
  const name = { DatabaseName: wanted.database, TableName: wanted.table };
  const { Table: table } = await glue.send(new GetTableCommand({ DatabaseName: wanted.database, Name: wanted.table }));
  const storage = table?.StorageDescriptor;
  const location = withSlash(storage?.Location ?? "");
  if (storage === undefined || location !== wanted.location) {
    throw new Error(`Glue table ${wanted.database}.${wanted.table}: want location ${wanted.location}, got ${location}`);
  }
  const known = new Set<string>();
  for await (const page of paginateGetPartitions({ client: glue }, name)) {
    for (const partition of page.Partitions ?? []) known.add(partition.Values?.[0] ?? "");
  }
  const missing = wanted.values.filter((value) => !known.has(value));
  for (let start = 0; start < missing.length; start += CREATE_BATCH) {
    const batch = missing.slice(start, start + CREATE_BATCH);
    const { Errors: errors } = await glue.send(
      new BatchCreatePartitionCommand({
        ...name,
        PartitionInputList: batch.map((value) => ({
          Values: [value],
          StorageDescriptor: placed(storage, `${wanted.location}${wanted.column}=${value}/`),
        })),
      }),
    );
    const failure = errors?.find(({ ErrorDetail: detail }) => detail?.ErrorCode !== "AlreadyExistsException");
    if (failure !== undefined) {
      const value = failure.PartitionValues?.join("/") ?? "";
      throw new Error(`partition ${value} of ${wanted.table}: ${failure.ErrorDetail?.ErrorMessage ?? "not created"}`);
    }
  }
  return missing.length;
}

function placed(storage: StorageDescriptor, location: string): StorageDescriptor {
  return { ...storage, Location: location };
}

function withSlash(location: string): string {
  return location.endsWith("/") ? location : `${location}/`;
}
