import { at, list, text, texts, type FleetGraph, type GraphNode } from "../../fleet/graph";
import type { Topology } from "../../regions/topology/model";

/**
 * Independent walks over a fleet's graphs: they share no code with the rules or with the catalogue of regions, so that a
 * fault there cannot hide here.
 */

/** Regions in member states of the European Union. Source: docs.aws.amazon.com/global-infrastructure/latest/regions */
const EU = new Set(["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"]);
const REGION = /(?<![a-z0-9])(?:af|ap|ca|cn|eu|il|me|mx|sa|us)-(?:[a-z]+)-[0-9](?![0-9])/g;

/** Types that name other regions but carry nobody's data: images, and names that resolve to addresses. */
const CARRY_NO_DATA = /^(aws:ecr\/|aws:route53\/|aws:cloudfront\/|aws:iam\/|pulumi:)/;
/** Logs of the global edge stand in us-east-1, and are told by the name of the zone's part that writes them. */
const EDGE_LOG = "aws:cloudwatch/logGroup:LogGroup";

/** Everything that takes a byte of EU personal data to a place outside the European Union; empty when nothing does. */
export function bytesOutsideEu(fleet: FleetGraph, topology: Topology): readonly string[] {
  const zones = topology.residency.filter(({ law }) => law === "eu").map(({ zone }) => zone);
  return fleet.stacks.flatMap((stack) => {
    const inside = stack.name.kind === "region" && EU.has(stack.name.region);
    return stack.nodes
      .filter(({ type, custom }) => custom && !CARRY_NO_DATA.test(type))
      .flatMap((node) => {
        if (!inside && !holdsEuData(node, zones)) return [];
        const places = texts(node.inputs).flatMap(({ path, text: value }) => {
          // An image is fetched from the home region: code goes in, no data goes out.
          if (/image/i.test(path) || /dkr\.ecr\./.test(value) || /policy|Resource|Sid/i.test(path)) return [];
          return [...value.matchAll(REGION)].map(([region]) => ({ path, region }));
        });
        const own = node.region === "" ? [] : [{ path: "region", region: node.region }];
        return [...places, ...own]
          .filter(({ region }) => !EU.has(region))
          .map(({ path, region }) => `${node.urn} ${path}: ${region}`);
      });
  });
}

/** Resources of foundation and mesh that hold or copy an EU zone's data: tables, logs, and buckets' replication. */
function holdsEuData({ type, inputs }: GraphNode, zones: readonly string[]): boolean {
  const name = at(inputs, "name");
  if (type === "aws:dynamodb/table:Table") {
    return typeof name === "string" && zones.some((zone) => name.includes(`-${zone}-`));
  }
  if (type === EDGE_LOG)
    return typeof name === "string" && [...name.matchAll(REGION)].some(([region]) => EU.has(region));
  if (type !== "aws:s3/bucketReplicationConfig:BucketReplicationConfig") return false;
  const bucket = at(inputs, "bucket");
  return typeof bucket === "string" && [...bucket.matchAll(REGION)].some(([region]) => EU.has(region));
}

/** What would be missing when any one region of a zone of several is lost; empty when the zone lives on. */
export function lostWithOneRegion(fleet: FleetGraph, topology: Topology): readonly string[] {
  const { eventsPerSecond, peakFactor } = topology.traffic;
  return topology.residency.flatMap(({ zone, regions }) => {
    if (regions.length < 2) return [];
    const plans = topology.regions.filter((plan) => plan.zone === zone);
    const peak = eventsPerSecond * peakFactor * plans.reduce((sum, { share }) => sum + share, 0);
    return regions.flatMap((lost) => {
      const survivors = regions.filter((region) => region !== lost);
      const records = survivors.reduce((sum, region) => sum + recordsPerSecond(fleet, region), 0);
      const short = records < peak ? [`${zone} without ${lost}: ${records} of ${peak} records/s`] : [];
      const gone = fleet
        .of("aws:dynamodb/table:Table")
        .filter(({ inputs }) => text(inputs, "name")?.includes(`-${zone}-`))
        .filter((table) => !survivors.every((region) => placesOf(table).includes(region)))
        .map(({ name }) => `${zone} without ${lost}: a survivor has no copy of ${name}`);
      return [...short, ...gone];
    });
  });
}

/** Source: docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html: 1,000 records/s a shard. */
const RECORDS_PER_SHARD = 1000;

function recordsPerSecond(fleet: FleetGraph, region: string): number {
  const streams = fleet.region(region)?.of("aws:kinesis/stream:Stream") ?? [];
  return streams.reduce((sum, { inputs }) => {
    const shards = at(inputs, "shardCount");
    return sum + (typeof shards === "number" ? shards * RECORDS_PER_SHARD : Infinity);
  }, 0);
}

function placesOf(table: GraphNode): readonly unknown[] {
  return [table.region, ...list(table.inputs, "replicas").map((replica) => at(replica, "regionName"))];
}
