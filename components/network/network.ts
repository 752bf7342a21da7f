import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import { contains, overlaps, parseCidr, type Block } from "../../regions/addresses";
import { trustService } from "../kit/iam";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantDistinct } from "../kit/want";
import { createLogGroup } from "../parts/log-group";
import type { KeyRef } from "../parts/refs/key";
import { createRole } from "../parts/role";
import { createClosedGroup } from "../parts/security-group";
import { ENDPOINT_SERVICES, type EndpointService } from "./endpoints";

/** Blocks of one tier, in CIDR notation: one for each availability zone, in the zones' order. */
export type TierBlocks = readonly string[];

/** Where flow logs go. CloudWatch is searched at once; S3 costs a fraction of it. */
export type FlowLogs =
  | {
      readonly to: "cloudwatch";
      /** Its policy admits CloudWatch Logs. */
      readonly key: KeyRef;
    }
  | {
      readonly to: "s3";
      /** The bucket's policy must let `delivery.logs.amazonaws.com` write (the lake's `logs` bucket does). */
      readonly bucketArn: pulumi.Input<string>;
    };

export interface NetworkArgs {
  readonly scope: Scope;
  /** The region's whole block. Disjoint from all other regions' (see regions/addresses.ts). */
  readonly cidr: string;
  /** Zones used, e.g. `us-east-1a`: at least two, so that no store or group stands in one alone. */
  readonly availabilityZones: readonly string[];
  /** Explicit blocks: computed ones would be planned anew, and subnets replaced, when zones or awsx change. */
  readonly subnets: {
    /** Internet-facing load balancers and NAT gateways. */
    readonly public: TierBlocks;
    /** Compute; reaches the internet through NAT, AWS through endpoints. */
    readonly private: TierBlocks;
    /** Stores; no route out of the VPC. */
    readonly isolated: TierBlocks;
  };
  /**
   * `one-per-zone` survives the loss of a zone; `single` does not, and pays for one gateway only; `none` leaves the
   * private tier with the endpoints alone.
   */
  readonly nat: "none" | "single" | "one-per-zone";
  /** AWS services reached by interface endpoint. S3 and DynamoDB always have (free) gateway endpoints. @default none */
  readonly interfaceEndpoints?: readonly EndpointService[];
  readonly flowLogs: FlowLogs;
  /** Tags by which services find the private subnets that they may use, e.g. EMR. @default none */
  readonly privateSubnetTags?: Readonly<Record<string, string>>;
}

/** One opening of a security group. Exactly one of `group` and `cidr`. */
export interface Opening {
  /** TCP port. */
  readonly port: number;
  /** Last port of a range. @default `port` */
  readonly toPort?: number;
  /** The other side, by security group. */
  readonly group?: pulumi.Input<string>;
  /** The other side, by IPv4 block. */
  readonly cidr?: string;
  readonly description: string;
}

export interface RoleSecurityGroup {
  readonly description: string;
  /** @default nothing may come in */
  readonly ingress?: readonly Opening[];
  /** @default HTTPS to anywhere (AWS endpoints, package mirrors), and all ports inside the VPC */
  readonly egress?: readonly Opening[];
}

/** Findings about a network's arguments, by path. */
export function checkNetwork(args: Omit<NetworkArgs, "flowLogs">): Finding[] {
  const { availabilityZones, cidr, subnets, interfaceEndpoints = [] } = args;
  const findings = wantDistinct("availabilityZones", availabilityZones, "availability zones", 2);
  const region = parseCidr(cidr);
  if (region === undefined) findings.push(finding("cidr", "an IPv4 block such as 10.16.0.0/16", cidr));
  const seen: { readonly path: string; readonly text: string; readonly block: Block }[] = [];
  for (const tier of ["public", "private", "isolated"] as const) {
    const blocks = subnets[tier];
    if (blocks.length !== availabilityZones.length) {
      findings.push(
        finding(`subnets.${tier}`, `one block for each of ${availabilityZones.length} zones`, blocks.length),
      );
    }
    for (const [index, text] of blocks.entries()) {
      const path = `subnets.${tier}[${index}]`;
      const block = parseCidr(text);
      if (block === undefined) {
        findings.push(finding(path, "an IPv4 block such as 10.16.0.0/20", text));
        continue;
      }
      if (region !== undefined && !contains(region, block))
        findings.push(finding(path, `a block inside ${cidr}`, text));
      const other = seen.find((candidate) => overlaps(candidate.block, block));
      if (other !== undefined) {
        findings.push(finding(path, `a block that does not overlap ${other.path} (${other.text})`, text));
      }
      seen.push({ path, text, block });
    }
  }
  findings.push(...wantDistinct("interfaceEndpoints", interfaceEndpoints, "interface endpoints", 0));
  return findings;
}

