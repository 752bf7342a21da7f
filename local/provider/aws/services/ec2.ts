import { createHash } from "node:crypto";
import { always, arnById, ec2Id, validated, type Compute, type ServiceTable } from "../define";
import type { Resource } from "../resource";

const owner: Compute = (r) => r.place.account;
/** EC2's ids of things that come with another thing. */
const companion =
  (prefix: string): Compute =>
  (r) =>
    `${prefix}-0${r.hex(16, prefix)}`;

const rule = validated({
  replaceOn: ["securityGroupId"],
  outputs: { arn: arnById("ec2", "security-group-rule/"), securityGroupRuleId: (r) => r.id },
  id: ec2Id("sgr"),
});

/** Networks and machines' templates. `vpc` types of Pulumi are EC2's too. */
export const ec2: ServiceTable = {
  "aws:ec2/vpc:Vpc": validated({
    replaceOn: ["cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    defaults: { enableDnsSupport: true, instanceTenancy: "default" },
    outputs: {
      arn: arnById("ec2", "vpc/"),
      defaultNetworkAclId: companion("acl"),
      defaultRouteTableId: companion("rtb"),
      defaultSecurityGroupId: companion("sg"),
      dhcpOptionsId: companion("dopt"),
      enableDnsHostnames: always(false),
      enableNetworkAddressUsageMetrics: always(false),
      ipv6AssociationId: always(""),
      mainRouteTableId: companion("rtb"),
      ownerId: owner,
    },
    id: ec2Id("vpc"),
  }),
  "aws:ec2/subnet:Subnet": validated({
    replaceOn: ["availabilityZone", "availabilityZoneId", "cidrBlock", "ipv6Native", "outpostArn", "vpcId"],
    defaults: { assignIpv6AddressOnCreation: false, mapPublicIpOnLaunch: false },
    outputs: {
      arn: arnById("ec2", "subnet/"),
      availabilityZone: (r) => `${r.place.region}a`,
      availabilityZoneId: zoneId,
      ipv6CidrBlockAssociationId: always(""),
      ownerId: owner,
      privateDnsHostnameTypeOnLaunch: always("ip-name"),
    },
    id: ec2Id("subnet"),
  }),
  "aws:ec2/routeTable:RouteTable": validated({
    replaceOn: ["vpcId"],
    outputs: { arn: arnById("ec2", "route-table/"), ownerId: owner, propagatingVgws: always([]), routes: always([]) },
    id: ec2Id("rtb"),
  }),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": validated({
    replaceOn: ["subnetId", "gatewayId"],
    id: ec2Id("rtbassoc"),
  }),
  "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": validated({
    outputs: { originalRouteTableId: companion("rtb") },
    id: ec2Id("rtbassoc"),
  }),
  "aws:ec2/route:Route": validated({
    replaceOn: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
    outputs: {
      instanceId: always(""),
      instanceOwnerId: always(""),
      networkInterfaceId: always(""),
      origin: always("CreateRoute"),
      state: always("active"),
    },
    id: (r) => `r-${r.text("routeTableId")}${String(parseInt(r.hex(8), 16))}`,
  }),
  "aws:ec2/internetGateway:InternetGateway": validated({
    outputs: { arn: arnById("ec2", "internet-gateway/"), ownerId: owner },
    id: ec2Id("igw"),
  }),
  "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": validated({ replaceOn: ["vpcId"], id: ec2Id("eigw") }),
  "aws:ec2/natGateway:NatGateway": validated({
    replaceOn: ["allocationId", "connectivityType", "privateIp", "subnetId", "vpcId"],
    defaults: { connectivityType: "public" },
    outputs: {
      associationId: companion("eipassoc"),
      autoProvisionZones: always(""),
      autoScalingIps: always(""),
      availabilityMode: always("zonal"),
      networkInterfaceId: companion("eni"),
      privateIp: (r) => address(r, "10"),
      publicIp: (r) => address(r, "203.0.113"),
      regionalNatGatewayAddresses: always([]),
      regionalNatGatewayAutoMode: always(""),
      routeTableId: always(""),
    },
    id: ec2Id("nat"),
  }),
  "aws:ec2/eip:Eip": validated({
    replaceOn: ["domain", "networkBorderGroup", "publicIpv4Pool", "address"],
    outputs: {
      allocationId: (r) => r.id,
      arn: arnById("ec2", "elastic-ip/"),
      associationId: always(""),
      carrierIp: always(""),
      customerOwnedIp: always(""),
      domain: always("vpc"),
      instance: always(""),
      networkBorderGroup: (r) => r.place.region,
      networkInterface: always(""),
      privateDns: always(""),
      privateIp: always(""),
      ptrRecord: always(""),
      publicDns: (r) => `ec2-${address(r, "203.0.113").replaceAll(".", "-")}.${r.place.region}.compute.amazonaws.com`,
      publicIp: (r) => address(r, "203.0.113"),
      publicIpv4Pool: always("amazon"),
    },
    id: ec2Id("eipalloc"),
  }),
  "aws:ec2/securityGroup:SecurityGroup": validated({
    autoName: { property: "name", max: 255 },
    replaceOn: ["name", "description", "vpcId"],
    defaults: { description: "Managed by Pulumi", revokeRulesOnDelete: false },
    outputs: { arn: arnById("ec2", "security-group/"), egress: always([]), ingress: always([]), ownerId: owner },
    id: ec2Id("sg"),
  }),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": validated({
    replaceOn: ["vpcId"],
    defaults: { revokeRulesOnDelete: false },
    outputs: {
      arn: arnById("ec2", "security-group/"),
      description: always("default VPC security group"),
      egress: always([]),
      ingress: always([]),
      name: always("default"),
      namePrefix: always(""),
      ownerId: owner,
    },
    id: ec2Id("sg"),
  }),
  "aws:ec2/securityGroupRule:SecurityGroupRule": validated({
    replaceOn: ["*"],
    outputs: { securityGroupRuleId: (r) => r.id.replace("sgrule", "sgr") },
    id: ec2Id("sgrule"),
  }),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule,
  "aws:ec2/vpcEndpoint:VpcEndpoint": validated({
    replaceOn: ["serviceName", "vpcEndpointType", "vpcId", "serviceRegion"],
    defaults: { vpcEndpointType: "Gateway" },
    outputs: {
      arn: arnById("ec2", "vpc-endpoint/"),
      cidrBlocks: always([]),
      dnsEntries: (r) => {
        const host = `${r.id}.${(r.maybeText("serviceName") ?? "").split(".").at(-1) ?? ""}`;
        return [{ dnsName: `${host}.${r.place.region}.vpce.amazonaws.com`, hostedZoneId: "Z7HUB22UULQXV" }];
      },
      ipAddressType: always("ipv4"),
      networkInterfaceIds: (r) => r.texts("subnetIds").map((subnet) => `eni-0${r.hex(16, subnet)}`),
      ownerId: owner,
      policy: always(""),
      prefixListId: (r) => (r.text("vpcEndpointType") === "Gateway" ? `pl-${r.hex(8)}` : ""),
      privateDnsEnabled: always(false),
      requesterManaged: always(false),
      routeTableIds: always([]),
      securityGroupIds: always([]),
      state: always("available"),
      subnetIds: always([]),
    },
    id: ec2Id("vpce"),
  }),
  "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": validated({
    replaceOn: ["*"],
    id: (r) => `a-${r.text("vpcEndpointId")}${String(parseInt(r.hex(8), 16))}`,
  }),
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": validated({
    replaceOn: ["peerOwnerId", "peerRegion", "peerVpcId", "vpcId"],
    outputs: { acceptStatus: always("active"), peerOwnerId: owner, peerRegion: (r) => r.place.region },
    id: ec2Id("pcx"),
  }),
  "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": validated({
    replaceOn: ["vpcPeeringConnectionId"],
    outputs: {
      acceptStatus: always("active"),
      peerOwnerId: owner,
      peerRegion: (r) => r.place.region,
      peerVpcId: companion("vpc"),
      vpcId: companion("vpc"),
    },
    id: (r) => r.text("vpcPeeringConnectionId"),
  }),
  "aws:ec2/networkAcl:NetworkAcl": validated({
    replaceOn: ["vpcId"],
    outputs: { arn: arnById("ec2", "network-acl/"), ownerId: owner },
    id: ec2Id("acl"),
  }),
  "aws:ec2/flowLog:FlowLog": validated({
    replaceOn: ["*"],
    defaults: { logDestinationType: "cloud-watch-logs", maxAggregationInterval: 600 },
    outputs: { arn: arnById("ec2", "vpc-flow-log/"), logFormat: always("") },
    id: ec2Id("fl"),
  }),
  "aws:ec2/launchTemplate:LaunchTemplate": validated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["name"],
    outputs: {
      arn: arnById("ec2", "launch-template/"),
      defaultVersion: always(1),
      latestVersion: (r) => Number(r.before["latestVersion"] ?? 0) + 1,
    },
    changing: ["latestVersion"],
    id: ec2Id("lt"),
  }),
  "aws:ec2/instance:Instance": validated({
    replaceOn: ["ami", "availabilityZone", "subnetId", "keyName", "associatePublicIpAddress"],
    outputs: {
      arn: arnById("ec2", "instance/"),
      instanceLifecycle: always(""),
      instanceState: always("running"),
      outpostArn: always(""),
      passwordData: always(""),
      primaryNetworkInterfaceId: companion("eni"),
      privateDns: (r) => `ip-${address(r, "10").replaceAll(".", "-")}.${r.place.region}.compute.internal`,
      privateIp: (r) => address(r, "10"),
      publicDns: always(""),
      publicIp: always(""),
      spotInstanceRequestId: always(""),
    },
    id: ec2Id("i"),
  }),
  "aws:ec2/placementGroup:PlacementGroup": validated({
    autoName: { property: "name", max: 255 },
    replaceOn: ["*"],
    outputs: { arn: (r) => r.arn("ec2", `placement-group/${r.text("name")}`), placementGroupId: companion("pg") },
    id: (r) => r.text("name"),
  }),
  "aws:ebs/encryptionByDefault:EncryptionByDefault": validated({
    defaults: { enabled: true },
    id: (r) => `ebs-encryption-${r.place.region}`,
  }),
};

/** An IPv4 address under a prefix (203.0.113.0/24 is for documentation, RFC 5737). */
function address(r: Resource, prefix: string): string {
  const bytes = createHash("sha256").update(r.hex(16, prefix)).digest();
  const parts = prefix.split(".");
  while (parts.length < 4) parts.push(String(1 + ((bytes[parts.length] ?? 0) % 254)));
  return parts.join(".");
}

/** `use1-az1` of `us-east-1a`: the look of a zone's id. */
function zoneId(r: Resource): string {
  const zone = r.maybeText("availabilityZone") ?? `${r.place.region}a`;
  const [area = "", ...rest] = r.place.region.split("-");
  const number = rest.at(-1) ?? "";
  const letters = rest
    .slice(0, -1)
    .map((word) => word.replace(/(north|south|east|west|central)/g, (part) => part.charAt(0)));
  return `${area}${letters.join("")}${number}-az${zone.charCodeAt(zone.length - 1) - 96}`;
}
