import type * as pulumi from "@pulumi/pulumi";

/** What a zone's global tables are called; equal in all regions of the zone. */
export interface TableNames {
  readonly recommendations: string;
  readonly models: string;
  readonly profiles: string;
  readonly shards: string;
  /** Not of a zone: one table over all regions, without personal data. */
  readonly flags: string;
}

/** Names of a region's buckets. */
export interface BucketNames {
  readonly raw: string;
  readonly bronze: string;
  readonly silver: string;
  readonly gold: string;
  readonly quarantine: string;
  readonly results: string;
  readonly artifacts: string;
}

/** Outputs of `<env>.foundation`. */
export interface FoundationOutputs {
  readonly environment: string;
  /** By residency zone. */
  readonly tables: Readonly<Record<string, TableNames>>;
  /** Id of the environment's Route 53 zone. */
  readonly zoneId: string;
  /** What the parent domain must delegate to. */
  readonly nameServers: readonly string[];
  /** URL by image, in the home region. */
  readonly imageRepositories: Readonly<Record<string, string>>;
}

/** Outputs of `<env>.<region>`: all that a program or an operator must know to use the region. */
export interface RegionOutputs {
  readonly environment: string;
  readonly region: string;
  readonly zone: string;
  readonly role: "primary" | "replica";
  readonly stream: string;
  readonly transformFunction: string;
  readonly curatedDeliveryStream: string;
  readonly rawDeliveryStream: string;
  /** The collector's own address; callers outside use `publicCollectorUrl`. */
  readonly collectorUrl: string;
  readonly publicCollectorUrl: string;
  readonly buckets: BucketNames;
  readonly intakeQueueUrl: string;
  /** The verifier tells the ETL here what it verified. */
  readonly handoverQueueUrl: string;
  readonly trainingQueueUrl: string;
  readonly glueDatabase: string;
  readonly athenaWorkgroup: string;
  readonly pseudonymKeyAlias: string;
  readonly tables: TableNames;
  readonly cacheEndpoint: string;
  readonly endpointName: string;
  readonly clusterName: string;
  readonly warehouse: string;
  readonly searchDomain: string;
  readonly stateMachineArn: string;
  readonly dashboard: string;
}

/** Outputs of `<env>.mesh`. */
export interface MeshOutputs {
  readonly environment: string;
  readonly domain: string;
  /** Host names of the distributions, by residency zone. */
  readonly distributionDomains: Readonly<Record<string, string>>;
  /** Bucket replications made, as `source -> destination`. */
  readonly replications: readonly string[];
  /** The page over all regions. */
  readonly dashboard: string;
}

/** A contract as a stack exports it: each value may still be on its way. */
export type Exported<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> | ExportedMap<T[K]> };
type ExportedMap<V> =
  V extends Readonly<Record<string, string>> ? { readonly [K in keyof V]: pulumi.Input<V[K]> } : never;
