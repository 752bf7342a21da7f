/** What a topology need not say. By size, where a trial and production differ. */
import type {
  FleetSize,
  CachePlan,
  EtlPlan,
  IngestPlan,
  IntakePlan,
  LakePlan,
  Promises,
  SearchPlan,
  ServingPlan,
  TablesPlan,
  TrainingPlan,
  WarehousePlan,
} from "./model";

type Provisioned = Extract<WarehousePlan, { readonly mode: "provisioned" }>;
type Serverless = Extract<WarehousePlan, { readonly mode: "serverless" }>;

/** Everything that a size decides. */
export interface SizeDefaults {
  readonly zones: number;
  readonly lake: LakePlan;
  readonly cache: CachePlan;
  readonly intake: IntakePlan;
  readonly serving: ServingPlan;
  readonly training: TrainingPlan;
  readonly etl: EtlPlan;
  readonly provisioned: Provisioned;
  readonly serverless: Serverless;
  readonly search: SearchPlan;
}

// The newest whose add-on versions components/serving pins; in standard support until 2027-03-27, extended until a year
// later (docs.aws.amazon.com/eks, "Kubernetes release calendar").
const KUBERNETES_VERSION = "1.35";
const EMR_RELEASE = "emr-7.12.0";
const SEARCH_VERSION = "OpenSearch_3.1";

/** Snapshots of a provisioned cluster come about every 8 hours; Serverless has recovery points every 30 minutes. */
const PROVISIONED_RPO_MINUTES = 480;
const SERVERLESS_RPO_MINUTES = 30;

// The three generations of a family: regions that opened before 2024 have two of them or all, later ones have the last
// two, and a few lack the one in the middle. C5 and C6i are what SageMaker has where (catalogue.json).
const general = (size: string): readonly string[] => ["m6i", "m5", "m7i"].map((family) => `${family}.${size}`);
const memory = (size: string): readonly string[] => ["r6i", "r5", "r7i"].map((family) => `${family}.${size}`);
const inference = (size: string): readonly string[] => ["ml.c5", "ml.c6i"].map((family) => `${family}.${size}`);

// AWS's own choice for up to 10 nodes, by generation (docs.aws.amazon.com/opensearch-service, "Dedicated master nodes").
const masterInstanceTypes = ["m7g.large.search", "m6g.large.search", "m5.large.search"];

const variants = (
  instanceTypes: readonly string[],
  minInstances: number,
  maxInstances: number,
): ServingPlan["variants"] => [
  { name: "champion", weight: 9, instanceTypes, minInstances, maxInstances },
  { name: "challenger", weight: 1, instanceTypes, minInstances, maxInstances },
];

/** Defaults by size. Of each list, every commercial region that has all services has enough types. */
export const SIZE_DEFAULTS: Readonly<Record<FleetSize, SizeDefaults>> = {
  small: {
    zones: 2,
    lake: { objectLock: {}, inventory: "none", liveTable: false },
    cache: { engine: "valkey", mode: "regional", nodeType: "cache.t4g.small", replicasPerShard: 1 },
    intake: { instanceTypes: general("large") },
    serving: {
      variants: variants(inference("large"), 2, 4),
      nodeInstanceTypes: general("large"),
      kubernetesVersion: KUBERNETES_VERSION,
    },
    training: { instanceTypes: memory("large"), maxInstances: 2, warmInstances: 0 },
    etl: { mode: "cluster", releaseLabel: EMR_RELEASE, instanceTypes: general("xlarge"), maxCapacityUnits: 16 },
    provisioned: {
      mode: "provisioned",
      nodeType: "ra3.large",
      nodes: 1,
      rpoMinutes: PROVISIONED_RPO_MINUTES,
      queues: "one",
    },
    serverless: { mode: "serverless", baseCapacityRpu: 8, rpoMinutes: SERVERLESS_RPO_MINUTES },
    search: { engineVersion: SEARCH_VERSION, instanceType: "t3.small.search", masterInstanceTypes, dataNodes: 2 },
  },
  standard: {
    zones: 3,
    // A list a week finds what is unencrypted, uncopied or too old before an auditor does, at cents a million objects.
    lake: { objectLock: {}, inventory: "weekly", liveTable: false },
    cache: { engine: "valkey", mode: "regional", nodeType: "cache.r7g.large", replicasPerShard: 2 },
    // The verifier works on one object at a time: a core parses, the other hashes and writes.
    intake: { instanceTypes: general("large") },
    serving: {
      variants: variants(inference("xlarge"), 2, 20),
      nodeInstanceTypes: general("xlarge"),
      kubernetesVersion: KUBERNETES_VERSION,
    },
    training: { instanceTypes: memory("4xlarge"), maxInstances: 10, warmInstances: 0 },
    etl: { mode: "cluster", releaseLabel: EMR_RELEASE, instanceTypes: memory("2xlarge"), maxCapacityUnits: 400 },
    provisioned: {
      mode: "provisioned",
      nodeType: "ra3.xlplus",
      nodes: 2,
      rpoMinutes: PROVISIONED_RPO_MINUTES,
      queues: "roles",
    },
    serverless: { mode: "serverless", baseCapacityRpu: 64, rpoMinutes: SERVERLESS_RPO_MINUTES },
    search: { engineVersion: SEARCH_VERSION, instanceType: "r7g.large.search", masterInstanceTypes, dataNodes: 3 },
  },
};

export const DEFAULTS = {
  prefix: "meridian",
  localAccount: "000000000000",
  size: "small",
  peakFactor: 2,
  eventBytes: 450,
  recommendationsPerUser: 20,
  // Thirteen months: one season can be compared with the same one a year ago.
  retentionDays: 395,
  // 900 s in a delivery's buffer, the longest there is, and 900 s until the object's copy stands in the next region.
  promises: { rtoSeconds: 300, rpoSeconds: 1800, availability: 0.999, dataFreshnessHours: 26 } satisfies Promises,
  tables: { consistency: "eventual" } satisfies TablesPlan,
  ingest: { collector: "gateway" } satisfies IngestPlan,
  shadow: { instances: 1, samplePercent: 100 },
} as const;
