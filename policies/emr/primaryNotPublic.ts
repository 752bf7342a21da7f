import type { Rule } from "../kit/rule";
import { at, isOff, isOn, isSet } from "../kit/value";

const CLUSTER = "aws:emr/cluster:Cluster";
const SUBNET = "aws:ec2/subnet:Subnet";
const BLOCK = "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration";

/** E1. */
export const emrPrimaryNotPublic: Rule = {
  id: "E1",
  name: "emr-primary-not-public",
  title: "EMR's primary node has no public address",
  severity: "critical",
  level: "mandatory",
  source: ["EMR.1"],
  why: "The primary node runs the resource manager and its web pages: whoever reaches it runs code in the cluster.",
  fix: "Set ec2Attributes.subnetId (or subnetIds) to a subnet with mapPublicIpOnLaunch false; leave EMR's account-wide block of public access on.",
  unknowns:
    "A subnet only has to be set: its id is not known in the preview of a new network. Which subnet it is, is told by the dependencies.",
  types: [CLUSTER, SUBNET, BLOCK],
  check(resource, judge) {
    if (resource.type !== BLOCK) return;
    judge.require(
      isOn(resource.props["blockPublicSecurityGroupRules"]),
      resource,
      "blockPublicSecurityGroupRules",
      "true",
    );
  },
  checkStack(graph, judge) {
    for (const cluster of graph.of(CLUSTER)) {
      const path = isSet(at(cluster.props, "ec2Attributes.subnetIds"))
        ? "ec2Attributes.subnetIds"
        : "ec2Attributes.subnetId";
      if (!isSet(at(cluster.props, path))) {
        judge.against(cluster, path, "a private subnet (without one EMR takes the default, public one)");
        continue;
      }
      const subnets = graph.linked(cluster, path, SUBNET);
      const isPrivate = subnets.some(
        ({ props }) => props["mapPublicIpOnLaunch"] === undefined || isOff(props["mapPublicIpOnLaunch"]),
      );
      // A network's outputs depend on all its subnets: only when none of them is private is the verdict certain.
      if (subnets.length > 0 && !isPrivate)
        judge.against(cluster, path, "a subnet with mapPublicIpOnLaunch false", "a public subnet");
    }
  },
};
