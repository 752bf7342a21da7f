/** Random topologies for property tests. */
import fc from "fast-check";
import { stringify } from "yaml";
import { allRegions, instanceTypes, offers } from "../../regions/catalogue";
import type { RegionInfo, Service } from "../../regions/catalogue";
import { parseTopology } from "../../regions/topology/load";
import type { Topology } from "../../regions/topology/model";
import type { TopologyInput } from "../../regions/topology/schema";

const NEEDED: readonly Service[] = ["sagemaker", "emr", "opensearch", "redshift", "elasticache", "eks"];

/** Types that most regions have, so that a random set of regions is valid. */
const TYPES = {
  cache: { nodeType: "cache.r7g.large" },
  serving: {
    variants: ["champion", "challenger"].map((name) => ({
      name,
      weight: 1,
      instanceType: "ml.m5.xlarge",
      minInstances: 2,
      maxInstances: 4,
    })),
    nodeInstanceTypes: ["t3.large", "t3.xlarge"],
  },
  intake: { instanceTypes: ["t3.large", "t3.xlarge"] },
  training: { instanceTypes: ["r6g.large", "r6g.xlarge"] },
  etl: { instanceTypes: ["m6g.xlarge", "m6g.2xlarge"] },
  warehouse: { mode: "provisioned", nodeType: "ra3.4xlarge", nodes: 2 },
  search: { instanceType: "r7g.large.search" },
} as const;

/** Regions of the commercial partition in which all of that is to be had. */
export const USABLE: readonly RegionInfo[] = allRegions().filter(
  ({ name, partition }) =>
    partition === "aws" &&
    NEEDED.every((service) => offers(name, service)) &&
    instanceTypes(name, "sagemaker")?.includes("ml.m5.xlarge"),
);

const EU = USABLE.filter(({ residency }) => residency === "eu");
const REST = USABLE.filter(({ residency }) => residency !== "eu");

/** The data of a valid topology file of 2 to 12 regions: a zone `eu` under EU law and up to two other zones. */
export function arbitraryTopologyInput(): fc.Arbitrary<TopologyInput> {
  const zone = (name: string, from: readonly RegionInfo[], min: number) =>
    fc
      .tuple(
        fc.subarray([...from], { minLength: min, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 4, maxLength: 4 }),
      )
      .map(([regions, shares]) =>
        regions.map((region, index) => ({ name: region.name, zone: name, share: shares[index] ?? 1 })),
      );
  const half = Math.floor(REST.length / 2);
  const regions = fc
    .tuple(zone("eu", EU, 0), zone("west", REST.slice(0, half), 0), zone("east", REST.slice(half), 2))
    .map((zones) => zones.filter(({ length }) => length >= 2).flat())
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }));
  return fc
    .record({
      regions,
      eventsPerSecond: fc.integer({ min: 1, max: 100_000 }),
      users: fc.integer({ min: 1, max: 50_000_000 }),
      items: fc.integer({ min: 1, max: 1_000_000 }),
      peakFactor: fc.integer({ min: 1, max: 10 }),
      disposable: fc.boolean(),
    })
    .map(({ regions: list, eventsPerSecond, users, items, peakFactor, disposable }) => ({
      cloud: "local" as const,
      size: "small" as const,
      disposable,
      domain: "shop.example.com",
      ownerEmail: "owner@example.com",
      monthlyBudgetUsdPerRegion: 100,
      regions: list,
      traffic: { eventsPerSecond, peakFactor, users, items, recommendationsPerSecond: 10 },
      ...(structuredClone(TYPES) as unknown as Pick<
        TopologyInput,
        "intake" | "serving" | "training" | "etl" | "warehouse" | "search" | "cache"
      >),
    }));
}

/** A valid topology. Generation fails loudly when the checker refuses it. */
export function arbitraryTopology(): fc.Arbitrary<Topology> {
  return arbitraryTopologyInput().map((input) => {
    const result = parseTopology(stringify(input), "random.yaml");
    if (result.problems !== undefined) throw new Error(JSON.stringify(result.problems));
    return result.topology;
  });
}
