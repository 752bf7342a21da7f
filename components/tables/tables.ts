import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import type { Consistency } from "../../regions/topology/sections/tables";
import { arnOf } from "../kit/arn";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { wantDistinct } from "../kit/want";
import { checkPlacement, checkSpec } from "./check";
import { ZONE_TABLES, type TableSpec } from "./specs";

export interface GlobalTablesArgs {
  /** Scope of the residency zone: `region` is its primary region, which owns the tables. */
  readonly scope: Scope;
  /** The other regions with a copy. */
  readonly replicaRegions: readonly string[];
  /** ARN of the key of each region with a copy, the owner's included: a key of that very region. See TableKeys. */
  readonly keyArns: Readonly<Record<string, pulumi.Input<string>>>;
  /** @default ZONE_TABLES */
  readonly tables?: readonly TableSpec[];
  /** @default "eventual": the last writer wins, within about a second */
  readonly consistency?: Consistency;
  /** With strong consistency and one replica only. */
  readonly witnessRegion?: string;
  /** Whether items expire by their TTL attribute. Not allowed with strong consistency. @default true */
  readonly ttl?: boolean;
}

/** Findings about the arguments, by path. */
export function checkGlobalTables(args: GlobalTablesArgs): Finding[] {
  const { scope, replicaRegions, keyArns, witnessRegion } = args;
  const consistency = args.consistency ?? "eventual";
  const tables = specsOf(args);
  const withoutKey = [...new Set([scope.region, ...replicaRegions])].filter((region) => !(region in keyArns));
  return [
    ...checkPlacement({ region: scope.region, replicaRegions, consistency, witnessRegion }),
    ...withoutKey.map((region) => ({ path: `keyArns.${region}`, want: "the key of this region", got: "nothing" })),
    ...wantDistinct(
      "tables",
      tables.map(({ part }) => part),
      "tables",
    ),
    ...tables.flatMap((table, index) => checkSpec(`tables[${index}]`, table, consistency)),
  ];
}

/** The tables as asked for; without TTL where it is switched off. */
function specsOf({ tables = ZONE_TABLES, ttl = true }: GlobalTablesArgs): readonly TableSpec[] {
  if (ttl) return tables;
  return tables.map((spec) => {
    const { ttlAttribute, ...others } = spec;
    return ttlAttribute === undefined ? spec : others;
  });
}

/**
 * A set of DynamoDB global tables, owned here and nowhere else: a replica kept in another stack would be deleted by
 * the owner's next update. Replicas are sorted, and each says its recovery and key from the first day, since changing
 * either later makes the replica anew.
 */
export class GlobalTables extends pulumi.ComponentResource {
  /** Name of each table, by its part. */
  readonly names: Readonly<Record<string, string>>;
  /** ARN of each table in the owner's region, by its part. */
  readonly arns: Readonly<Record<string, pulumi.Output<string>>>;
  /** ARN of each table's stream of changes in the owner's region, by its part. */
  readonly streamArns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: GlobalTablesArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`global tables "${name}"`, checkGlobalTables(args));
    super("meridian:tables:GlobalTables", name, {}, opts);
    const tables = specsOf(args).map((spec) => [spec.part, this.createTable(name, args, spec)] as const);
    this.names = Object.fromEntries(specsOf(args).map(({ part }) => [part, nameOf(args.scope, part, "table")]));
    this.arns = Object.fromEntries(tables.map(([part, table]) => [part, table.arn]));
    this.streamArns = Object.fromEntries(tables.map(([part, table]) => [part, table.streamArn]));
    this.registerOutputs({ names: this.names, arns: this.arns, streamArns: this.streamArns });
  }

  private createTable(name: string, args: GlobalTablesArgs, spec: TableSpec): aws.dynamodb.Table {
    const { scope, keyArns, replicaRegions, witnessRegion } = args;
    const { partitionKey, sortKey, ttlAttribute } = spec;
    const strong = args.consistency === "strong";
    const deletionProtectionEnabled = scope.data === "retained";
    return new aws.dynamodb.Table(
      `${name}-${spec.part}`,
      {
        name: nameOf(scope, spec.part, "table"),
        region: scope.region,
        // On demand: provisioned tables would need auto scaling on every replica before the replica.
        billingMode: "PAY_PER_REQUEST",
        attributes: [partitionKey, ...(sortKey === undefined ? [] : [sortKey])].map((key) => ({ ...key })),
        hashKey: partitionKey.name,
        ...(sortKey === undefined ? {} : { rangeKey: sortKey.name }),
        ...(ttlAttribute === undefined ? {} : { ttl: { enabled: true, attributeName: ttlAttribute } }),
        // Replication of the eventual kind works by this stream.
        streamEnabled: true,
        streamViewType: "NEW_AND_OLD_IMAGES",
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true, ...keyOf(keyArns, scope.region) },
        deletionProtectionEnabled,
        replicas: [...replicaRegions].sort().map((regionName) => ({
          regionName,
          ...keyOf(keyArns, regionName),
          pointInTimeRecovery: true,
          propagateTags: true,
          deletionProtectionEnabled,
          ...(strong ? { consistencyMode: "STRONG" } : {}),
        })),
        ...(witnessRegion === undefined ? {} : { globalTableWitness: { regionName: witnessRegion } }),
        tags: { ...dataTags(spec.dataClass), "meridian:zone": scope.zone, "meridian:writers": spec.writers },
      },
      { parent: this, ...keepData(scope) },
    );
  }
}

function keyOf(keyArns: GlobalTablesArgs["keyArns"], region: string): { readonly kmsKeyArn?: pulumi.Input<string> } {
  const kmsKeyArn = keyArns[region];
  return kmsKeyArn === undefined ? {} : { kmsKeyArn };
}

/**
 * ARN of a table in any region where it has a copy, computed from its name: a region's stack needs it before, and
 * without, the owner's stack.
 */
export function tableArn(scope: Scope, part: string, region: string = scope.region): string {
  return arnOf(scope, "dynamodb", `table/${nameOf(scope, part, "table")}`, { region });
}
