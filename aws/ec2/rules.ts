import type { Finding } from "../../contracts/finding";
import { text } from "../value";
import type { Value } from "../value";
import { absent, amount, given, on, outside, parts, when } from "../rules/find";
import type { PropertyRule, StackRule } from "../rules/rule";
import type { Properties } from "../value";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const BLOCK_DEVICE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html";
const SIZING = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html";

/** Sizes, GiB, and operations a second of each kind of volume. Source: BLOCK_DEVICE. */
const VOLUMES: Readonly<
  Record<string, { readonly gib: readonly [number, number]; readonly iops?: readonly [number, number] }>
> = {
  gp2: { gib: [1, 16_384] },
  gp3: { gib: [1, 65_536], iops: [3000, 80_000] },
  io1: { gib: [4, 16_384], iops: [100, 64_000] },
  io2: { gib: [4, 65_536], iops: [100, 256_000] },
  st1: { gib: [125, 16_384] },
  sc1: { gib: [125, 16_384] },
  standard: { gib: [1, 1024] },
};

/** Most operations a second for each GiB. Source: the EBS user guide, "General purpose SSD" and "Provisioned IOPS SSD". */
const IOPS_PER_GIB: Readonly<Record<string, number>> = { gp3: 500, io1: 50, io2: 1000 };

const disk = (ebs: Properties): Properties => ({
  name: "node",
  blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs }],
});

/** An IPv4 block: its first address and its prefix; undefined when it is none. */
function block(cidr: string | undefined): { readonly first: number; readonly prefix: number } | undefined {
  const [, address = "", bits = ""] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(cidr ?? "") ?? [];
  const bytes = address.split(".").map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255) || Number(bits) > 32) return undefined;
  return { first: bytes.reduce((sum, byte) => sum * 256 + byte, 0), prefix: Number(bits) };
}

function sizedBlock(inputs: Properties, path: string): readonly Finding[] {
  const cidr = text(inputs, path);
  if (cidr === undefined) return [];
  const found = block(cidr);
  const fits =
    found !== undefined && found.prefix >= 16 && found.prefix <= 28 && found.first % 2 ** (32 - found.prefix) === 0;
  return when(!fits, inputs, path, "a block of /16 to /28 that starts at its own first address");
}

/** Sources and targets of a security group's rule, of which there is one. */
const ENDS = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];
const isAll = (protocol: Value): boolean => protocol === "-1" || protocol === "all";

