import { stringify } from "yaml";

/** Regions in the order in which a fleet grows, and their residency zones: the first of a zone is its primary. */
const REGIONS = [
  ["us-east-1", "us"],
  ["us-west-2", "us"],
  ["eu-west-1", "eu"],
  ["eu-central-1", "eu"],
  ["ap-southeast-1", "apac"],
  ["ap-northeast-1", "apac"],
  ["us-east-2", "us"],
  ["eu-west-3", "eu"],
  ["ap-southeast-2", "apac"],
  ["us-west-1", "us"],
  ["eu-north-1", "eu"],
  ["ap-northeast-2", "apac"],
] as const;

/** The most regions that {@link topologyText} can give. */
export const MOST_REGIONS = REGIONS.length;

/** A topology file of so many regions, each with the load of the others, as large as production's. */
export function topologyText(count: number): string {
  const chosen = REGIONS.slice(0, count);
  return stringify({
    cloud: "aws",
    prefix: "bench",
    account: "444455556666",
    size: "standard",
    disposable: false,
    failover: count > 1,
    domain: "bench.example.com",
    ownerEmail: "bench@example.com",
    monthlyBudgetUsdPerRegion: 60_000,
    home: "us-east-1",
    residency: Object.fromEntries(chosen.map(([, zone]) => [zone, zone === "eu" ? "eu" : "none"])),
    regions: chosen.map(([name, zone]) => ({ name, zone, share: 1 })),
    traffic: {
      eventsPerSecond: 2000 * count,
      peakFactor: 2.5,
      eventBytes: 454,
      users: 1_000_000 * count,
      items: 500_000,
      recommendationsPerSecond: 500 * count,
      recommendationsPerUser: 20,
      retentionDays: 395,
    },
    promises: { rtoSeconds: 300, rpoSeconds: 960, availability: 0.999, dataFreshnessHours: 26 },
    tables: { consistency: "eventual", ttlDays: 14 },
    cache: { engine: "valkey", mode: "regional", nodeType: "cache.r7g.large", replicasPerShard: 2 },
    serving: {
      kubernetesVersion: "1.34",
      nodeInstanceTypes: ["m6i.xlarge", "m5.xlarge"],
      variants: ["champion", "challenger"].map((name) => ({
        name,
        weight: 1,
        instanceType: "ml.m5.xlarge",
        minInstances: 2,
        maxInstances: 100,
      })),
    },
    training: { instanceTypes: ["r6i.8xlarge", "r5.8xlarge"], maxInstances: 2 },
    etl: { releaseLabel: "emr-7.12.0", instanceTypes: ["r6i.2xlarge", "r5.2xlarge"], maxCapacityUnits: 512 },
    warehouse: { mode: "provisioned", nodeType: "ra3.4xlarge", nodes: 3, rpoMinutes: 480 },
    quotas: { ec2StandardVcpus: 4096, endpointInstances: 400, kinesisShards: 1000 },
    search: { engineVersion: "OpenSearch_3.1", instanceType: "r6g.xlarge.search", dataNodes: 3 },
  });
}
