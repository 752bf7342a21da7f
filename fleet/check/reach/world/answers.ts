import { createHash } from "node:crypto";
import type { Topology } from "../../../../regions/topology/model";
import { at, buildFleetGraph, isBlock, list, text } from "../../../graph";
import type { Answered, Asked, FleetGraph, Properties, Value } from "../../../graph";
import { answerAt, placeOf } from "../../access";

/** Tiers of a region's network, as outputs of awsx's VPC name them. */
export const TIERS = ["public", "private", "isolated"] as const;
export type Tier = (typeof TIERS)[number];

/**
 * What a provider would answer, as far as names, addresses and networks go by it, beside the identifiers of the judge of
 * access. Ids and host names have the form of AWS's; they are not the ones that AWS will give.
 */
export function answerReach(topology: Pick<Topology, "account" | "home">): (asked: Asked) => Answered | undefined {
  const place = placeOf(topology);
  const identifiers = answerAt(place);
  return (asked) => {
    const given = identifiers(asked);
    const more = outputsOf(asked, place);
    return more === undefined ? given : { id: given?.id ?? more.id, outputs: { ...given?.outputs, ...more.outputs } };
  };
}

/** The graphs of all stacks with the names and networks that AWS would give. */
export function reachGraph(topology: Topology): Promise<FleetGraph> {
  return buildFleetGraph(topology, { answer: answerReach(topology) });
}

/** Where an account lies. */
type Account = ReturnType<typeof placeOf>;

