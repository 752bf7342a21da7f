import { SERVICE_ENDPOINTS } from "../../../../aws/endpoints";
import { at, list, number, text } from "../../../graph";
import type { FleetGraph, GraphNode, Value } from "../../../graph";
import { arnOf } from "../../access";
import type { GroupRule } from "../rules/security-groups";
import type { Route } from "../rules/routes";
import { blocksOf, clusterGroup, known, routeTableId, subnetIds, TIERS, vpcId } from "./answers";
import type { Tier } from "./answers";

/** A subnet with the routes of its table. */
export interface Subnet {
  readonly id: string;
  readonly tier: Tier;
  readonly cidr: string;
  readonly routes: readonly Route[];
}

/** A region's network. */
export interface Vpc {
  readonly node: GraphNode;
  readonly id: string;
  readonly cidr: string;
  readonly region: string;
  /** Whether names of interface endpoints resolve to their private addresses. */
  readonly privateNames: boolean;
  readonly subnets: readonly Subnet[];
  readonly endpoints: readonly Endpoint[];
}

/** A VPC endpoint. */
export interface Endpoint {
  readonly node: GraphNode;
  /** Name in `aws/endpoints`. */
  readonly service: string;
  readonly kind: "interface" | "gateway";
  readonly privateDns: boolean;
  readonly subnetIds: readonly string[];
  readonly groupIds: readonly string[];
  /** Undefined: all is let through. */
  readonly policy: Value;
}

/** A security group with its rules. */
export interface Group {
  readonly id: string;
  /** What a message calls it. */
  readonly name: string;
  /** Resource that the group is, or that AWS makes it for. */
  readonly node: GraphNode;
  readonly ingress: readonly GroupRule[];
  readonly egress: readonly GroupRule[];
}

/** All networks of a fleet. */
export class Networks {
  readonly vpcs: readonly Vpc[];
  readonly groups: ReadonlyMap<string, Group>;

  constructor(graph: FleetGraph) {
    this.vpcs = graph.of("awsx:ec2:Vpc").map((node) => vpcOf(graph, node));
    this.groups = groupsOf(graph);
  }

  /** The network that a subnet belongs to. */
  ofSubnet(id: string): { readonly vpc: Vpc; readonly subnet: Subnet } | undefined {
    for (const vpc of this.vpcs) {
      const subnet = vpc.subnets.find((one) => one.id === id);
      if (subnet !== undefined) return { vpc, subnet };
    }
    return undefined;
  }

  /** The network of a stack. */
  ofStack(stack: string): Vpc | undefined {
    return this.vpcs.find(({ node }) => node.stack === stack);
  }
}

/** awsx makes a table for each subnet, an Internet gateway for the public tier, and gateways for the private one. */
function vpcOf(graph: FleetGraph, node: GraphNode): Vpc {
  const { inputs, urn, stack } = node;
  const cidr = text(inputs, "cidrBlock") ?? "";
  const region = graph.stack(stack)?.name.kind === "region" ? stack.slice(stack.indexOf(".") + 1) : "";
  const endpointNodes = graph
    .of("aws:ec2/vpcEndpoint:VpcEndpoint")
    .filter((one) => text(one.inputs, "vpcId") === vpcId(urn));
  const nat = text(inputs, "natGateways.strategy") ?? "None";
  const hasPublic = blocksOf(inputs, "public").length > 0;
  const subnets = TIERS.flatMap((tier) => {
    const blocks = blocksOf(inputs, tier);
    return subnetIds(urn, tier, blocks.length).map((id, index): Subnet => {
      const routes: Route[] = [{ destination: cidr, target: "local", urn }];
      if (tier === "public") routes.push({ destination: "0.0.0.0/0", target: "internet-gateway", urn });
      if (tier === "private" && nat !== "None" && hasPublic) {
        routes.push({ destination: "0.0.0.0/0", target: "nat-gateway", urn });
      }
      for (const one of endpointNodes) {
        const service = serviceOf(one);
        if (service !== undefined && known(list(one.inputs, "routeTableIds")).includes(routeTableId(id))) {
          routes.push({ destination: service, target: "gateway-endpoint", urn: one.urn });
        }
      }
      return { id, tier, cidr: blocks[index] ?? "", routes };
    });
  });
  return {
    node,
    id: vpcId(urn),
    cidr,
    region,
    privateNames: at(inputs, "enableDnsSupport") !== false && at(inputs, "enableDnsHostnames") === true,
    subnets,
    endpoints: endpointNodes.flatMap(endpointOf),
  };
}

