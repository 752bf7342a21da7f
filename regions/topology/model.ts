import type { AccountId, Cidr, EnvironmentName, Partition, RegionName, ZoneName } from "../names";
import type { TrafficProfile } from "../traffic";

/** Where the stacks are applied: real AWS, or the local cloud on loopback. */
export type Cloud = "aws" | "local";

/** `primary`: runs its zone's daily training and owns its tables; one a zone. `replica`: serves, and stands ready. */
export type RegionRole = "primary" | "replica";

/** How much is built: `small` for one team's trial, `standard` for production (3 zones, dedicated masters, N-1 capacity). */
export type FleetSize = "small" | "standard";

/** What a region has of each preference list of instance types, in the list's order. */
export interface RegionTypes {
  /** Kubernetes nodes. As every pool: two types or more, of one architecture. */
  readonly nodes: readonly string[];
  readonly intake: readonly string[];
  readonly training: readonly string[];
  readonly etl: readonly string[];
  /** Dedicated masters of the search domain. */
  readonly searchMaster: string;
  /** The one type of each variant and of the shadow, by its name. */
  readonly variants: Readonly<Record<string, string>>;
}

export interface RegionPlan {
  readonly name: RegionName;
  readonly role: RegionRole;
  readonly zone: ZoneName;
  readonly partition: Partition;
  /** The region's block; disjoint from all others. Given in the topology, or computed (see ../addresses.ts). */
  readonly cidr: Cidr;
  /** Availability zones used, e.g. `us-east-1a`. */
  readonly availabilityZones: readonly string[];
  /** Part of the fleet's traffic in normal times, 0..1; all shares add up to 1. */
  readonly share: number;
  /** What this region must carry when its largest peer in the zone is lost, 0..1: `share` plus its part of the peer's. */
  readonly failoverShare: number;
  /** The region's own choice of the instance types; everything that depends on a type reads it here. */
  readonly types: RegionTypes;
}

/** Recovery classes: what the owner promises. Seconds. */
export interface Promises {
  readonly rtoSeconds: number;
  /** Age of the newest event that may be lost with its region: a delivery's buffer, and the copy of its object. */
  readonly rpoSeconds: number;
  /** Part of the recommendation requests answered well, e.g. 0.999. */
  readonly availability: number;
  /** Age of the newest training data in gold, hours. */
  readonly dataFreshnessHours: number;
}

export type Consistency = "eventual" | "strong";

export interface TablesPlan {
  readonly consistency: Consistency;
  /** A region that only witnesses (strong consistency with two replicas and a witness). */
  readonly witness?: RegionName;
  /** Days after which a recommendation expires; absent = never. Not allowed with strong consistency. */
  readonly ttlDays?: number;
}

export interface CachePlan {
  readonly engine: "valkey" | "redis" | "memcached";
  /** `regional`: each region fills its own cache, and goes on with it when the others are lost. */
  readonly mode: "regional";
  readonly nodeType: string;
  readonly replicasPerShard: number;
}

/** One arm of the A/B split, for every region. */
export interface VariantPreference {
  readonly name: string;
  /** Relative weight; >= 0, and the sum over all variants is > 0. */
  readonly weight: number;
  /** SageMaker types in order of preference: each region takes the first that it has. */
  readonly instanceTypes: readonly string[];
  readonly minInstances: number;
  readonly maxInstances: number;
}

/** One arm of the A/B split in one region (see `variantsIn`). */
export interface VariantPlan extends Omit<VariantPreference, "instanceTypes"> {
  readonly instanceType: string;
}

/** A candidate beside the one variant, for every region: it is sent copies of requests, and answers nobody. */
export interface ShadowPreference {
  readonly name: string;
  /** SageMaker types in order of preference: each region takes the first that it has. */
  readonly instanceTypes: readonly string[];
  readonly instances: number;
  /** Percent of the variant's requests that are copied, above 0. */
  readonly samplePercent: number;
}

/** The candidate in one region (see `shadowIn`). */
export interface ShadowPlan extends Omit<ShadowPreference, "instanceTypes"> {
  readonly instanceType: string;
}

export interface ServingPlan {
  /** Two or more, or one beside a shadow. */
  readonly variants: readonly VariantPreference[];
  readonly shadow?: ShadowPreference;
  /** EC2 types of the Kubernetes nodes that run the recommendation API, in order of preference. */
  readonly nodeInstanceTypes: readonly string[];
  readonly kubernetesVersion: string;
  /**
   * Blocks of public addresses from which the stacks are applied: they reach the Kubernetes API. Absent: it is reached from
   * the VPC alone.
   */
  readonly access?: readonly string[];
  /**
   * Whom the recommendation API knows: `jwt` by tokens of the identity's issuer, `iam-at-the-gateway` through a gateway before
   * it. Absent: it answers whoever the region's gateway lets in.
   */
  readonly callers?: "jwt" | "iam-at-the-gateway";
  /** A collector of traces and metrics in the cluster. Absent: none are sent. */
  readonly telemetry?: TelemetryPlan;
}

/** A collector of OpenTelemetry's protocol in the cluster. */
export interface TelemetryPlan {
  /** Its address over HTTP. */
  readonly endpoint: string;
  /** Its Kubernetes namespace. */
  readonly namespace: string;
}

export interface IngestPlan {
  /**
   * What stands between the collector's API and the stream. `gateway`: nothing of ours, one event a request. `function`:
   * a Lambda function that takes batches, and checks and answers for each event.
   */
  readonly collector: "gateway" | "function";
}

/** Buckets whose objects can be held for a time: not the log bucket, which S3 then refuses, nor Athena's results. */
export type Lockable = "raw" | "bronze" | "silver" | "gold" | "quarantine" | "artifacts";

