import { at, isSet, list, show, text, UNKNOWN, type GraphNode } from "../graph";
import { mayHold } from "../../regions/residency";
import type { Residency } from "../../regions/topology/model";
import { holdsPersonalData, mentions, regionOfArn, regionOfBucket, zoneOf } from "./places";
import type { Fleet, FleetJudge, FleetRule } from "./rule";

/** Types that hold or carry nobody's data: images, rights, names of places, the state of Pulumi itself. */
const CARRIES_NO_DATA = /^(?:aws:(?:ecr|iam|budgets|acm|route53)\/|pulumi:|kubernetes:rbac)/;
/** Properties that name where code comes from, or who may call: no data goes there. */
const NO_DESTINATION = /(?:^|\.)(?:image|policy|assumeRolePolicy|policyDocument|description|comment|tags)(?:\.|$)/i;

/** What a copy is of: where it comes from, what kind, where it goes to. */
interface Copy {
  readonly node: GraphNode;
  readonly property: string;
  readonly from: string;
  /** Undefined when it cannot be known. */
  readonly to: string | undefined;
}

/** Z1. */
export const residency: FleetRule = {
  id: "Z1",
  name: "fleet-residency",
  title: "Personal data of a zone under EU law stays in the EU and in its zone",
  severity: "critical",
  level: "mandatory",
  source: ["new", "GDPR Art. 44"],
  why: "Every copy counts: a table's replica, a bucket's replication, a cache's secondary, a snapshot, a log, an origin that is tried when another one fails. One of them outside the zone is a transfer to a third country.",
  fix: "Copy only to regions of the zone (`residency` and `regions` in the topology)",
  spares:
    "Tables tagged `meridian:data-class: technical`; images, IAM documents and DNS names, which carry no personal data.",
  check(fleet, judge) {
    for (const copy of copies(fleet)) judgeCopy(fleet, judge, copy);
    for (const { name, nodes } of fleet.graph.regions) {
      if (name.kind !== "region") continue;
      for (const node of nodes) if (node.custom) judgeMentions(fleet, judge, node, name.region);
    }
  },
};

function judgeCopy({ topology }: Fleet, judge: FleetJudge, { node, property, from, to }: Copy): void {
  const zone = zoneOf(topology, from);
  if (zone?.law !== "eu" || (to !== undefined && mayHold(zone, to))) return;
  judge.against(node, property, `a region of zone ${zone.zone} (${zone.regions.join(", ")})`, to ?? "an unknown place");
}

/** Every copy that a resource makes of what another region holds: the fleet's replication graph. */
function* copies(fleet: Fleet): Generator<Copy> {
  const { graph } = fleet;
  for (const node of graph.of("aws:dynamodb/table:Table")) {
    if (!holdsPersonalData(node)) continue;
    for (const [index, replica] of list(node.inputs, "replicas").entries()) {
      const property = `replicas.${index}.regionName`;
      yield { node, property, from: node.region, to: text(replica, "regionName") };
    }
  }
  for (const node of graph.of("aws:dynamodb/tableReplica:TableReplica")) {
    const from = regionOfArn(text(node.inputs, "globalTableArn"));
    // What it copies is not told: a copy into the EU is none of this rule's business, one out of it may be.
    yield { node, property: "region", from: from ?? firstEuRegion(fleet) ?? node.region, to: node.region };
  }
  for (const node of graph.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig")) {
    for (const [index, rule] of list(node.inputs, "rules").entries()) {
      const property = `rules.${index}.destination.bucket`;
      const bucket = text(rule, "destination.bucket");
      yield { node, property, from: node.region, to: bucket === undefined ? undefined : regionOfBucket(fleet, bucket) };
    }
  }
  for (const node of graph.of("aws:redshift/snapshotCopy:SnapshotCopy")) {
    yield { node, property: "destinationRegion", from: node.region, to: text(node.inputs, "destinationRegion") };
  }
  for (const node of graph.of("aws:elasticache/replicationGroup:ReplicationGroup")) {
    if (!isSet(at(node.inputs, "globalReplicationGroupId"))) continue;
    for (const member of cacheMembers(fleet, node)) {
      yield { node: member, property: "globalReplicationGroupId", from: node.region, to: member.region };
    }
  }
  for (const node of graph.of("aws:cloudfront/distribution:Distribution")) yield* originCopies(node);
}

/** The other members of a cache's global group. One that cannot be told counts as the same. */
function cacheMembers({ graph }: Fleet, node: GraphNode): readonly GraphNode[] {
  const own = at(node.inputs, "globalReplicationGroupId");
  return graph.of("aws:elasticache/replicationGroup:ReplicationGroup").filter(({ urn, inputs }) => {
    const other = at(inputs, "globalReplicationGroupId");
    return urn !== node.urn && isSet(other) && (other === own || other === UNKNOWN || own === UNKNOWN);
  });
}

/** A request that one origin should have had goes to the others of its group. */
function* originCopies(node: GraphNode): Generator<Copy> {
  const hosts = new Map(
    list(node.inputs, "origins").map((origin) => [text(origin, "originId"), mentions(at(origin, "domainName"))]),
  );
  for (const [index, group] of list(node.inputs, "originGroups").entries()) {
    const places = list(group, "members").flatMap((member) => hosts.get(text(member, "originId")) ?? []);
    for (const { region: from } of places) {
      for (const { region: to } of places) yield { node, property: `originGroups.${index}.members`, from, to };
    }
  }
}

/**
 * What stands in a zone under EU law may name, as a destination, no region outside. Foundation and mesh name regions
 * of all zones by their nature: what they copy is told by `copies`.
 */
function judgeMentions({ topology }: Fleet, judge: FleetJudge, node: GraphNode, home: string): void {
  const zone = zoneOf(topology, home);
  if (zone?.law !== "eu" || CARRIES_NO_DATA.test(node.type)) return;
  if (node.region !== "" && !mayHold(zone, node.region)) {
    judge.against(node, "region", inside(zone), node.region);
  }
  for (const { path, region } of mentions(node.inputs)) {
    if (mayHold(zone, region) || NO_DESTINATION.test(path) || isImage(node, path)) continue;
    if (path === "region" && region === node.region) continue;
    judge.against(node, path, inside(zone), show(at(node.inputs, path)));
  }
}

/** An image is fetched from where it is kept: code comes in, no data goes out. */
function isImage(node: GraphNode, path: string): boolean {
  const value = at(node.inputs, path);
  return typeof value === "string" && value.includes(".dkr.ecr.");
}

function inside(zone: Residency): string {
  return `a region of zone ${zone.zone} (${zone.regions.join(", ")})`;
}

function firstEuRegion({ topology }: Fleet): string | undefined {
  return topology.residency.find(({ law }) => law === "eu")?.regions[0];
}
