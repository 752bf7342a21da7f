import { list, text } from "../value";
import type { FamilyClass, Market } from "../quotas/capacity";
import { EC2_CAPACITY, LAUNCH_TEMPLATE, vcpus } from "../quotas/capacity";
import { grouped, nameOfUsed, perRegion, sum } from "../quotas/quota";
import type { Count, PlannedResource, Quota } from "../quotas/quota";

export const AWSX_VPC = "awsx:ec2:Vpc";
export const VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const NAT = "aws:ec2/natGateway:NatGateway";
const EIP = "aws:ec2/eip:Eip";
const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";
const INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway";
const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const VPC_LIMITS = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html";
const publicSubnets = ({ inputs }: PlannedResource): boolean =>
  list(inputs, "subnetSpecs").some((spec) => text(spec, "type") === "Public");
const isInterface = ({ inputs }: PlannedResource): boolean => text(inputs, "vpcEndpointType") === "Interface";
const EC2_QUOTAS = "https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html";
const SPOT_QUOTAS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html";

/** EC2 and networks. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "vpc-vpcs",
    service: "vpc",
    code: "L-F678F1CE",
    name: "VPCs per Region",
    byDefault: 5,
    unit: "VPCs",
    adjustable: true,
    source: VPC_LIMITS,
    counts: "each one; the region's default VPC comes on top",
    types: [AWSX_VPC, VPC],
  }),
  {
    id: "vpc-subnets",
    service: "vpc",
    code: "L-407747CB",
    name: "Subnets per VPC",
    byDefault: 200,
    unit: "subnets",
    adjustable: true,
    scope: "resource",
    source: VPC_LIMITS,
    counts: "blocks of all tiers",
    types: [AWSX_VPC, SUBNET],
    count: (plan) => ofVpcs(plan.of(AWSX_VPC), plan.of(SUBNET), subnets),
  },
  {
    id: "vpc-route-tables",
    service: "vpc",
    code: "L-589F43AA",
    name: "Route tables per VPC",
    byDefault: 200,
    unit: "route tables",
    adjustable: true,
    scope: "resource",
    source: VPC_LIMITS,
    counts: "one for each subnet, and the main one",
    types: [AWSX_VPC, ROUTE_TABLE],
    count: (plan) => ofVpcs(plan.of(AWSX_VPC), plan.of(ROUTE_TABLE), (vpc) => subnets(vpc) + 1),
  },
  {
    id: "vpc-internet-gateways",
    service: "vpc",
    code: "L-A4707A72",
    name: "Internet gateways per Region",
    byDefault: 5,
    unit: "internet gateways",
    adjustable: true,
    scope: "region",
    source: VPC_LIMITS,
    counts: "one for each VPC with public subnets",
    types: [AWSX_VPC, INTERNET_GATEWAY],
    count: (plan) => sum([...plan.of(AWSX_VPC).filter(publicSubnets), ...plan.of(INTERNET_GATEWAY)]),
  },
  {
    id: "vpc-nat-gateways",
    service: "vpc",
    code: "L-FE5A380F",
    name: "NAT gateways per Availability Zone",
    byDefault: 5,
    unit: "NAT gateways",
    adjustable: true,
    scope: "resource",
    source: VPC_LIMITS,
    counts: "by zone",
    types: [AWSX_VPC, NAT],
    count: (plan) => [
      ...[...Map.groupBy(plan.of(AWSX_VPC).flatMap(natZones), (zone) => zone)].map(([of, gateways]) => ({
        amount: gateways.length,
        of,
      })),
      ...grouped(plan.of(NAT), ({ inputs }) => text(inputs, "subnetId") ?? "a zone"),
    ],
  },
  {
    id: "ec2-elastic-ips",
    service: "ec2",
    code: "L-0263D0A3",
    name: "EC2-VPC Elastic IPs",
    byDefault: 5,
    unit: "addresses",
    adjustable: true,
    scope: "region",
    source: VPC_LIMITS,
    counts: "one for each NAT gateway, and those by themselves",
    types: [AWSX_VPC, EIP],
    count: (plan) =>
      sum([...plan.of(AWSX_VPC), ...plan.of(EIP)], (one) => (one.type === EIP ? 1 : natZones(one).length)),
  },
  {
    id: "vpc-interface-endpoints",
    service: "vpc",
    code: "L-29B6F2EB",
    name: "Interface VPC endpoints per VPC",
    byDefault: 50,
    unit: "endpoints",
    adjustable: true,
    scope: "resource",
    source: VPC_LIMITS,
    counts: "by VPC",
    types: [VPC_ENDPOINT],
    count: (plan) => grouped(plan.of(VPC_ENDPOINT).filter(isInterface), vpcOf),
  },
  {
    id: "vpc-gateway-endpoints",
    service: "vpc",
    code: "L-1B52E74A",
    name: "Gateway VPC endpoints per Region",
    byDefault: 20,
    unit: "endpoints",
    adjustable: true,
    scope: "region",
    source: VPC_LIMITS,
    counts: "each one that is no interface endpoint",
    types: [VPC_ENDPOINT],
    count: (plan) => sum(plan.of(VPC_ENDPOINT).filter((one) => !isInterface(one))),
  },
  {
    id: "vpc-security-groups",
    service: "vpc",
    code: "L-E79EC296",
    name: "VPC security groups per Region",
    byDefault: 2500,
    unit: "groups",
    adjustable: true,
    scope: "region",
    source: VPC_LIMITS,
    counts: "each one, the default group of each VPC, and the group of each EKS cluster",
    types: [SECURITY_GROUP, AWSX_VPC, VPC, "aws:eks/cluster:Cluster"],
    count: (plan) => sum(plan.of(SECURITY_GROUP, AWSX_VPC, VPC, "aws:eks/cluster:Cluster")),
  },
  {
    id: "vpc-rules-per-group",
    service: "vpc",
    code: "L-0EA8095F",
    name: "Inbound or outbound rules per security group",
    byDefault: 60,
    unit: "rules",
    adjustable: true,
    scope: "resource",
    source: VPC_LIMITS,
    counts: "by group and direction",
    types: [INGRESS, EGRESS, SECURITY_GROUP],
    count: (plan) => [
      ...[INGRESS, EGRESS].flatMap((type) =>
        grouped(plan.of(type), (rule) => nameOfUsed(rule, "securityGroupId", SECURITY_GROUP)),
      ),
      ...plan
        .of(SECURITY_GROUP)
        .flatMap((group) =>
          ["ingress", "egress"].map((direction) => ({ amount: list(group.inputs, direction).length, of: group.name })),
        ),
    ],
  },
  {
    id: "vpc-groups-per-interface",
    service: "vpc",
    code: "L-2AFB9258",
    name: "Security groups per network interface",
    byDefault: 5,
    unit: "groups",
    adjustable: true,
    scope: "resource",
    source: VPC_LIMITS,
    counts: "groups that one resource names for its interfaces",
    types: [
      VPC_ENDPOINT,
      ...["aws:ec2/launchTemplate:LaunchTemplate", "aws:elasticache/replicationGroup:ReplicationGroup"],
    ],
    count: (plan) =>
      plan
        .of(VPC_ENDPOINT, "aws:ec2/launchTemplate:LaunchTemplate", "aws:elasticache/replicationGroup:ReplicationGroup")
        .map(({ inputs, name }) => ({
          amount: Math.max(list(inputs, "securityGroupIds").length, list(inputs, "vpcSecurityGroupIds").length),
          of: name,
        })),
  },
  vcpuQuota(
    "ec2-standard-vcpus",
    "L-1216C47A",
    "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    5,
    "on-demand",
    "standard",
  ),
  vcpuQuota(
    "ec2-standard-spot-vcpus",
    "L-34B43A08",
    "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
    5,
    "spot",
    "standard",
  ),
  vcpuQuota("ec2-x-vcpus", "L-7295265B", "Running On-Demand X instances", 0, "on-demand", "x"),
  vcpuQuota("ec2-x-spot-vcpus", "L-E3A00192", "All X Spot Instance Requests", 0, "spot", "x"),
  vcpuQuota("ec2-g-vcpus", "L-DB2E81BA", "Running On-Demand G and VT instances", 0, "on-demand", "g-vt"),
  vcpuQuota("ec2-g-spot-vcpus", "L-3819A6DF", "All G and VT Spot Instance Requests", 0, "spot", "g-vt"),
  vcpuQuota("ec2-other-vcpus", undefined, "Running On-Demand instances of other families", 0, "on-demand", "other"),
  vcpuQuota("ec2-other-spot-vcpus", undefined, "Spot Instance Requests of other families", 0, "spot", "other"),
  perRegion({
    id: "ec2-launch-templates",
    service: "ec2",
    code: "L-FB451C26",
    name: "Launch templates",
    byDefault: 5000,
    unit: "templates",
    adjustable: true,
    source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-launch-templates.html",
    types: [LAUNCH_TEMPLATE],
  }),
];

/** Zones in which awsx puts a NAT gateway; one Elastic IP each. */
export function natZones({ inputs }: PlannedResource): readonly string[] {
  const zones = list(inputs, "availabilityZoneNames").filter((zone) => typeof zone === "string");
  const strategy = text(inputs, "natGateways.strategy");
  if (strategy === "None") return [];
  return strategy === "Single" ? zones.slice(0, 1) : zones;
}