function serviceOf({ inputs }: GraphNode): string | undefined {
  const [, last = ""] = /^(?:cn\.)?com\.amazonaws\.[^.]+\.(.+)$/.exec(text(inputs, "serviceName") ?? "") ?? [];
  return Object.entries(SERVICE_ENDPOINTS).find(([, { endpoint }]) => endpoint === last)?.[0];
}

function endpointOf(node: GraphNode): readonly Endpoint[] {
  const { inputs } = node;
  const service = serviceOf(node);
  if (service === undefined) return [];
  return [
    {
      node,
      service,
      kind: text(inputs, "vpcEndpointType") === "Interface" ? "interface" : "gateway",
      privateDns: at(inputs, "privateDnsEnabled") === true,
      subnetIds: known(list(inputs, "subnetIds")),
      groupIds: known(list(inputs, "securityGroupIds")),
      policy: at(inputs, "policy"),
    },
  ];
}

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const EVERYWHERE = "0.0.0.0/0";

function groupsOf(graph: FleetGraph): ReadonlyMap<string, Group> {
  const collect = (type: string): ReadonlyMap<string, readonly GroupRule[]> => {
    const found = new Map<string, GroupRule[]>();
    for (const node of graph.of(type)) {
      const id = text(node.inputs, "securityGroupId");
      if (id === undefined) continue;
      found.set(id, [...(found.get(id) ?? []), ruleOf(node)]);
    }
    return found;
  };
  const ingress = collect(INGRESS);
  const egress = collect(EGRESS);
  const groups = new Map<string, Group>();
  const add = (id: string, name: string, node: GraphNode, made: Made = {}): void => {
    groups.set(id, {
      id,
      name,
      node,
      ingress: [...(ingress.get(id) ?? []), ...(made.ingress ?? [])],
      egress: [...(egress.get(id) ?? []), ...(made.egress ?? [])],
    });
  };
  const byEmr = emrRules(graph);
  for (const node of graph.of("aws:ec2/securityGroup:SecurityGroup")) {
    const id = groupId(node);
    if (id === undefined) continue;
    const inline = {
      ingress: list(node.inputs, "ingress").flatMap((one) => inlineRules(node, one)),
      egress: list(node.inputs, "egress").flatMap((one) => inlineRules(node, one)),
    };
    const emr = byEmr.get(id) ?? [];
    add(id, `security group ${text(node.inputs, "name") ?? node.name}`, node, {
      ingress: [...inline.ingress, ...emr],
      egress: inline.egress,
    });
  }
  // EKS's own group of a cluster: all between its members, and everything out.
  // docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
  for (const node of graph.of("aws:eks/cluster:Cluster")) {
    const id = clusterGroup(node.urn);
    add(id, `security group of cluster ${text(node.inputs, "name") ?? node.name}`, node, {
      ingress: [{ urn: "", protocol: "-1", ports: [0, 65_535], group: id }],
      egress: [{ urn: "", protocol: "-1", ports: [0, 65_535], cidr: EVERYWHERE }],
    });
  }
  return groups;
}

interface Made {
  readonly ingress?: readonly GroupRule[];
  readonly egress?: readonly GroupRule[];
}

