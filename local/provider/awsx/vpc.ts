import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { planSubnets, type PlannedSubnet, type SubnetSpec } from "./layout";
import { ProviderError } from "../failures";

/** Inputs of `awsx.ec2.Vpc`, as far as the local cloud's programs set them. */
export interface VpcArgs {
  readonly availabilityZoneNames?: readonly string[];
  /** @default 3 */
  readonly numberOfAvailabilityZones?: number;
  /** @default 10.0.0.0/16 */
  readonly cidrBlock?: string;
  readonly enableDnsHostnames?: boolean;
  readonly enableDnsSupport?: boolean;
  readonly instanceTenancy?: string;
  readonly natGateways?: { readonly strategy?: string; readonly elasticIpAllocationIds?: readonly string[] };
  readonly region?: string;
  readonly subnetSpecs?: readonly SubnetSpec[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly vpcEndpointSpecs?: readonly (Omit<aws.ec2.VpcEndpointArgs, "vpcId" | "serviceName"> & {
    readonly serviceName: string;
  })[];
  readonly [other: string]: unknown;
}

type Strategy = "none" | "single" | "oneperaz";

/** The tiers of a VPC whose program names none. Source: awsx documentation, `subnetSpecs`. */
const DEFAULT_SPECS: readonly SubnetSpec[] = [{ type: "Private" }, { type: "Public" }];
const ANYWHERE = "0.0.0.0/0";

/**
 * The `awsx.ec2.Vpc` component: the same children, names and parents as awsx 3 registers, under the caller's provider,
 * so that a state made with it reads the same as one made with the official plugin.
 */
export class Vpc extends pulumi.ComponentResource {
  readonly vpc: aws.ec2.Vpc;
  readonly internetGateway: aws.ec2.InternetGateway;
  readonly vpcEndpoints: readonly aws.ec2.VpcEndpoint[];
  readonly subnets: aws.ec2.Subnet[] = [];
  readonly routeTables: aws.ec2.RouteTable[] = [];
  readonly routeTableAssociations: aws.ec2.RouteTableAssociation[] = [];
  readonly routes: aws.ec2.Route[] = [];
  readonly natGateways: aws.ec2.NatGateway[] = [];
  readonly eips: aws.ec2.Eip[] = [];
  private readonly layout: readonly PlannedSubnet[];
  private readonly strategy: Strategy;

  constructor(
    private readonly name: string,
    private readonly args: VpcArgs,
    zones: readonly string[],
    opts: pulumi.ComponentResourceOptions,
  ) {
    const cidrBlock = args.cidrBlock ?? "10.0.0.0/16";
    const layout = planSubnets(name, cidrBlock, zones, args.subnetSpecs ?? DEFAULT_SPECS);
    super("awsx:ec2:Vpc", name, {}, opts);
    this.layout = layout;
    this.strategy = strategyOf(args, layout);
    this.vpc = this.createVpc(cidrBlock);
    this.internetGateway = new aws.ec2.InternetGateway(
      name,
      { vpcId: this.vpc.id, tags: this.tags(), ...this.region() },
      this.under(this.vpc),
    );
    this.vpcEndpoints = this.createEndpoints();
    zones.forEach((zone, index) => {
      for (const subnet of this.layout.filter((one) => one.zone === zone)) this.createSubnet(subnet, index);
    });
    this.registerOutputs(this.outputs());
  }

  /** What the component returns to the program. */
  outputs(): Record<string, pulumi.Input<unknown>> {
    const ids = (type: string): pulumi.Output<string>[] => this.ofTier(type).map((subnet) => subnet.id);
    return {
      vpc: this.vpc,
      vpcId: this.vpc.id,
      internetGateway: this.internetGateway,
      vpcEndpoints: this.vpcEndpoints,
      subnets: this.subnets,
      routeTables: this.routeTables,
      routeTableAssociations: this.routeTableAssociations,
      routes: this.routes,
      natGateways: this.natGateways,
      eips: this.eips,
      publicSubnetIds: ids("Public"),
      privateSubnetIds: ids("Private"),
      isolatedSubnetIds: ids("Isolated"),
      publicSubnets: this.ofTier("Public"),
      privateSubnets: this.ofTier("Private"),
      isolatedSubnets: this.ofTier("Isolated"),
      subnetLayout: (this.args.subnetSpecs ?? DEFAULT_SPECS).map((spec) => ({ ...spec })),
    };
  }

