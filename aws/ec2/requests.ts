import { instances } from "./instances";
import { UNKNOWN } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestSpec, RequestTable } from "../requests/spec";
import { inlineRules, oneRule, ruleOfItsOwn, tagsOf } from "./shapes";

const SUBNET_ATTRIBUTES = {
  assignIpv6AddressOnCreation: "AssignIpv6AddressOnCreation.Value",
  customerOwnedIpv4Pool: "CustomerOwnedIpv4Pool",
  enableDns64: "EnableDns64.Value",
  enableLniAtDeviceIndex: "EnableLniAtDeviceIndex",
  enableResourceNameDnsARecordOnLaunch: "EnableResourceNameDnsARecordOnLaunch.Value",
  enableResourceNameDnsAaaaRecordOnLaunch: "EnableResourceNameDnsAAAARecordOnLaunch.Value",
  mapCustomerOwnedIpOnLaunch: "MapCustomerOwnedIpOnLaunch.Value",
  mapPublicIpOnLaunch: "MapPublicIpOnLaunch.Value",
  privateDnsHostnameTypeOnLaunch: "PrivateDnsHostnameTypeOnLaunch",
};

const VPC_ATTRIBUTES = {
  enableDnsHostnames: "EnableDnsHostnames.Value",
  enableDnsSupport: "EnableDnsSupport.Value",
  enableNetworkAddressUsageMetrics: "EnableNetworkAddressUsageMetrics.Value",
};

/** AWS changes one attribute with each request. */
function attributes(operation: string, id: string, members: Readonly<Record<string, string>>): readonly RequestSpec[] {
  return Object.entries(members).map(([property, member]) =>
    request(`ec2:${operation}`, { [property]: member }, { adds: { [id]: UNKNOWN }, when: [property] }),
  );
}

const routeMembers = { egressOnlyGatewayId: "EgressOnlyInternetGatewayId" };

/** An entry of a network ACL. */
function aclEntry(list: string): Readonly<Record<string, string>> {
  return {
    [list]: "",
    [`${list}.action`]: "RuleAction",
    [`${list}.fromPort`]: "PortRange.From",
    [`${list}.icmpCode`]: "IcmpTypeCode.Code",
    [`${list}.icmpType`]: "IcmpTypeCode.Type",
    [`${list}.ruleNo`]: "RuleNumber",
    [`${list}.toPort`]: "PortRange.To",
  };
}

const PEERING_OPTIONS = {
  accepter: "AccepterPeeringConnectionOptions",
  "accepter.allowRemoteVpcDnsResolution": "AllowDnsResolutionFromRemoteVpc",
  requester: "RequesterPeeringConnectionOptions",
  "requester.allowRemoteVpcDnsResolution": "AllowDnsResolutionFromRemoteVpc",
};

/** What a flow log may watch. */
const WATCHED = {
  eniId: "NetworkInterface",
  regionalNatGatewayId: "RegionalNatGateway",
  subnetId: "Subnet",
  transitGatewayAttachmentId: "TransitGatewayAttachment",
  transitGatewayId: "TransitGateway",
  vpcId: "VPC",
};

const FLOW_LOG = {
  deliverCrossAccountRole: "DeliverCrossAccountRole",
  destinationOptions: "DestinationOptions",
  iamRoleArn: "DeliverLogsPermissionArn",
  logDestination: "LogDestination",
  logDestinationType: "LogDestinationType",
  logFormat: "LogFormat",
  maxAggregationInterval: "MaxAggregationInterval",
  tagFieldSpecifications: "TagFieldSpecifications",
  tags: tagsOf("vpc-flow-log"),
  trafficType: "TrafficType",
};