/** Id of a group, by which rules and users name it. */
function groupId(node: GraphNode): string | undefined {
  return arnOf(node, { partition: "aws", account: "", suffix: "" })?.split("/").at(-1);
}

/**
 * Rules that EMR adds to the groups that it is given: all between the nodes, and its service to their agents. It adds none
 * to the service's own group. docs.aws.amazon.com/emr/latest/ManagementGuide/emr-man-sec-groups.html
 */
function emrRules(graph: FleetGraph): ReadonlyMap<string, readonly GroupRule[]> {
  const found = new Map<string, readonly GroupRule[]>();
  for (const { primary, core, service } of emrGroups(graph)) {
    const between: readonly GroupRule[] = [primary, core].map((group) => ({
      urn: "",
      protocol: "-1",
      ports: [0, 65_535],
      group,
    }));
    const steered: GroupRule = { urn: "", protocol: "tcp", ports: [8443, 8443], group: service };
    for (const group of [primary, core]) found.set(group, [...between, steered]);
  }
  return found;
}

/** Groups of EMR's nodes: of a cluster, or of the request by which a state machine makes one each day. */
export function emrGroups(graph: FleetGraph): readonly EmrGroups[] {
  const clusters = graph.of("aws:emr/cluster:Cluster").map((node) => ({
    node,
    primary: text(node.inputs, "ec2Attributes.emrManagedMasterSecurityGroup") ?? "",
    core: text(node.inputs, "ec2Attributes.emrManagedSlaveSecurityGroup") ?? "",
    service: text(node.inputs, "ec2Attributes.serviceAccessSecurityGroup") ?? "",
    subnetIds: known(list(node.inputs, "ec2Attributes.subnetIds")),
  }));
  const requests = graph.of("aws:sfn/stateMachine:StateMachine").flatMap((node) => {
    const definition = text(node.inputs, "definition") ?? "";
    const value = (name: string): string => new RegExp(`"${name}":"([^"]+)"`).exec(definition)?.[1] ?? "";
    const [, subnets = ""] = /"Ec2SubnetIds":\[([^\]]*)\]/.exec(definition) ?? [];
    const primary = value("EmrManagedMasterSecurityGroup");
    return primary === ""
      ? []
      : [
          {
            node,
            primary,
            core: value("EmrManagedSlaveSecurityGroup"),
            service: value("ServiceAccessSecurityGroup"),
            subnetIds: Array.from(subnets.matchAll(/"([^"]+)"/g), ([, id = ""]) => id),
          },
        ];
  });
  return [...clusters, ...requests];
}

export interface EmrGroups {
  readonly node: GraphNode;
  readonly primary: string;
  readonly core: string;
  readonly service: string;
  readonly subnetIds: readonly string[];
}

function ruleOf({ urn, inputs }: GraphNode): GroupRule {
  const cidr = text(inputs, "cidrIpv4");
  const group = text(inputs, "referencedSecurityGroupId");
  const prefixList = text(inputs, "prefixListId");
  return {
    urn,
    protocol: text(inputs, "ipProtocol") ?? "",
    ports: [number(inputs, "fromPort") ?? 0, number(inputs, "toPort") ?? 65_535],
    ...(cidr === undefined ? {} : { cidr }),
    ...(group === undefined ? {} : { group }),
    ...(prefixList === undefined ? {} : { prefixList }),
  };
}

function inlineRules({ urn }: GraphNode, block: Value): readonly GroupRule[] {
  const common = {
    urn,
    protocol: text(block, "protocol") ?? "",
    ports: [number(block, "fromPort") ?? 0, number(block, "toPort") ?? 65_535] as const,
  };
  return [
    ...known(list(block, "cidrBlocks")).map((cidr) => ({ ...common, cidr })),
    ...known(list(block, "securityGroups")).map((group) => ({ ...common, group })),
    ...known(list(block, "prefixListIds")).map((prefixList) => ({ ...common, prefixList })),
  ];
}
