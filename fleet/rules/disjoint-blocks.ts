import { findOverlaps, parseCidr } from "../../regions/addresses";
import { text } from "../graph";
import type { FleetRule } from "./rule";

/** V1. */
export const disjointBlocks: FleetRule = {
  id: "V1",
  name: "fleet-disjoint-blocks",
  title: "No two networks of the fleet share an address",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "Networks that overlap can never be joined by peering or a transit gateway, and a network's block cannot be changed: it has to be built anew.",
  fix: "Leave `cidr` out, so that the address plan gives each region its own block, or give disjoint ones",
  check({ graph }, judge) {
    const networks = graph
      .of("awsx:ec2:Vpc", "aws:ec2/vpc:Vpc")
      .filter(({ parent }) => !parent.includes("awsx:ec2:Vpc"));
    const blocks = [...networks, ...graph.of("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation")];
    const owned = blocks.flatMap((network) => {
      const cidr = text(network.inputs, "cidrBlock");
      if (cidr !== undefined && parseCidr(cidr) !== undefined) return [{ owner: network.urn, cidr }];
      judge.against(network, "cidrBlock", "an IPv4 block that is known before it is made");
      return [];
    });
    const byUrn = new Map(blocks.map((network) => [network.urn, network]));
    for (const [left, right] of findOverlaps(owned)) {
      const other = byUrn.get(left.owner);
      const network = byUrn.get(right.owner);
      if (network === undefined || other === undefined) continue;
      const taken = `${text(network.inputs, "cidrBlock") ?? ""}, which overlaps ${text(other.inputs, "cidrBlock") ?? ""} of ${other.stack}`;
      judge.against(network, "cidrBlock", "a block of its own", taken);
    }
  },
};