interface Made {
  readonly id: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

function outputsOf({ type, urn, region, inputs }: Asked, { partition, account, suffix }: Account): Made | undefined {
  const hex = createHash("sha256").update(urn).digest("hex");
  const short = hex.slice(0, 10);
  const code = codeOf(region);
  const name = (property: string): string => text(inputs, property) ?? short;
  switch (type) {
    case "awsx:ec2:Vpc":
      return vpcOutputs(urn, inputs);
    case "aws:eks/cluster:Cluster":
      return {
        id: name("name"),
        outputs: {
          endpoint: `https://${hex.slice(0, 32).toUpperCase()}.gr7.${region}.eks.${suffix}`,
          certificateAuthority: { data: "" },
          vpcConfig: { ...blockOf(inputs, "vpcConfig"), clusterSecurityGroupId: clusterGroup(urn) },
        },
      };
    case "aws:eks/nodeGroup:NodeGroup":
      return {
        id: name("nodeGroupName"),
        outputs: { resources: [{ autoscalingGroups: [{ name: `eks-${name("nodeGroupName")}-${short}` }] }] },
      };
    case "aws:elasticache/replicationGroup:ReplicationGroup": {
      const host = `${name("replicationGroupId")}.${short.slice(0, 6)}.${code}.cache.${suffix}`;
      return {
        id: name("replicationGroupId"),
        outputs: { configurationEndpointAddress: `clustercfg.${host}`, primaryEndpointAddress: `master.${host}` },
      };
    }
    case "aws:apigatewayv2/api:Api": {
      return { id: short, outputs: { apiEndpoint: `https://${short}.execute-api.${region}.${suffix}` } };
    }
    case "aws:apigatewayv2/domainName:DomainName":
      return {
        id: name("domainName"),
        outputs: {
          domainNameConfiguration: {
            ...blockOf(inputs, "domainNameConfiguration"),
            targetDomainName: `d-${short}.execute-api.${region}.${suffix}`,
            hostedZoneId: `Z${short.toUpperCase()}`,
          },
        },
      };
    case "aws:apigatewayv2/integration:Integration":
    case "aws:apigatewayv2/vpcLink:VpcLink":
      return { id: hex.slice(0, 7), outputs: {} };
    case "aws:cloudfront/distribution:Distribution":
      return { id: `E${short.toUpperCase()}`, outputs: { domainName: `d${hex.slice(0, 13)}.cloudfront.net` } };
    case "aws:cloudfront/vpcOrigin:VpcOrigin":
      return { id: `vo_${hex.slice(0, 22)}`, outputs: {} };
    case "aws:acm/certificate:Certificate":
      return {
        id: short,
        outputs: {
          domainValidationOptions: known([at(inputs, "domainName"), ...list(inputs, "subjectAlternativeNames")]).map(
            (host) => ({
              domainName: host,
              resourceRecordName: `_${short}.${host}.`,
              resourceRecordType: "CNAME",
              resourceRecordValue: `_${hex.slice(10, 20)}.acm-validations.aws.`,
            }),
          ),
        },
      };
    case "aws:route53/healthCheck:HealthCheck":
      return {
        id: [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-"),
        outputs: {},
      };
    case "aws:lb/loadBalancer:LoadBalancer": {
      const arn = `arn:${partition}:elasticloadbalancing:${region}:${account}:loadbalancer/app/${name("name")}/${hex.slice(0, 16)}`;
      return {
        id: arn,
        outputs: {
          arn,
          dnsName: `internal-${name("name")}-${short}.${region}.elb.${suffix}`,
          zoneId: `Z${short.toUpperCase()}`,
        },
      };
    }
    case "aws:lb/targetGroup:TargetGroup": {
      const arn = `arn:${partition}:elasticloadbalancing:${region}:${account}:targetgroup/${name("name")}/${hex.slice(0, 16)}`;
      return { id: arn, outputs: { arn } };
    }
    case "aws:lb/listener:Listener": {
      const arn =
        (text(inputs, "loadBalancerArn") ?? "").replace(":loadbalancer/", ":listener/") + `/${hex.slice(0, 16)}`;
      return { id: arn, outputs: { arn } };
    }
    case "aws:opensearch/domain:Domain":
      return {
        id: name("domainName"),
        outputs: { endpoint: `vpc-${name("domainName")}-${short}.${region}.es.${suffix}` },
      };
    default:
      return undefined;
  }
}

/** `us-east-1` -> `use1`, as ElastiCache's names have it. */
function codeOf(region: string): string {
  const [continent = "", direction = "", number = ""] = region.split("-");
  return `${continent}${direction.slice(0, 1)}${number}`;
}

function blockOf(inputs: Properties, property: string): Properties {
  const found = at(inputs, property);
  return isBlock(found) ? found : {};
}

/** Id of the security group that EKS makes for a cluster. */
export function clusterGroup(urn: string): string {
  return `sg-${idFrom(urn, "cluster")}`;
}

function idFrom(urn: string, part: string): string {
  return createHash("sha256").update(`${urn} ${part}`).digest("hex").slice(0, 17);
}

/** Texts of a list; what only AWS knows is left out. */
export function known(values: readonly Value[]): readonly string[] {
  return values.flatMap((value) => (typeof value === "string" ? [value] : []));
}

/** Ids of a VPC's subnets in a tier, one for each of its blocks. */
export function subnetIds(urn: string, tier: Tier, blocks: number): readonly string[] {
  return Array.from({ length: blocks }, (_, index) => `subnet-${idFrom(urn, `${tier} ${index}`)}`);
}

/** Blocks of a VPC's tier, in the order of the zones. */
export function blocksOf(inputs: Properties, tier: Tier): readonly string[] {
  const spec = list(inputs, "subnetSpecs").find((one) => (text(one, "type") ?? "").toLowerCase() === tier);
  return known(list(spec, "cidrBlocks"));
}

/** Id of a VPC that awsx makes. */
export function vpcId(urn: string): string {
  return `vpc-${idFrom(urn, "vpc")}`;
}

/** Id of the table of a subnet: awsx makes one for each. */
export function routeTableId(subnet: string): string {
  return subnet.replace("subnet-", "rtb-");
}

function vpcOutputs(urn: string, inputs: Properties): Made {
  const subnets = Object.fromEntries(
    TIERS.map((tier) => [tier, subnetIds(urn, tier, blocksOf(inputs, tier).length)]),
  ) as Record<Tier, readonly string[]>;
  return {
    id: vpcId(urn),
    outputs: {
      vpcId: vpcId(urn),
      publicSubnetIds: subnets.public,
      privateSubnetIds: subnets.private,
      isolatedSubnetIds: subnets.isolated,
      routeTables: TIERS.flatMap((tier) => subnets[tier]).map((subnet) => ({ id: routeTableId(subnet) })),
    },
  };
}