/**
 * A region's VPC: public, private and isolated subnets in each zone from explicit blocks, NAT by choice, gateway and
 * interface endpoints, flow logs, a closed default security group, and a factory for the roles' own groups.
 *
 * Needs an `awsx` provider beside the `aws` one in its options, since the VPC is made by awsx.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;
  readonly isolatedSubnetIds: pulumi.Output<string[]>;
  /** Group in front of the interface endpoints; undefined when there are none. */
  readonly endpointSecurityGroupId: pulumi.Output<string> | undefined;
  readonly #args: NetworkArgs;
  readonly #name: string;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`network "${name}"`, checkNetwork(args));
    super("meridian:network:Network", name, {}, opts);
    this.#args = args;
    this.#name = name;
    const vpc = this.createVpc();
    this.vpcId = vpc.vpcId;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.isolatedSubnetIds = vpc.isolatedSubnetIds;
    this.closeDefaultSecurityGroup();
    this.createGatewayEndpoints(vpc);
    this.endpointSecurityGroupId = this.createInterfaceEndpoints();
    this.createFlowLog();
    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
      isolatedSubnetIds: this.isolatedSubnetIds,
    });
  }

  /**
   * A security group for one role, e.g. `cache`. Its rules are resources of their own, so that adding one leaves the
   * others in place, and they are revoked on delete: groups that name each other cannot be deleted otherwise.
   */
  securityGroup(part: string, role: RoleSecurityGroup): aws.ec2.SecurityGroup {
    const { scope, cidr } = this.#args;
    const name = `${this.#name}-${part}`;
    const group = createClosedGroup(
      name,
      {
        scope,
        part,
        description: role.description,
        vpcId: this.vpcId,
        revokeRulesOnDelete: true,
        tags: { Name: nameOf(scope, part, "securityGroup") },
      },
      this,
    );
    const egress = role.egress ?? [
      { port: 443, cidr: "0.0.0.0/0", description: "HTTPS to AWS" },
      { port: 0, toPort: 65_535, cidr, description: "Inside the VPC" },
    ];
    for (const [index, opening] of (role.ingress ?? []).entries()) {
      new aws.vpc.SecurityGroupIngressRule(`${name}-in-${index + 1}`, rule(group, opening), { parent: this });
    }
    for (const [index, opening] of egress.entries()) {
      new aws.vpc.SecurityGroupEgressRule(`${name}-out-${index + 1}`, rule(group, opening), { parent: this });
    }
    return group;
  }

  private createVpc(): awsx.ec2.Vpc {
    const { scope, cidr, availabilityZones, subnets, nat, privateSubnetTags } = this.#args;
    const tags = privateSubnetTags === undefined ? {} : { tags: privateSubnetTags };
    return new awsx.ec2.Vpc(
      this.#name,
      {
        cidrBlock: cidr,
        availabilityZoneNames: [...availabilityZones],
        enableDnsHostnames: true,
        enableDnsSupport: true,
        // Takes explicit blocks as they are; "Exact" would also want the free space listed.
        subnetStrategy: "Auto",
        subnetSpecs: [
          { type: "Public", name: "public", cidrBlocks: [...subnets.public] },
          { type: "Private", name: "private", cidrBlocks: [...subnets.private], ...tags },
          { type: "Isolated", name: "isolated", cidrBlocks: [...subnets.isolated] },
        ],
        natGateways: { strategy: ({ none: "None", single: "Single", "one-per-zone": "OnePerAz" } as const)[nat] },
        tags: { Name: nameOf(scope, "vpc", "securityGroup") },
      },
      { parent: this },
    );
  }

  /** CIS 5.4: the group that AWS makes with each VPC lets nothing through. */
  private closeDefaultSecurityGroup(): void {
    new aws.ec2.DefaultSecurityGroup(
      `${this.#name}-default`,
      { vpcId: this.vpcId, ingress: [], egress: [] },
      { parent: this },
    );
  }

  private createGatewayEndpoints(vpc: awsx.ec2.Vpc): void {
    const routeTableIds = vpc.routeTables.apply((tables) => pulumi.all(tables.map((table) => table.id)));
    for (const service of ["s3", "dynamodb"] as const) {
      new aws.ec2.VpcEndpoint(
        `${this.#name}-${service}`,
        {
          vpcId: this.vpcId,
          serviceName: serviceName(this.#args.scope, service),
          vpcEndpointType: "Gateway",
          routeTableIds,
          tags: { Name: nameOf(this.#args.scope, service, "securityGroup") },
        },
        { parent: this },
      );
    }
  }

  private createInterfaceEndpoints(): pulumi.Output<string> | undefined {
    const { scope, cidr, interfaceEndpoints = [] } = this.#args;
    if (interfaceEndpoints.length === 0) return undefined;
    const group = this.securityGroup("endpoints", {
      description: "Interface endpoints: HTTPS from inside the VPC",
      ingress: [{ port: 443, cidr, description: "HTTPS from the VPC" }],
      egress: [],
    });
    for (const service of interfaceEndpoints) {
      new aws.ec2.VpcEndpoint(
        `${this.#name}-${service.replaceAll(".", "-")}`,
        {
          vpcId: this.vpcId,
          serviceName: serviceName(scope, ENDPOINT_SERVICES[service]),
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          subnetIds: this.privateSubnetIds,
          securityGroupIds: [group.id],
          tags: { Name: nameOf(scope, service, "securityGroup") },
        },
        { parent: this },
      );
    }
    return group.id;
  }

  private createFlowLog(): void {
    const { scope, flowLogs } = this.#args;
    const name = `${this.#name}-flow`;
    // One minute instead of ten: an incident is looked at while it happens.
    const common = { vpcId: this.vpcId, trafficType: "ALL", maxAggregationInterval: 60 };
    if (flowLogs.to === "s3") {
      new aws.ec2.FlowLog(
        name,
        {
          ...common,
          logDestinationType: "s3",
          logDestination: pulumi.interpolate`${flowLogs.bucketArn}/flow/`,
          destinationOptions: { fileFormat: "parquet", hiveCompatiblePartitions: true, perHourPartition: true },
        },
        { parent: this },
      );
      return;
    }
    const { group, ref } = createLogGroup(
      name,
      { scope, name: nameOf(scope, "network/flow", "logGroup"), key: flowLogs.key, use: "flow" },
      this,
    );
    const { role, policy } = createRole(
      name,
      {
        scope,
        part: "flow-logs",
        trust: trustService(scope, "vpc-flow-logs.amazonaws.com"),
        grants: [ref.allowFlowLogs()],
      },
      this,
    );
    new aws.ec2.FlowLog(
      name,
      { ...common, logDestinationType: "cloud-watch-logs", logDestination: group.arn, iamRoleArn: role.arn },
      { parent: this, dependsOn: [policy] },
    );
  }
}

function rule(
  group: aws.ec2.SecurityGroup,
  { port, toPort, group: other, cidr, description }: Opening,
): aws.vpc.SecurityGroupIngressRuleArgs {
  return {
    securityGroupId: group.id,
    ipProtocol: "tcp",
    fromPort: port,
    toPort: toPort ?? port,
    referencedSecurityGroupId: other,
    cidrIpv4: cidr,
    description,
  };
}

/** Endpoint service names start with the reversed domain of the partition (docs: "AWS services that integrate with AWS PrivateLink"). */
function serviceName(scope: Scope, service: string): string {
  return `${scope.partition === "aws-cn" ? "cn.com.amazonaws" : "com.amazonaws"}.${scope.region}.${service}`;
}
