import { mayHold } from "../../regions/residency";
import type { Residency } from "../../regions/topology/model";
import { at, show, texts, type GraphNode } from "../graph";
import { copies, type Copy } from "./copies";
import { holdsPersonalData, mentions, regionsIn, zoneOf } from "./places";
import type { Fleet, FleetJudge, FleetRule } from "./rule";

/** Types that hold or carry nobody's data: images, rights, names of places, pages of figures, the state of Pulumi itself. */
const CARRIES_NO_DATA = /^(?:aws:(?:ecr|iam|budgets|acm|route53)\/|aws:cloudwatch\/dashboard:|pulumi:|kubernetes:rbac)/;
/** Properties that name where code comes from, or who may call: no data goes there. */
const NO_DESTINATION = /(?:^|\.)(?:image|policy|assumeRolePolicy|policyDocument|description|comment|tags)(?:\.|$)/i;
/** Types whose copies are told one by one, and the global edge, which answers for all regions from one. */
const TOLD =
  /^aws:(?:dynamodb\/table|s3\/bucketReplicationConfig|redshift\/snapshotCopy:|kms\/replicaKey|cloudfront\/|cloudwatch\/logDelivery|wafv2\/)/;
/** A text that reaches something: an ARN, or a host of AWS's. A name that only speaks of a region is neither. */
const REACHES = /arn:|amazonaws\.com|s3:\/\//;

/** Z1. */
export const residency: FleetRule = {
  id: "Z1",
  name: "fleet-residency",
  title: "Personal data of a zone under EU law stays in the EU and in its zone",
  severity: "critical",
  level: "mandatory",
  source: ["new", "GDPR Art. 44"],
  why: "Every copy counts: a table's replica, a bucket's replication, a cache's secondary, a snapshot, a log, a key that tells who is who, an origin that is tried when another one fails. One of them outside the zone is a transfer to a third country.",
  fix: "Copy only to regions of the zone (`residency` and `regions` in the topology)",
  spares:
    "Tables tagged `meridian:data-class: technical`; images, IAM documents and DNS names, which carry no personal data.",
  check(fleet, judge) {
    for (const copy of copies(fleet)) judgeCopy(fleet, judge, copy);
    for (const { name, nodes } of fleet.graph.stacks) {
      for (const node of nodes) {
        if (!node.custom || CARRIES_NO_DATA.test(node.type)) continue;
        if (name.kind === "region") judgeMentions(fleet, judge, node, name.region);
        else if (!TOLD.test(node.type) && holdsPersonalData(node)) judgeMentions(fleet, judge, node, node.region);
        if (!TOLD.test(node.type)) judgePulls(fleet, judge, node, name.kind === "region" ? name.region : node.region);
      }
    }
  },
};

function judgeCopy({ topology }: Fleet, judge: FleetJudge, { node, property, from, to }: Copy): void {
  const zone = zoneOf(topology, from);
  if (zone?.law !== "eu" || (to !== undefined && mayHold(zone, to))) return;
  judge.against(node, property, `a region of zone ${zone.zone} (${zone.regions.join(", ")})`, to ?? "an unknown place");
}

/** What stands in a zone under EU law may name, as a destination, no region outside. */
function judgeMentions({ topology }: Fleet, judge: FleetJudge, node: GraphNode, home: string): void {
  const zone = zoneOf(topology, home);
  if (zone?.law !== "eu") return;
  if (node.region !== "" && !mayHold(zone, node.region)) {
    judge.against(node, "region", inside(zone), node.region);
  }
  for (const { path, region } of mentions(node.inputs)) {
    if (mayHold(zone, region) || NO_DESTINATION.test(path) || isImage(node, path)) continue;
    if (path === "region" && region === node.region) continue;
    judge.against(node, path, inside(zone), show(at(node.inputs, path)));
  }
}

/** What stands elsewhere may reach nothing in a zone under EU law: reading takes bytes out just as writing does. */
function judgePulls({ topology }: Fleet, judge: FleetJudge, node: GraphNode, home: string): void {
  for (const { path, text } of texts(node.inputs)) {
    if (!REACHES.test(text) || NO_DESTINATION.test(path) || isImage(node, path)) continue;
    for (const region of regionsIn(text)) {
      const zone = zoneOf(topology, region);
      if (zone?.law !== "eu" || zone === zoneOf(topology, home)) continue;
      judge.against(node, path, `nothing that reaches into zone ${zone.zone} from outside`, text);
    }
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