/** Subnets that awsx makes: one a tier and zone. */
function subnets({ inputs }: PlannedResource): number {
  return list(inputs, "subnetSpecs").reduce((total: number, spec) => total + list(spec, "cidrBlocks").length, 0);
}

/** Counts of a VPC's parts: those that awsx makes inside itself, and those that stand by themselves. */
function ofVpcs(
  vpcs: readonly PlannedResource[],
  others: readonly PlannedResource[],
  own: typeof subnets,
): readonly Count[] {
  return [
    ...vpcs.map((vpc) => ({ amount: own(vpc), of: vpc.name })),
    ...grouped(others, (one) => nameOfUsed(one, "vpcId", VPC) ?? text(one.inputs, "vpcId") ?? "a VPC"),
  ];
}

function vpcOf(endpoint: PlannedResource): string {
  return nameOfUsed(endpoint, "vpcId", AWSX_VPC) ?? nameOfUsed(endpoint, "vpcId", VPC) ?? "a VPC";
}

/** The vCPUs of a class of instance families, each market by itself: the figures are those of a new account. */
function vcpuQuota(
  id: string,
  code: string | undefined,
  name: string,
  byDefault: number,
  market: Market,
  family: FamilyClass,
): Quota {
  return {
    id,
    service: "ec2",
    code,
    name,
    byDefault,
    unit: "vCPUs",
    adjustable: true,
    scope: "region",
    source: market === "spot" ? SPOT_QUOTAS : EC2_QUOTAS,
    counts: `maxima of auto-scaling groups, node groups and EMR clusters, ${market}`,
    types: EC2_CAPACITY,
    count: (plan) => [vcpus(plan, market, family)],
  };
}