  private createVpc(cidrBlock: string): aws.ec2.Vpc {
    const { enableDnsHostnames, enableDnsSupport, instanceTenancy } = this.args;
    const given = Object.entries({ enableDnsHostnames, enableDnsSupport, instanceTenancy });
    const options = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    return new aws.ec2.Vpc(this.name, { ...options, cidrBlock, tags: this.tags(), ...this.region() }, { parent: this });
  }

  private createEndpoints(): aws.ec2.VpcEndpoint[] {
    return (this.args.vpcEndpointSpecs ?? []).map(
      (spec) =>
        new aws.ec2.VpcEndpoint(
          spec.serviceName,
          { ...spec, vpcId: this.vpc.id, ...this.region() },
          this.under(this.vpc),
        ),
    );
  }

  private createSubnet(planned: PlannedSubnet, zone: number): void {
    const { name, type } = planned;
    const place = this.region();
    const tags = { ...this.tags(), ...planned.tags, Name: name, SubnetType: type };
    const subnet = new aws.ec2.Subnet(
      name,
      {
        vpcId: this.vpc.id,
        availabilityZone: planned.zone,
        mapPublicIpOnLaunch: type === "Public",
        cidrBlock: planned.cidrBlock,
        tags,
        ...place,
      },
      this.under(this.vpc),
    );
    this.subnets.push(subnet);
    const tableTags = { ...this.tags(), Name: name, SubnetType: type };
    const table = new aws.ec2.RouteTable(name, { vpcId: this.vpc.id, tags: tableTags, ...place }, this.under(subnet));
    this.routeTables.push(table);
    const link = { routeTableId: table.id, subnetId: subnet.id, ...place };
    this.routeTableAssociations.push(new aws.ec2.RouteTableAssociation(name, link, this.under(table)));
    if (type === "Public" && this.wantsNat(zone)) this.createNat(subnet, zone);
    const way = this.wayOut(type, zone);
    if (way === undefined) return;
    const route = { routeTableId: table.id, destinationCidrBlock: ANYWHERE, ...way, ...place };
    this.routes.push(new aws.ec2.Route(name, route, this.under(table)));
  }

  private wantsNat(zone: number): boolean {
    return this.strategy === "oneperaz" || (this.strategy === "single" && zone === 0);
  }

  private createNat(subnet: aws.ec2.Subnet, zone: number): void {
    const name = `${this.name}-${zone + 1}`;
    const tags = { ...this.args.tags, Name: name };
    const given = this.args.natGateways?.elasticIpAllocationIds ?? [];
    let allocationId: pulumi.Input<string> | undefined = given[zone];
    if (given.length === 0) {
      const eip = new aws.ec2.Eip(name, { tags, ...this.region() }, this.under(subnet));
      this.eips.push(eip);
      allocationId = eip.allocationId;
    }
    const address = allocationId === undefined ? {} : { allocationId };
    const nat = new aws.ec2.NatGateway(
      name,
      { subnetId: subnet.id, ...address, tags, ...this.region() },
      this.under(subnet),
    );
    this.natGateways.push(nat);
  }

  /** Public subnets go out through the internet gateway, private ones through a NAT gateway, isolated ones not at all. */
  private wayOut(type: string, zone: number): Partial<aws.ec2.RouteArgs> | undefined {
    if (type === "Public") return { gatewayId: this.internetGateway.id };
    if (type !== "Private" || this.strategy === "none") return undefined;
    const nat = this.natGateways[this.strategy === "single" ? 0 : zone];
    return nat === undefined ? undefined : { natGatewayId: nat.id };
  }

  private ofTier(type: string): aws.ec2.Subnet[] {
    return this.subnets.filter((_, i) => this.layout[i]?.type === type);
  }

  private tags(): Record<string, string> {
    return { Name: this.name, ...this.args.tags };
  }

  private region(): { readonly region?: string } {
    return this.args.region === undefined ? {} : { region: this.args.region };
  }

  private under(parent: pulumi.Resource): pulumi.CustomResourceOptions {
    return { parent, dependsOn: [parent] };
  }
}

function strategyOf(args: VpcArgs, layout: readonly PlannedSubnet[]): Strategy {
  const strategy = (args.natGateways?.strategy ?? "OnePerAz").toLowerCase();
  if (strategy !== "none" && strategy !== "single" && strategy !== "oneperaz") {
    throw new ProviderError(`natGateways.strategy: want None, Single or OnePerAz, got "${strategy}"`);
  }
  const [has, needs] = ["Public", "Private"].map((tier) => layout.some(({ type }) => type === tier));
  if (strategy !== "none" && needs === true && has !== true) {
    throw new ProviderError(`natGateways.strategy: want "None" where no subnet is public, got "${strategy}"`);
  }
  return strategy;
}
