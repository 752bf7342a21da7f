import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantDistinct, wantMatch } from "../kit/want";
import { CatalogueRef } from "../parts/refs/catalogue";
import type { KeyRef } from "../parts/refs/key";

/** A column of a catalogued table, in Glue's own types. */
export interface TableColumn {
  readonly name: string;
  /** e.g. `string`, `timestamp`, `array<string>`. */
  readonly type: string;
  readonly comment?: string;
}

export interface CatalogueTable {
  /** e.g. `silver_events`. */
  readonly name: string;
  readonly description: string;
  /** `s3://bucket/path/`. */
  readonly location: pulumi.Input<string>;
  readonly format: "json" | "parquet";
  readonly columns: readonly TableColumn[];
  /** @default not partitioned */
  readonly partitionKeys?: readonly TableColumn[];
  /**
   * Partitions that are computed instead of listed, so that a new day needs no crawler: how each key's values run.
   * @default partitions are registered by whoever writes them
   */
  readonly projection?: Readonly<Record<string, PartitionProjection>>;
}

/** docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html */
export type PartitionProjection =
  | { readonly type: "date"; readonly from: string }
  | { readonly type: "integer"; readonly from: number; readonly to: number; readonly digits: number };

export interface CatalogueArgs {
  readonly scope: Scope;
  readonly tables: readonly CatalogueTable[];
  /** Encrypts the account's catalogue of this region and its connection passwords. */
  readonly key: KeyRef;
}

const FORMATS = {
  json: {
    inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
    outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    serializationLibrary: "org.openx.data.jsonserde.JsonSerDe",
  },
  parquet: {
    inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
  },
} as const;

const IDENTIFIER = /^[a-z][a-z0-9_]*$/;

/** Findings about the arguments, by path. */
export function checkCatalogue({ tables }: CatalogueArgs): Finding[] {
  const findings = wantDistinct(
    "tables",
    tables.map((table) => table.name),
    "tables",
  );
  for (const [index, { name, columns, partitionKeys = [], projection = {} }] of tables.entries()) {
    const path = `tables[${index}]`;
    const names = [...columns, ...partitionKeys].map((column) => column.name);
    findings.push(...wantMatch(`${path}.name`, name, IDENTIFIER, "a lower-case name"));
    findings.push(...wantDistinct(`${path}.columns`, names, "columns"));
    for (const column of names) {
      findings.push(...wantMatch(`${path}.columns.${column}`, column, IDENTIFIER, "a lower-case name"));
    }
    for (const key of Object.keys(projection)) {
      if (!partitionKeys.some((column) => column.name === key)) {
        findings.push(finding(`${path}.projection.${key}`, "a partition key of the table", key));
      }
    }
  }
  return findings;
}

/** The region's Glue database: what Athena, Spark and Redshift Spectrum call the lake's files. */
export class Catalogue extends pulumi.ComponentResource {
  readonly databaseName: pulumi.Output<string>;
  /** ARN of each table, by its name. */
  readonly tableArns: Readonly<Record<string, pulumi.Output<string>>>;

  /** What users of the catalogue need. */
  readonly ref: CatalogueRef;

  readonly #tables: ReadonlyMap<string, aws.glue.CatalogTable>;

  constructor(name: string, args: CatalogueArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`catalogue "${name}"`, checkCatalogue(args));
    super("meridian:lake:Catalogue", name, {}, opts);
    this.encrypt(name, args);
    const database = this.createDatabase(name, args);
    this.databaseName = database.name;
    this.ref = new CatalogueRef(args.scope, {
      databaseName: nameOf(args.scope, "lake", "glueDatabase"),
      key: args.key,
    });
    this.#tables = new Map(args.tables.map((table) => [table.name, this.createTable(name, table, database)]));
    this.tableArns = Object.fromEntries([...this.#tables].map(([table, { arn }]) => [table, arn]));
    this.registerOutputs({ databaseName: this.databaseName, tableArns: this.tableArns });
  }

  /**
   * A table's name as an output, so that its user waits for the table.
   * @throws Error when the catalogue has no such table.
   */
  tableName(table: string): pulumi.Output<string> {
    const made = this.#tables.get(table);
    if (made === undefined) throw new Error(`want a table of ${[...this.#tables.keys()].join(", ")}, got ${table}`);
    return made.name;
  }

  private encrypt(name: string, { key }: CatalogueArgs): void {
    new aws.glue.DataCatalogEncryptionSettings(
      name,
      {
        dataCatalogEncryptionSettings: {
          encryptionAtRest: { catalogEncryptionMode: "SSE-KMS", sseAwsKmsKeyId: key.arn },
          connectionPasswordEncryption: { returnConnectionPasswordEncrypted: true, awsKmsKeyId: key.arn },
        },
      },
      { parent: this },
    );
  }

  private createDatabase(name: string, { scope }: CatalogueArgs): aws.glue.CatalogDatabase {
    return new aws.glue.CatalogDatabase(
      name,
      {
        name: nameOf(scope, "lake", "glueDatabase"),
        description: `The lake of ${scope.prefix}-${scope.environment} in ${scope.region}`,
      },
      { parent: this },
    );
  }

  private createTable(name: string, table: CatalogueTable, database: aws.glue.CatalogDatabase): aws.glue.CatalogTable {
    const format = FORMATS[table.format];
    return new aws.glue.CatalogTable(
      `${name}-${table.name.replaceAll("_", "-")}`,
      {
        databaseName: database.name,
        name: table.name,
        description: table.description,
        tableType: "EXTERNAL_TABLE",
        parameters: { EXTERNAL: "TRUE", classification: table.format, ...projectionParameters(table.projection) },
        partitionKeys: (table.partitionKeys ?? []).map((column) => ({ ...column })),
        storageDescriptor: {
          location: table.location,
          columns: table.columns.map((column) => ({ ...column })),
          inputFormat: format.inputFormat,
          outputFormat: format.outputFormat,
          compressed: true,
          serDeInfo: { serializationLibrary: format.serializationLibrary },
        },
      },
      { parent: this },
    );
  }
}

/** Table properties of Athena's partition projection; none when there is nothing to project. */
export function projectionParameters(
  projection: Readonly<Record<string, PartitionProjection>> = {},
): Readonly<Record<string, string>> {
  const keys = Object.entries(projection);
  if (keys.length === 0) return {};
  return Object.assign(
    { "projection.enabled": "true" },
    ...keys.map(([key, values]) =>
      values.type === "date"
        ? {
            [`projection.${key}.type`]: "date",
            [`projection.${key}.format`]: "yyyy-MM-dd",
            [`projection.${key}.range`]: `${values.from},NOW`,
          }
        : {
            [`projection.${key}.type`]: "integer",
            [`projection.${key}.range`]: `${values.from},${values.to}`,
            [`projection.${key}.digits`]: String(values.digits),
          },
    ),
  ) as Record<string, string>;
}