/** Networks: VPCs and what stands in and between them. */
export const requests: RequestTable = {
  ...instances,
  "aws:ec2/vpc:Vpc": type([
    request("ec2:CreateVpc", { assignGeneratedIpv6CidrBlock: "AmazonProvidedIpv6CidrBlock", tags: tagsOf("vpc") }),
    ...attributes("ModifyVpcAttribute", "VpcId", VPC_ATTRIBUTES),
  ]),
  "aws:ec2/subnet:Subnet": type([
    request("ec2:CreateSubnet", { tags: tagsOf("subnet") }),
    ...attributes("ModifySubnetAttribute", "SubnetId", SUBNET_ATTRIBUTES),
  ]),
  "aws:ec2/routeTable:RouteTable": type([
    request("ec2:CreateRouteTable", { tags: tagsOf("route-table") }),
    request(
      "ec2:CreateRoute",
      {
        routes: "",
        "routes.cidrBlock": "DestinationCidrBlock",
        "routes.egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
        "routes.ipv6CidrBlock": "DestinationIpv6CidrBlock",
      },
      { adds: { RouteTableId: UNKNOWN }, each: "routes" },
    ),
    request(
      "ec2:EnableVgwRoutePropagation",
      { propagatingVgws: "GatewayId" },
      { adds: { RouteTableId: UNKNOWN }, each: "propagatingVgws" },
    ),
  ]),
  "aws:ec2/route:Route": type(request("ec2:CreateRoute", routeMembers)),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": type(request("ec2:AssociateRouteTable")),
  "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": type(
    request("ec2:ReplaceRouteTableAssociation", {}, { adds: { AssociationId: UNKNOWN } }),
    { vpcId: "the association that is replaced is looked up by it" },
  ),
  "aws:ec2/internetGateway:InternetGateway": type([
    request("ec2:CreateInternetGateway", { tags: tagsOf("internet-gateway") }),
    request("ec2:AttachInternetGateway", { vpcId: "VpcId" }, { adds: { InternetGatewayId: UNKNOWN }, when: ["vpcId"] }),
  ]),
  "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": type(
    request("ec2:CreateEgressOnlyInternetGateway", { tags: tagsOf("egress-only-internet-gateway") }),
  ),
  "aws:ec2/eip:Eip": type([
    request("ec2:AllocateAddress", { tags: tagsOf("elastic-ip") }, { adds: { Domain: "vpc" } }),
    request(
      "ec2:AssociateAddress",
      {
        associateWithPrivateIp: "PrivateIpAddress",
        instance: "InstanceId",
        networkInterface: "NetworkInterfaceId",
      },
      { adds: { AllocationId: UNKNOWN }, when: ["instance", "networkInterface"] },
    ),
  ]),
  "aws:ec2/natGateway:NatGateway": type(
    request("ec2:CreateNatGateway", { privateIp: "PrivateIpAddress", tags: tagsOf("natgateway") }),
  ),
  "aws:ec2/securityGroup:SecurityGroup": type(
    [
      request(
        "ec2:CreateSecurityGroup",
        { description: "Description", name: "GroupName", tags: tagsOf("security-group") },
        { adds: { Description: "Managed by Pulumi", GroupName: UNKNOWN } },
      ),
      ...inlineRules(),
    ],
    { revokeRulesOnDelete: "done when the group is deleted" },
  ),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": type(
    [
      request("ec2:DescribeSecurityGroups", {
        vpcId: turned("Filters", (vpc) => [
          { Name: "vpc-id", Values: [vpc] },
          { Name: "group-name", Values: ["default"] },
        ]),
      }),
      request("ec2:RevokeSecurityGroupIngress", {}, { adds: { GroupId: UNKNOWN, IpPermissions: UNKNOWN } }),
      request("ec2:RevokeSecurityGroupEgress", {}, { adds: { GroupId: UNKNOWN, IpPermissions: UNKNOWN } }),
      ...inlineRules(),
      request("ec2:CreateTags", { tags: "Tags" }, { adds: { Resources: [UNKNOWN] }, when: ["tags"] }),
    ],
    { revokeRulesOnDelete: "done when the group is deleted" },
  ),
  "aws:ec2/securityGroupRule:SecurityGroupRule": type(
    ["ingress", "egress"].map((way) =>
      request(`ec2:AuthorizeSecurityGroup${way === "ingress" ? "Ingress" : "Egress"}`, oneRule(""), {
        when: [`type=${way}`],
      }),
    ),
    { type: "says whether the rule is authorised for ingress or for egress" },
  ),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": type(
    request("ec2:AuthorizeSecurityGroupIngress", ruleOfItsOwn),
  ),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": type(
    request("ec2:AuthorizeSecurityGroupEgress", ruleOfItsOwn),
  ),
  "aws:ec2/networkAcl:NetworkAcl": type(
    [
      request("ec2:CreateNetworkAcl", { tags: tagsOf("network-acl") }),
      request("ec2:CreateNetworkAclEntry", aclEntry("ingress"), {
        adds: { NetworkAclId: UNKNOWN, Egress: false },
        each: "ingress",
      }),
      request("ec2:CreateNetworkAclEntry", aclEntry("egress"), {
        adds: { NetworkAclId: UNKNOWN, Egress: true },
        each: "egress",
      }),
      request(
        "ec2:ReplaceNetworkAclAssociation",
        {},
        { adds: { AssociationId: UNKNOWN, NetworkAclId: UNKNOWN }, when: ["subnetIds"] },
      ),
    ],
    { subnetIds: "the associations that are replaced are looked up by them" },
  ),
  "aws:ec2/vpcEndpoint:VpcEndpoint": type([
    request("ec2:CreateVpcEndpoint", { policy: "PolicyDocument", tags: tagsOf("vpc-endpoint") }),
    request(
      "ec2:AcceptVpcEndpointConnections",
      { autoAccept: turned("VpcEndpointIds", () => [UNKNOWN]) },
      { adds: { ServiceId: UNKNOWN }, when: ["autoAccept"] },
    ),
  ]),
  "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": type(
    request("ec2:ModifyVpcEndpoint", { routeTableId: "AddRouteTableIds" }),
  ),
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": type([
    request("ec2:CreateVpcPeeringConnection", { tags: tagsOf("vpc-peering-connection") }),
    request(
      "ec2:AcceptVpcPeeringConnection",
      { autoAccept: turned("VpcPeeringConnectionId", () => UNKNOWN) },
      { when: ["autoAccept"] },
    ),
    request("ec2:ModifyVpcPeeringConnectionOptions", PEERING_OPTIONS, {
      adds: { VpcPeeringConnectionId: UNKNOWN },
      when: ["accepter", "requester"],
    }),
  ]),
  "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": type(
    [
      request(
        "ec2:AcceptVpcPeeringConnection",
        { vpcPeeringConnectionId: "VpcPeeringConnectionId" },
        { when: ["autoAccept"] },
      ),
      request(
        "ec2:ModifyVpcPeeringConnectionOptions",
        { ...PEERING_OPTIONS, vpcPeeringConnectionId: "VpcPeeringConnectionId" },
        { when: ["accepter", "requester"] },
      ),
      request(
        "ec2:CreateTags",
        { tags: "Tags", vpcPeeringConnectionId: turned("Resources", (id) => [id]) },
        { when: ["tags"] },
      ),
    ],
    { autoAccept: "says whether the connection is accepted" },
  ),
  "aws:ec2/flowLog:FlowLog": type(
    Object.entries(WATCHED).map(([property, ResourceType]) =>
      request(
        "ec2:CreateFlowLogs",
        { ...FLOW_LOG, [property]: "ResourceIds" },
        { adds: { ResourceType }, when: [property] },
      ),
    ),
  ),
  "aws:ebs/encryptionByDefault:EncryptionByDefault": type(
    [
      request("ec2:EnableEbsEncryptionByDefault", {}, { unless: ["enabled=false"] }),
      request("ec2:DisableEbsEncryptionByDefault", {}, { when: ["enabled=false"] }),
    ],
    { enabled: "says whether encryption is enabled or disabled" },
  ),
};
