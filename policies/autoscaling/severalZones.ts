import type { Graph, Resource } from "../kit/resource";
import type { Rule } from "../kit/rule";
import { UNKNOWN, at, list } from "../kit/value";

const GROUP = "aws:autoscaling/group:Group";
const SUBNET = "aws:ec2/subnet:Subnet";

/** A network of another package, which makes its subnets itself: a program that no engine runs never sees them. */
const NETWORK = "awsx:ec2:Vpc";

/** Zones of such a network that says nothing of them. Source: github.com/pulumi/pulumi-awsx, awsx:ec2:Vpc numberOfAvailabilityZones */
const NETWORK_ZONES = 3;

/** C2. */
export const autoscalingSeveralZones: Rule = {
  id: "C2",
  name: "autoscaling-several-zones",
  title: "Auto-scaling groups span at least two zones",
  severity: "high",
  level: "mandatory",
  source: ["AutoScaling.2"],
  why: "A group in one zone is gone when that zone is, and cannot launch when the zone runs out of the instance type.",
  fix: "Give vpcZoneIdentifiers subnets of at least two availability zones.",
  unknowns:
    "Subnet ids are not known in the preview of a new network: their zones are then read from the subnets on which the group depends, " +
    "or else from all subnets of the stack, or from what an awsx network is asked for.",
  types: [GROUP, SUBNET, NETWORK],
  checkStack(graph, judge) {
    for (const group of graph.of(GROUP)) {
      const path = list(group.props, "availabilityZones").length > 0 ? "availabilityZones" : "vpcZoneIdentifiers";
      const count = zones(graph, group, path);
      if (count < 2) judge.against(group, path, "at least two zones", `${String(count)} in ${JSON.stringify(path)}`);
    }
  },
};

/** How many zones the group reaches, as far as can be told. */
function zones(graph: Graph, group: Resource, path: string): number {
  const ids = list(group.props, path);
  if (path === "availabilityZones") return new Set(ids).size;
  const linked = graph.linked(group, path, SUBNET);
  const told = zonesOf(linked.length > 0 ? linked : ids.includes(UNKNOWN) ? graph.of(SUBNET) : []);
  if (told.length > 0) return new Set(told).size;
  const [network] = ids.includes(UNKNOWN) ? graph.linked(group, path, NETWORK) : [];
  if (network !== undefined) return zonesOfNetwork(network);
  // Subnets of another stack: two different ids are taken for two zones.
  const known = ids.filter((id) => id !== UNKNOWN);
  return new Set(known).size + (ids.length - known.length);
}

function zonesOf(subnets: readonly Resource[]): readonly unknown[] {
  return subnets
    .map(({ props }) => at(props, "availabilityZone") ?? at(props, "availabilityZoneId"))
    .filter((zone) => zone !== undefined)
    .map((zone, index) => (zone === UNKNOWN ? index : zone));
}

function zonesOfNetwork({ props }: Resource): number {
  const named = list(props, "availabilityZoneNames");
  if (named.length > 0) return new Set(named).size;
  const asked = at(props, "numberOfAvailabilityZones") ?? NETWORK_ZONES;
  return typeof asked === "number" ? asked : 1;
}