/** EC2 and VPC: single resources. */
export const rules: readonly PropertyRule[] = [
  {
    id: "ec2-volume",
    types: [TEMPLATE],
    title: "A volume's size, operations and throughput are those of its kind, and in their ratio",
    source: BLOCK_DEVICE,
    check: (inputs) =>
      parts(inputs, "blockDeviceMappings").flatMap(({ path, block: device }) => {
        const kind = text(device, "ebs.volumeType");
        const volume = VOLUMES[kind ?? ""];
        if (kind === undefined || volume === undefined) return [];
        const at = `${path}.ebs`;
        const [size, iops, throughput] = ["volumeSize", "iops", "throughput"].map((name) =>
          amount(device, `ebs.${name}`),
        );
        const ratio = IOPS_PER_GIB[kind];
        const dense =
          size !== undefined && iops !== undefined && ratio !== undefined && iops > Math.max(3000, size * ratio);
        return [
          ...outside(inputs, `${at}.volumeSize`, ...volume.gib, `GiB, for ${kind}`),
          ...(volume.iops === undefined
            ? when(iops !== undefined && kind !== "gp2", inputs, `${at}.iops`, `nothing, for ${kind}`)
            : outside(inputs, `${at}.iops`, ...volume.iops, `a second, for ${kind}`)),
          ...when(kind.startsWith("io") && absent(device, "ebs.iops"), inputs, `${at}.iops`, `a number, for ${kind}`),
          ...when(dense, inputs, `${at}.iops`, `at most ${ratio ?? 0} a second for each of ${size ?? 0} GiB`),
          ...when(throughput !== undefined && kind !== "gp3", inputs, `${at}.throughput`, `nothing, for ${kind}`),
          ...when(
            kind === "gp3" && throughput !== undefined && (throughput < 125 || throughput > 2000),
            inputs,
            `${at}.throughput`,
            "125 to 2000 MiB/s",
          ),
          ...when(
            throughput !== undefined && throughput > (iops ?? 3000) / 4 && kind === "gp3",
            inputs,
            `${at}.throughput`,
            "at most 0.25 MiB/s for each operation a second",
          ),
        ];
      }),
    failing: [
      disk({ volumeType: "gp3", volumeSize: 4, iops: 16_000 }),
      disk({ volumeType: "io2", volumeSize: 100 }),
      disk({ volumeType: "st1", volumeSize: 50 }),
      disk({ volumeType: "gp2", volumeSize: 50, throughput: 250 }),
    ],
    passing: [disk({ volumeType: "gp3", volumeSize: 100, iops: 4000, throughput: 500 })],
  },
  {
    id: "ec2-volume-key",
    types: [TEMPLATE],
    title: "A volume that names a key is encrypted",
    source: BLOCK_DEVICE,
    check: (inputs) =>
      parts(inputs, "blockDeviceMappings").flatMap(({ path, block: device }) =>
        when(
          given(device, "ebs.kmsKeyId") && given(device, "ebs.encrypted") && !on(device, "ebs.encrypted"),
          inputs,
          `${path}.ebs.encrypted`,
          "true, with a key",
        ),
      ),
    failing: [disk({ volumeType: "gp3", volumeSize: 8, encrypted: "false", kmsKeyId: "alias/disks" })],
    passing: [disk({ volumeType: "gp3", volumeSize: 8, encrypted: "true", kmsKeyId: "alias/disks" })],
  },
  {
    id: "ec2-template-groups",
    types: [TEMPLATE],
    title: "Security groups stand in the template or in its network interfaces, not in both",
    source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html",
    check: (inputs) =>
      when(
        given(inputs, "networkInterfaces") && given(inputs, "vpcSecurityGroupIds"),
        inputs,
        "vpcSecurityGroupIds",
        "nothing, with network interfaces",
      ),
    failing: [{ vpcSecurityGroupIds: ["sg-1"], networkInterfaces: [{ subnetId: "subnet-1" }] }],
    passing: [{ networkInterfaces: [{ subnetId: "subnet-1", securityGroups: ["sg-1"] }] }],
  },
  {
    id: "ec2-metadata-hops",
    types: [TEMPLATE],
    title: "Answers of the metadata service go 1 to 64 hops",
    source:
      "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateInstanceMetadataOptionsRequest.html",
    check: (inputs) => outside(inputs, "metadataOptions.httpPutResponseHopLimit", 1, 64, "hops"),
    failing: [{ metadataOptions: { httpPutResponseHopLimit: 0 } }],
    passing: [{ metadataOptions: { httpPutResponseHopLimit: 1 } }],
  },
  {
    id: "ec2-user-data",
    types: [TEMPLATE],
    title: "User data has at most 16 KB before it is encoded",
    source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html",
    check(inputs) {
      const size = Buffer.from(text(inputs, "userData") ?? "", "base64").length;
      return when(size > 16_384, inputs, "userData", "at most 16,384 bytes", `${size} bytes`);
    },
    failing: [{ userData: Buffer.alloc(17_000).toString("base64") }],
    passing: [{ userData: Buffer.from("#!/bin/sh").toString("base64") }],
  },
  {
    id: "vpc-block",
    types: [VPC, SUBNET, "awsx:ec2:Vpc"],
    title: "A VPC and a subnet have a block of /16 to /28",
    source: SIZING,
    check: (inputs) => sizedBlock(inputs, "cidrBlock"),
    failing: [{ cidrBlock: "10.0.0.0/8" }, { cidrBlock: "10.0.0.1/24" }],
    passing: [{ cidrBlock: "10.16.0.0/16" }],
  },
  {
    id: "vpc-rule-ports",
    types: [INGRESS, EGRESS],
    title: "A rule for TCP or UDP names ports in order, a rule for every protocol names none",
    source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html",
    check(inputs) {
      const protocol = text(inputs, "ipProtocol");
      if (protocol === undefined) return [];
      const [from, to] = [amount(inputs, "fromPort"), amount(inputs, "toPort")];
      if (isAll(protocol))
        return ["fromPort", "toPort"].flatMap((name) =>
          when(given(inputs, name) && amount(inputs, name) !== -1, inputs, name, "nothing, for every protocol"),
        );
      if (!["tcp", "udp", "6", "17"].includes(protocol)) return [];
      return [
        ...["fromPort", "toPort"].flatMap((name) =>
          when(absent(inputs, name), inputs, name, `a port, for ${protocol}`),
        ),
        ...["fromPort", "toPort"].flatMap((name) => outside(inputs, name, 0, 65_535, "as a port")),
        ...when(
          from !== undefined && to !== undefined && from > to,
          inputs,
          "fromPort",
          `at most ${to ?? 0}, the last port`,
        ),
      ];
    },
    failing: [
      { ipProtocol: "tcp", fromPort: 443, cidrIpv4: "10.0.0.0/16" },
      { ipProtocol: "tcp", fromPort: 9000, toPort: 8000, cidrIpv4: "10.0.0.0/16" },
      { ipProtocol: "-1", fromPort: 443, toPort: 443, cidrIpv4: "10.0.0.0/16" },
    ],
    passing: [{ ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.0.0.0/16" }],
  },
  {
    id: "vpc-rule-end",
    types: [INGRESS, EGRESS],
    title: "A rule has one other end: a block, a prefix list or a security group",
    source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html",
    check(inputs) {
      const known = ENDS.filter((end) => given(inputs, end));
      const none = ENDS.every((end) => absent(inputs, end));
      return [
        ...when(none, inputs, "cidrIpv4", `one of ${ENDS.join(", ")}`),
        ...when(known.length > 1, inputs, known[1] ?? "", `nothing, with ${known[0] ?? ""}`),
      ];
    },
    failing: [
      { ipProtocol: "tcp", fromPort: 443, toPort: 443 },
      { ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.0.0.0/16", referencedSecurityGroupId: "sg-1" },
    ],
    passing: [{ ipProtocol: "-1", referencedSecurityGroupId: "sg-1" }],
  },
  {
    id: "vpc-group-name",
    types: [GROUP],
    title: "A security group's name and description keep to their alphabets; no name starts with sg-",
    source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html",
    check(inputs) {
      const alphabet = /^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$/;
      const [name, description] = [text(inputs, "name"), text(inputs, "description")];
      return [
        ...when(
          name !== undefined && (!alphabet.test(name) || name.startsWith("sg-")),
          inputs,
          "name",
          "at most 255 letters, digits and ._-:/()#,@[]+=&;{}!$*, not sg- first",
        ),
        ...when(
          description !== undefined && !alphabet.test(description),
          inputs,
          "description",
          "at most 255 letters, digits and ._-:/()#,@[]+=&;{}!$*",
        ),
      ];
    },
    failing: [
      { name: "sg-intake", description: "intake" },
      { name: "intake", description: "the intake's" },
    ],
    passing: [{ name: "intake", description: "Intake verifiers: nothing comes in" }],
  },
  {
    id: "vpc-flow-log",
    types: ["aws:ec2/flowLog:FlowLog"],
    title: "A flow log to CloudWatch has a role, one to S3 has none; it gathers for 60 or 600 s",
    source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html",
    check(inputs) {
      const kind = absent(inputs, "logDestinationType") ? "cloud-watch-logs" : text(inputs, "logDestinationType");
      const interval = amount(inputs, "maxAggregationInterval");
      return [
        ...when(
          kind === "cloud-watch-logs" && absent(inputs, "iamRoleArn"),
          inputs,
          "iamRoleArn",
          "a role, for CloudWatch",
        ),
        ...when(kind === "s3" && given(inputs, "iamRoleArn"), inputs, "iamRoleArn", "nothing, for S3"),
        ...when(
          kind === "cloud-watch-logs" && given(inputs, "destinationOptions"),
          inputs,
          "destinationOptions",
          "nothing, for CloudWatch",
        ),
        ...when(
          interval !== undefined && interval !== 60 && interval !== 600,
          inputs,
          "maxAggregationInterval",
          "60 or 600 s",
        ),
      ];
    },
    failing: [
      { vpcId: "vpc-1", trafficType: "ALL" },
      { vpcId: "vpc-1", trafficType: "ALL", logDestinationType: "s3", maxAggregationInterval: 120 },
    ],
    passing: [{ vpcId: "vpc-1", trafficType: "ALL", logDestinationType: "s3", maxAggregationInterval: 600 }],
  },
  {
    id: "vpc-endpoint-kind",
    types: ["aws:ec2/vpcEndpoint:VpcEndpoint"],
    title:
      "A gateway endpoint has route tables, an interface endpoint has subnets and groups; gateways exist for S3 and DynamoDB",
    source: "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html",
    check(inputs) {
      const kind = absent(inputs, "vpcEndpointType") ? "Gateway" : text(inputs, "vpcEndpointType");
      const service = text(inputs, "serviceName");
      const foreign =
        kind === "Gateway" ? ["subnetIds", "securityGroupIds"] : kind === "Interface" ? ["routeTableIds"] : [];
      return [
        ...foreign.flatMap((name) => when(given(inputs, name), inputs, name, `nothing, for a ${kind ?? ""} endpoint`)),
        ...when(
          kind === "Gateway" && on(inputs, "privateDnsEnabled"),
          inputs,
          "privateDnsEnabled",
          "false, for a gateway",
        ),
        ...when(
          kind === "Gateway" && service !== undefined && !/\.(s3|dynamodb)$/.test(service),
          inputs,
          "vpcEndpointType",
          "Interface: gateways are for S3 and DynamoDB",
        ),
      ];
    },
    failing: [
      { vpcId: "vpc-1", serviceName: "com.amazonaws.us-east-1.kms" },
      { vpcId: "vpc-1", serviceName: "com.amazonaws.us-east-1.s3", subnetIds: ["subnet-1"] },
    ],
    passing: [
      {
        vpcId: "vpc-1",
        serviceName: "com.amazonaws.us-east-1.s3",
        vpcEndpointType: "Gateway",
        routeTableIds: ["rtb-1"],
      },
    ],
  },
  {
    id: "vpc-endpoint-region",
    types: ["aws:ec2/vpcEndpoint:VpcEndpoint"],
    title: "An endpoint's service is of the endpoint's region, unless another one is named",
    source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html",
    check(inputs, { region }) {
      const [, there] = /^com\.amazonaws\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(text(inputs, "serviceName") ?? "") ?? [];
      return when(
        there !== undefined && there !== region && absent(inputs, "serviceRegion"),
        inputs,
        "serviceName",
        `a service in ${region}`,
      );
    },
    failing: [{ vpcId: "vpc-1", vpcEndpointType: "Interface", serviceName: "com.amazonaws.eu-west-1.kms" }],
    passing: [{ vpcId: "vpc-1", vpcEndpointType: "Interface", serviceName: "com.amazonaws.us-east-1.kms" }],
  },
];

/** EC2 and VPC: several resources. */
export const stackRules: readonly StackRule[] = [
  {
    id: "vpc-subnet-inside",
    types: [SUBNET],
    title: "A subnet's block lies inside its VPC's",
    source: SIZING,
    across(node, stack) {
      const own = block(text(node.inputs, "cidrBlock"));
      const [vpc] = stack.linked(node, "vpcId", VPC);
      const around = block(vpc === undefined ? undefined : text(vpc.inputs, "cidrBlock"));
      if (own === undefined || around === undefined) return [];
      const inside =
        own.prefix >= around.prefix &&
        Math.floor(own.first / 2 ** (32 - around.prefix)) === Math.floor(around.first / 2 ** (32 - around.prefix));
      return when(!inside, node.inputs, "cidrBlock", `a block inside ${text(vpc?.inputs, "cidrBlock") ?? ""}`);
    },
    failing: [
      [
        { type: VPC, name: "net", inputs: { cidrBlock: "10.16.0.0/16" } },
        { type: SUBNET, inputs: { cidrBlock: "10.17.0.0/24" }, uses: { vpcId: ["net"] } },
      ],
    ],
    passing: [
      [
        { type: VPC, name: "net", inputs: { cidrBlock: "10.16.0.0/16" } },
        { type: SUBNET, inputs: { cidrBlock: "10.16.4.0/24" }, uses: { vpcId: ["net"] } },
      ],
    ],
  },
];
