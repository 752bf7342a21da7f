import { capacities, natZones } from "../../aws/quotas";
import type { Capacity, Plan, PlannedResource } from "../../aws/quotas";
import { sizeOf, parseCidr, type Tier } from "../../regions/addresses";
import { list, number, text } from "../graph";
import type { Places } from "./places";
import type { SubnetRow } from "./report";

/** First four and last: docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const RESERVED_BY_AWS = 5;

/**
 * Network interfaces of a Kubernetes node and addresses of each, by size: with them all attached, which is what the
 * network plugin comes to under many pods. Source: docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html
 * (families M5 to M7, C5 to C7, R5 to R7).
 */
const NODE_INTERFACES: Readonly<Record<string, readonly [interfaces: number, addresses: number]>> = {
  medium: [3, 6],
  large: [3, 10],
  xlarge: [4, 15],
  "2xlarge": [4, 15],
  "4xlarge": [8, 30],
  "8xlarge": [8, 30],
  "12xlarge": [8, 30],
};
const LARGEST_NODE = [15, 50] as const;

/** Free addresses that each subnet of a cluster must have: docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
const EKS_CONTROL_PLANE = 6;
/** Nodes that an update of a group adds before it ends old ones: docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html */
const EKS_UPDATE_NODES_PER_ZONE = 2;
/** An update of a domain stands a second one beside it, and that may be repeated: docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html */
const OPENSEARCH_SPARE = 3;
/**
 * Addresses that a load balancer must find free in a subnet:
 * docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
 */
const LOAD_BALANCER = 8;
/** An interface of a VPC link in a subnet: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-vpc-links-v2.html */
const VPC_LINK = 1;
/** SageMaker keeps the old fleet until the new one serves. */
const FLEETS_DURING_UPDATE = 2;

/** A worker, and its address, for each 4 virtual CPUs: docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/vpc-access.html */
const EMR_SERVERLESS_WORKER_VCPUS = 4;
const VARIANT_LISTS = ["productionVariants", "shadowProductionVariants"] as const;

interface Consumer {
  readonly type: string;
  /** Tier in which stacks/region/ puts it. */
  readonly tier: Tier;
  /** Addresses that it may come to take in one subnet. */
  readonly addresses: (resource: PlannedResource, plan: Plan) => number;
}

const running = (plan: Plan, matches: (one: Capacity) => boolean): number =>
  capacities(plan)
    .filter(matches)
    .reduce((total, { instances }) => total + instances, 0);