/** For how long no version of an object can be deleted or replaced after it was written. */
export interface LockPlan {
  /** `governance`: those with a right of its own still may. `compliance`: nobody may, the root user included. */
  readonly mode: "governance" | "compliance";
  readonly days: number;
}

export interface LakePlan {
  /** By bucket. */
  readonly objectLock: Readonly<Partial<Record<Lockable, LockPlan>>>;
  /** How often S3 lists all versions in every bucket. */
  readonly inventory: "none" | "daily" | "weekly";
  /** Whether curated events are also written as Parquet while they come, before they are verified. */
  readonly liveTable: boolean;
}

export interface IntakePlan {
  /** EC2 types of the machines that verify what was delivered, in order of preference. */
  readonly instanceTypes: readonly string[];
}

/** Who says who a caller is: an OIDC issuer, whose tokens the collector takes. */
export interface IdentityPlan {
  /** `https://` address of the issuer; its keys are read below it. */
  readonly issuer: string;
  /** Audiences of which a token names one. */
  readonly audiences: readonly string[];
}

export interface TrainingPlan {
  /** Memory-optimised EC2 types, in order of preference. */
  readonly instanceTypes: readonly string[];
  readonly maxInstances: number;
  /** Installed instances that stand stopped, so that a run starts in the time of a boot; 0 = none. */
  readonly warmInstances: number;
  /** Trials of the search for each model's parameters; absent: a few numbers of factors only. */
  readonly searchBudget?: number;
  /** Address of an MLflow tracking server that hears of every training; absent: nobody does. */
  readonly trackingUrl?: string;
}

/**
 * `cluster`: an EMR cluster that waits for the daily run and scales with it. `transient`: one that the daily run makes and
 * ends. `serverless`: an application of EMR Serverless.
 */
export type EtlMode = "cluster" | "transient" | "serverless";

export interface EtlPlan {
  readonly mode: EtlMode;
  readonly releaseLabel: string;
  /** EMR types, in order of preference. */
  readonly instanceTypes: readonly string[];
  readonly maxCapacityUnits: number;
}

export type WarehousePlan =
  | {
      readonly mode: "provisioned";
      readonly nodeType: string;
      readonly nodes: number;
      readonly rpoMinutes: number;
      /** Whose statements go first: `roles`, those of loads, then of analysts and auditors; `one`, whoever came first. */
      readonly queues: "roles" | "one";
    }
  | { readonly mode: "serverless"; readonly baseCapacityRpu: number; readonly rpoMinutes: number };

export interface SearchPlan {
  readonly engineVersion: string;
  readonly instanceType: string;
  /** Types of the dedicated masters in order of preference: each region takes the first that it has. */
  readonly masterInstanceTypes: readonly string[];
  readonly dataNodes: number;
}

export interface Residency {
  readonly zone: ZoneName;
  /** `eu`: every region must lie in the European Union. `none`: no legal bound, still kept together. */
  readonly law: "eu" | "none";
  readonly primary: RegionName;
  /** The first other region in the topology's order: it takes the primary's copies. Absent where there is no other. */
  readonly standby?: RegionName;
  /** Sorted by name. */
  readonly regions: readonly RegionName[];
}

/** What AWS has granted the account in each region, where it is more than it gives by default (regions/quotas.ts). */
export interface QuotasPlan {
  /** Shards of provisioned data streams. */
  readonly kinesisShards?: number;
  /** Concurrent executions of all functions. */
  readonly lambdaConcurrency?: number;
  /** vCPUs of running On-Demand Standard instances. */
  readonly ec2StandardVcpus?: number;
  /** vCPUs of Standard Spot requests. */
  readonly ec2StandardSpotVcpus?: number;
  /** Instances of one type behind SageMaker endpoints. */
  readonly endpointInstances?: number;
  /** Instances behind all SageMaker endpoints together. */
  readonly endpointInstancesInAll?: number;
  /** Instances behind one SageMaker endpoint. */
  readonly instancesPerEndpoint?: number;
  /** Requests per second that all APIs of API Gateway take. */
  readonly apiRequestsPerSecond?: number;
}

/** A checked topology: every value is valid and every default filled in. Made by `loadTopology` only. */
export interface Topology {
  readonly environment: EnvironmentName;
  readonly cloud: Cloud;
  /** First part of every name, e.g. `meridian`. */
  readonly prefix: string;
  readonly account: AccountId;
  readonly size: FleetSize;
  /** The first of two keys: data of this environment may be deleted with it (the other is `meridian destroy --delete-data`). */
  readonly disposable: boolean;
  readonly failover: boolean;
  /** Services whose service-linked roles the foundation makes; none of them may stand in the account yet. */
  readonly serviceLinkedRoles: readonly string[];
  readonly domain: string;
  /** Where alarms and budget notices go. */
  readonly ownerEmail: string;
  readonly monthlyBudgetUsdPerRegion: number;
  /** Region of the foundation and mesh stacks and of tables that hold no personal data. */
  readonly home: RegionName;
  /** Sorted by name. */
  readonly regions: readonly RegionPlan[];
  readonly residency: readonly Residency[];
  readonly traffic: TrafficProfile;
  readonly promises: Promises;
  readonly tables: TablesPlan;
  readonly cache: CachePlan;
  readonly identity: IdentityPlan;
  readonly ingest: IngestPlan;
  readonly lake: LakePlan;
  readonly intake: IntakePlan;
  readonly serving: ServingPlan;
  readonly training: TrainingPlan;
  readonly etl: EtlPlan;
  readonly warehouse: WarehousePlan;
  readonly search: SearchPlan;
  readonly quotas: QuotasPlan;
}
