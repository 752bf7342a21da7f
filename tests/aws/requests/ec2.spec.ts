import { UNKNOWN } from "../../../aws/value";
import type { Properties } from "../../../aws/value";
import { sends } from "./sent";

const tagged = (ResourceType: string, Value: string): Properties => ({ ResourceType, Tags: [{ Key: "Name", Value }] });

describe("the requests of networks and instances", () => {
  sends([
    {
      says: "tag a VPC as it is made, and change one attribute at a time",
      type: "aws:ec2/vpc:Vpc",
      inputs: { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true, enableDnsSupport: true, tags: { Name: "a" } },
      requests: [
        ["CreateVpc", { CidrBlock: "10.0.0.0/16", TagSpecifications: [tagged("vpc", "a")] }],
        ["ModifyVpcAttribute", { VpcId: UNKNOWN, EnableDnsHostnames: { Value: true } }],
        ["ModifyVpcAttribute", { VpcId: UNKNOWN, EnableDnsSupport: { Value: true } }],
      ],
    },
    {
      says: "make each route of a table",
      type: "aws:ec2/routeTable:RouteTable",
      inputs: {
        vpcId: "vpc-1",
        routes: [
          { cidrBlock: "0.0.0.0/0", natGatewayId: "nat-1" },
          { ipv6CidrBlock: "::/0", egressOnlyGatewayId: "eigw-1" },
        ],
      },
      requests: [
        ["CreateRouteTable", { VpcId: "vpc-1" }],
        ["CreateRoute", { RouteTableId: UNKNOWN, DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: "nat-1" }],
        [
          "CreateRoute",
          { RouteTableId: UNKNOWN, DestinationIpv6CidrBlock: "::/0", EgressOnlyInternetGatewayId: "eigw-1" },
        ],
      ],
    },
    {
      says: "authorise each rule of a group, its description with each source",
      type: "aws:ec2/securityGroup:SecurityGroup",
      inputs: {
        name: "a",
        vpcId: "vpc-1",
        ingress: [
          {
            protocol: "tcp",
            fromPort: 443,
            toPort: 443,
            cidrBlocks: ["10.0.0.0/8", "192.168.0.0/16"],
            self: true,
            description: "HTTPS",
          },
        ],
        egress: [{ protocol: "-1", fromPort: 0, toPort: 0, securityGroups: ["sg-1"] }],
      },
      requests: [
        ["CreateSecurityGroup", { Description: "Managed by Pulumi", GroupName: "a", VpcId: "vpc-1" }],
        [
          "AuthorizeSecurityGroupIngress",
          {
            GroupId: UNKNOWN,
            IpPermissions: [
              {
                IpProtocol: "tcp",
                FromPort: 443,
                ToPort: 443,
                IpRanges: [
                  { CidrIp: "10.0.0.0/8", Description: "HTTPS" },
                  { CidrIp: "192.168.0.0/16", Description: "HTTPS" },
                ],
                UserIdGroupPairs: [{ GroupId: UNKNOWN, Description: "HTTPS" }],
              },
            ],
          },
        ],
        [
          "AuthorizeSecurityGroupEgress",
          {
            GroupId: UNKNOWN,
            IpPermissions: [{ IpProtocol: "-1", FromPort: 0, ToPort: 0, UserIdGroupPairs: [{ GroupId: "sg-1" }] }],
          },
        ],
      ],
    },
    {
      says: "authorise a rule of its own with one source",
      type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      inputs: {
        securityGroupId: "sg-1",
        ipProtocol: "tcp",
        fromPort: 6379,
        toPort: 6379,
        referencedSecurityGroupId: "sg-2",
        description: "cache",
      },
      requests: [
        [
          "AuthorizeSecurityGroupIngress",
          {
            GroupId: "sg-1",
            IpPermissions: [
              {
                IpProtocol: "tcp",
                FromPort: 6379,
                ToPort: 6379,
                UserIdGroupPairs: [{ GroupId: "sg-2", Description: "cache" }],
              },
            ],
          },
        ],
      ],
    },
    {
      says: "send a rule the way that its type says",
      type: "aws:ec2/securityGroupRule:SecurityGroupRule",
      inputs: {
        type: "egress",
        securityGroupId: "sg-1",
        protocol: "tcp",
        fromPort: 443,
        toPort: 443,
        prefixListIds: ["pl-1"],
      },
      requests: [
        [
          "AuthorizeSecurityGroupEgress",
          {
            GroupId: "sg-1",
            IpPermissions: [
              { IpProtocol: "tcp", FromPort: 443, ToPort: 443, PrefixListIds: [{ PrefixListId: "pl-1" }] },
            ],
          },
        ],
      ],
    },
    {
      says: "look a VPC's default group up and empty it",
      type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
      inputs: { vpcId: "vpc-1" },
      requests: [
        [
          "DescribeSecurityGroups",
          {
            Filters: [
              { Name: "vpc-id", Values: ["vpc-1"] },
              { Name: "group-name", Values: ["default"] },
            ],
          },
        ],
        ["RevokeSecurityGroupIngress", { GroupId: UNKNOWN, IpPermissions: UNKNOWN }],
        ["RevokeSecurityGroupEgress", { GroupId: UNKNOWN, IpPermissions: UNKNOWN }],
      ],
    },
    {
      says: "say what a flow log watches",
      type: "aws:ec2/flowLog:FlowLog",
      inputs: { subnetId: "subnet-1", trafficType: "ALL", logDestination: UNKNOWN },
      requests: [
        [
          "CreateFlowLogs",
          { ResourceType: "Subnet", ResourceIds: ["subnet-1"], TrafficType: "ALL", LogDestination: UNKNOWN },
        ],
      ],
    },
    {
      says: "put all but a launch template's name into its data",
      type: "aws:ec2/launchTemplate:LaunchTemplate",
      inputs: {
        name: "node",
        description: "first",
        imageId: "ami-1",
        vpcSecurityGroupIds: ["sg-1"],
        networkInterfaces: [{ ipv4Addresses: ["10.0.0.1"], securityGroups: ["sg-1"] }],
        tags: { Name: "node" },
      },
      requests: [
        [
          "CreateLaunchTemplate",
          {
            LaunchTemplateName: "node",
            VersionDescription: "first",
            LaunchTemplateData: {
              ImageId: "ami-1",
              SecurityGroupIds: ["sg-1"],
              NetworkInterfaces: [{ PrivateIpAddresses: [{ PrivateIpAddress: "10.0.0.1" }], Groups: ["sg-1"] }],
            },
            TagSpecifications: [tagged("launch-template", "node")],
          },
        ],
      ],
    },
    {
      says: "map an instance's volumes, the root's among them",
      type: "aws:ec2/instance:Instance",
      inputs: {
        ami: "ami-1",
        instanceType: "m6i.large",
        iamInstanceProfile: "node",
        rootBlockDevice: { volumeSize: 20, encrypted: true, tags: { Name: "root" } },
        ebsBlockDevices: [{ deviceName: "/dev/sdb", volumeSize: 100 }],
      },
      requests: [
        [
          "RunInstances",
          {
            MinCount: 1,
            MaxCount: 1,
            ImageId: "ami-1",
            InstanceType: "m6i.large",
            IamInstanceProfile: { Name: "node" },
            BlockDeviceMappings: [
              { DeviceName: UNKNOWN, Ebs: { VolumeSize: 20, Encrypted: true } },
              { DeviceName: "/dev/sdb", Ebs: { VolumeSize: 100 } },
            ],
          },
        ],
      ],
    },
  ]);
});