/** Who takes addresses. A network that lends a subnet to something else is not counted. */
export const CONSUMERS: readonly Consumer[] = [
  {
    type: "aws:ec2/vpcEndpoint:VpcEndpoint",
    tier: "private",
    addresses: ({ inputs }) => (text(inputs, "vpcEndpointType") === "Interface" ? 1 : 0),
  },
  { type: "aws:eks/cluster:Cluster", tier: "private", addresses: () => EKS_CONTROL_PLANE },
  {
    type: "aws:eks/nodeGroup:NodeGroup",
    tier: "private",
    addresses: ({ inputs }) => {
      const nodes = (number(inputs, "scalingConfig.maxSize") ?? 0) + EKS_UPDATE_NODES_PER_ZONE;
      const types = list(inputs, "instanceTypes").map((type) => (typeof type === "string" ? type : ""));
      return nodes * Math.max(...(types.length === 0 ? [""] : types).map(nodeAddresses));
    },
  },
  {
    type: "kubernetes:core/v1:Service",
    tier: "private",
    addresses: ({ inputs }) => (text(inputs, "spec.type") === "LoadBalancer" ? LOAD_BALANCER : 0),
  },
  { type: "aws:lb/loadBalancer:LoadBalancer", tier: "private", addresses: () => LOAD_BALANCER },
  { type: "aws:apigatewayv2/vpcLink:VpcLink", tier: "private", addresses: () => VPC_LINK },
  {
    type: "aws:autoscaling/group:Group",
    tier: "private",
    addresses: ({ inputs }) => number(inputs, "maxSize") ?? 0,
  },
  {
    type: "aws:emr/cluster:Cluster",
    tier: "private",
    addresses: ({ name }, plan) =>
      running(plan, ({ resource }) => [`${name} primary`, `${name} core`, `${name} workers`].includes(resource)),
  },
  {
    type: "aws:emrserverless/application:Application",
    tier: "private",
    addresses: ({ inputs }) =>
      Math.ceil(Number.parseInt(text(inputs, "maximumCapacity.cpu") ?? "0", 10) / EMR_SERVERLESS_WORKER_VCPUS),
  },
  {
    type: "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    tier: "private",
    addresses: ({ inputs }, plan) =>
      VARIANT_LISTS.flatMap((key) => list(inputs, key)).reduce((total: number, variant) => {
        const target = plan
          .of("aws:appautoscaling/target:Target")
          .find((one) => text(one.inputs, "resourceId")?.endsWith(`/variant/${text(variant, "variantName") ?? ""}`));
        const most = number(target?.inputs, "maxCapacity") ?? 0;
        return total + Math.max(most, FLEETS_DURING_UPDATE * (number(variant, "initialInstanceCount") ?? 0));
      }, 0),
  },
  {
    type: "aws:opensearch/domain:Domain",
    tier: "private",
    addresses: ({ inputs }) =>
      OPENSEARCH_SPARE *
      ((number(inputs, "clusterConfig.instanceCount") ?? 1) +
        (number(inputs, "clusterConfig.dedicatedMasterCount") ?? 0)),
  },
  {
    type: "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    tier: "private",
    addresses: ({ inputs }) => (list(inputs, "opensearchConfiguration.vpcConfig").length > 0 ? 1 : 0),
  },
  {
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    tier: "isolated",
    addresses: ({ inputs }) =>
      (number(inputs, "numNodeGroups") ?? 1) * (1 + (number(inputs, "replicasPerNodeGroup") ?? 0)),
  },
  {
    type: "aws:elasticache/cluster:Cluster",
    tier: "isolated",
    addresses: ({ inputs }) => number(inputs, "numCacheNodes") ?? 1,
  },
  {
    type: "aws:redshift/cluster:Cluster",
    tier: "isolated",
    // The leader node comes with more than one compute node.
    addresses: ({ inputs }) => (number(inputs, "numberOfNodes") ?? 1) + 1,
  },
];

/** Addresses that a node with all its interfaces attached holds. */
function nodeAddresses(type: string): number {
  const [interfaces, addresses] = NODE_INTERFACES[type.split(".")[1] ?? ""] ?? LARGEST_NODE;
  return interfaces * addresses;
}

/** The subnets of every region, each held against all that may come to stand in it. */
export function subnetRows(places: Places): readonly SubnetRow[] {
  return places.regions.flatMap((region) => {
    const plan = places.region(region);
    return plan.of("awsx:ec2:Vpc").flatMap((vpc) => rowsOf(vpc, plan));
  });
}

function rowsOf(vpc: PlannedResource, plan: Plan): readonly SubnetRow[] {
  const zones = list(vpc.inputs, "availabilityZoneNames");
  const gateways = natZones(vpc);
  return list(vpc.inputs, "subnetSpecs").flatMap((spec) => {
    const tier = (text(spec, "type") ?? "").toLowerCase();
    const consumers = consumersIn(tier, plan);
    return list(spec, "cidrBlocks").map((given, index): SubnetRow => {
      const zone = zones[index];
      const name = typeof zone === "string" ? zone : "";
      const cidr = typeof given === "string" ? given : "";
      const gateway = tier === "public" && gateways.includes(name) ? [{ resource: "NAT gateway", addresses: 1 }] : [];
      const by = [...consumers, ...gateway];
      const need = by.reduce((total, { addresses }) => total + addresses, 0);
      const block = parseCidr(cidr);
      const usable = block === undefined ? 0 : sizeOf(block.prefix) - RESERVED_BY_AWS;
      return { region: plan.region, zone: name, tier, cidr, usable, need, fits: need <= usable, by };
    });
  });
}

function consumersIn(tier: string, plan: Plan): readonly { resource: string; addresses: number }[] {
  const found = CONSUMERS.filter((consumer) => consumer.tier === tier).flatMap(({ type, addresses }) => {
    const total = plan.of(type).reduce((sum, resource) => sum + addresses(resource, plan), 0);
    return total === 0 ? [] : [{ resource: labelOf(type), addresses: total }];
  });
  return found.sort((one, other) => other.addresses - one.addresses);
}

/** Service and type: `aws:eks/cluster:Cluster` is an `eks Cluster`. */
function labelOf(type: string): string {
  const [, module = "", name = ""] = type.split(":");
  return `${module.split("/")[0] ?? ""} ${name}`;
}
