/** What a topology need not say. By size, where a trial and production differ. */
import type {
  FleetSize,
  CachePlan,
  EtlPlan,
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
  readonly cache: CachePlan;
  readonly serving: ServingPlan;
  readonly training: TrainingPlan;
  readonly etl: EtlPlan;
  readonly provisioned: Provisioned;
  readonly serverless: Serverless;
  readonly search: SearchPlan;
}

// The newest whose add-on versions components/serving pins; in standard support until 2026-12, extended until 2027-12
// (docs.aws.amazon.com/eks, "Kubernetes release calendar").
const KUBERNETES_VERSION = "1.34";
const EMR_RELEASE = "emr-7.12.0";
const SEARCH_VERSION = "OpenSearch_3.1";

/** Snapshots of a provisioned cluster come about every 8 hours; Serverless has recovery points every 30 minutes. */
const PROVISIONED_RPO_MINUTES = 480;
const SERVERLESS_RPO_MINUTES = 30;

const variants = (instanceType: string, minInstances: number, maxInstances: number): ServingPlan["variants"] => [
  { name: "champion", weight: 9, instanceType, minInstances, maxInstances },
  { name: "challenger", weight: 1, instanceType, minInstances, maxInstances },
];

/** Defaults by size. */
export const SIZE_DEFAULTS: Readonly<Record<FleetSize, SizeDefaults>> = {
  small: {
    zones: 2,
    cache: { engine: "valkey", mode: "regional", nodeType: "cache.t4g.small", replicasPerShard: 1 },
    serving: {
      variants: variants("ml.c5.large", 2, 4),
      nodeInstanceTypes: ["m6i.large", "m5.large"],
      kubernetesVersion: KUBERNETES_VERSION,
    },
    training: { instanceTypes: ["r6i.large", "r5.large"], maxInstances: 2 },
    etl: { releaseLabel: EMR_RELEASE, instanceTypes: ["m6i.xlarge", "m5.xlarge"], maxCapacityUnits: 16 },
    provisioned: { mode: "provisioned", nodeType: "ra3.large", nodes: 1, rpoMinutes: PROVISIONED_RPO_MINUTES },
    serverless: { mode: "serverless", baseCapacityRpu: 8, rpoMinutes: SERVERLESS_RPO_MINUTES },
    search: { engineVersion: SEARCH_VERSION, instanceType: "t3.small.search", dataNodes: 2 },
  },
  standard: {
    zones: 3,
    cache: { engine: "valkey", mode: "regional", nodeType: "cache.r7g.large", replicasPerShard: 2 },
    serving: {
      variants: variants("ml.c5.xlarge", 2, 20),
      nodeInstanceTypes: ["m6i.xlarge", "m5.xlarge"],
      kubernetesVersion: KUBERNETES_VERSION,
    },
    training: { instanceTypes: ["r6i.4xlarge", "r5.4xlarge"], maxInstances: 10 },
    etl: { releaseLabel: EMR_RELEASE, instanceTypes: ["r6i.2xlarge", "r5.2xlarge"], maxCapacityUnits: 400 },
    provisioned: { mode: "provisioned", nodeType: "ra3.xlplus", nodes: 2, rpoMinutes: PROVISIONED_RPO_MINUTES },
    serverless: { mode: "serverless", baseCapacityRpu: 64, rpoMinutes: SERVERLESS_RPO_MINUTES },
    search: { engineVersion: SEARCH_VERSION, instanceType: "r6g.large.search", dataNodes: 3 },
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
  promises: { rtoSeconds: 300, rpoSeconds: 900, availability: 0.999, dataFreshnessHours: 26 } satisfies Promises,
  tables: { consistency: "eventual" } satisfies TablesPlan,
} as const;
