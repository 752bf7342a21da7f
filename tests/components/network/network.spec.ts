import assert from "node:assert/strict";
import { ENDPOINT_SERVICES } from "../../../components/network/endpoints";
import { Network, type NetworkArgs } from "../../../components/network/network";
import { keyArn, SCOPE, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { KEYS } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";

const ARGS: NetworkArgs = {
  scope: SCOPE,
  cidr: "10.16.0.0/16",
  availabilityZones: ["us-east-1a", "us-east-1b"],
  subnets: {
    public: ["10.16.0.0/22", "10.16.4.0/22"],
    private: ["10.16.64.0/19", "10.16.96.0/19"],
    isolated: ["10.16.32.0/20", "10.16.48.0/20"],
  },
  nat: "single",
  flowLogs: { to: "cloudwatch", key: KEYS.technical },
};

describe("the network", () => {
  it("has a VPC of explicit blocks, gateway endpoints, closed default group and flow logs by default", async () => {
    const recording = await record(({ opts }) => new Network("net", ARGS, opts));
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:cloudwatch/logGroup:LogGroup net-flow < net | protect | retain",
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup net-default < net",
      "aws:ec2/flowLog:FlowLog net-flow < net",
      "aws:ec2/vpcEndpoint:VpcEndpoint net-dynamodb < net",
      "aws:ec2/vpcEndpoint:VpcEndpoint net-s3 < net",
      "aws:iam/role:Role net-flow < net",
      "aws:iam/rolePolicy:RolePolicy net-flow < net",
      "awsx:ec2:Vpc net < net",
      "meridian:network:Network net < (stack)",
    ]);
    const vpc = recording.only("awsx:ec2:Vpc");
    assert.deepEqual(vpc.inputs["subnetSpecs"], [
      { type: "Public", name: "public", cidrBlocks: ARGS.subnets.public },
      { type: "Private", name: "private", cidrBlocks: ARGS.subnets.private },
      { type: "Isolated", name: "isolated", cidrBlocks: ARGS.subnets.isolated },
    ]);
    assert.equal(vpc.inputs["subnetStrategy"], "Auto");
    assert.deepEqual(vpc.inputs["natGateways"], { strategy: "Single" });
    assert.deepEqual(vpc.inputs["availabilityZoneNames"], ARGS.availabilityZones);
    const closed = recording.only("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs;
    assert.deepEqual([closed["ingress"], closed["egress"]], [[], []]);
  });

  it("routes S3 and DynamoDB of all route tables through gateway endpoints", async () => {
    const recording = await record(({ opts }) => new Network("net", ARGS, opts));
    for (const service of ["s3", "dynamodb"]) {
      const { inputs } = recording.only("aws:ec2/vpcEndpoint:VpcEndpoint", `net-${service}`);
      assert.equal(inputs["serviceName"], `com.amazonaws.us-east-1.${service}`);
      assert.equal(inputs["vpcEndpointType"], "Gateway");
      assert.deepEqual(inputs["routeTableIds"], ["net-rtb-1", "net-rtb-2", "net-rtb-3"]);
    }
  });

  it("puts each interface endpoint into the private subnets behind one group, HTTPS from the VPC only", async () => {
    const recording = await record(
      ({ opts }) => new Network("net", { ...ARGS, interfaceEndpoints: ["sqs", "kinesis", "ecr.api"] }, opts),
    );
    assertEveryChildIsOwned(recording);
    const interfaces = recording
      .all("aws:ec2/vpcEndpoint:VpcEndpoint")
      .filter(({ inputs }) => inputs["vpcEndpointType"] === "Interface");
    assert.deepEqual(interfaces.map(({ inputs }) => inputs["serviceName"]).sort(), [
      "com.amazonaws.us-east-1.ecr.api",
      "com.amazonaws.us-east-1.kinesis-streams",
      "com.amazonaws.us-east-1.sqs",
    ]);
    for (const { inputs } of interfaces) {
      assert.equal(inputs["privateDnsEnabled"], true);
      assert.deepEqual(inputs["securityGroupIds"], ["sg-net-endpoints"]);
      assert.deepEqual(inputs["subnetIds"], ["net-private-1", "net-private-2", "net-private-3"]);
    }
    const opening = recording.only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs;
    assert.deepEqual([opening["fromPort"], opening["toPort"], opening["cidrIpv4"]], [443, 443, ARGS.cidr]);
    assert.equal(recording.all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").length, 0);
  });

  it("gives a role's group what it asks for, and HTTPS and the VPC by default", async () => {
    const recording = await record(({ opts }) => {
      const network = new Network("net", ARGS, opts);
      network.securityGroup("cache", {
        description: "Cache",
        ingress: [{ port: 6379, group: "sg-api", description: "API" }],
      });
    });
    assertEveryChildIsOwned(recording);
    const group = recording.only("aws:ec2/securityGroup:SecurityGroup", "net-cache");
    assert.equal(group.inputs["revokeRulesOnDelete"], true);
    const ingress = recording.only(
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "net-cache-in-1",
    ).inputs;
    assert.deepEqual(
      [ingress["referencedSecurityGroupId"], ingress["fromPort"], ingress["toPort"], ingress["cidrIpv4"]],
      ["sg-api", 6379, 6379, undefined],
    );
    assert.deepEqual(
      recording.all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").map(({ inputs }) => inputs["cidrIpv4"]),
      ["0.0.0.0/0", ARGS.cidr],
    );
  });

  it("delivers flow logs to S3 without a role, when asked", async () => {
    const recording = await record(
      ({ opts }) => new Network("net", { ...ARGS, flowLogs: { to: "s3", bucketArn: "arn:aws:s3:::logs" } }, opts),
    );
    assertEveryChildIsOwned(recording);
    const { inputs } = recording.only("aws:ec2/flowLog:FlowLog");
    assert.equal(inputs["logDestination"], "arn:aws:s3:::logs/flow/");
    assert.equal(inputs["trafficType"], "ALL");
    assert.equal(recording.all("aws:iam/role:Role").length, 0);
  });

  it("lets the flow logs' role write its own log group only, and waits for the policy", async () => {
    const recording = await record(({ opts }) => new Network("net", ARGS, opts));
    assert.deepEqual(tooWide(recording.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"]), []);
    assert.equal(recording.only("aws:cloudwatch/logGroup:LogGroup").inputs["kmsKeyId"], keyArn("technical"));
    const log = recording.only("aws:ec2/flowLog:FlowLog");
    assert.ok(log.dependencies.includes(recording.only("aws:iam/rolePolicy:RolePolicy").urn));
  });

  it("has as many NAT gateways as asked", async () => {
    for (const [nat, strategy] of [
      ["none", "None"],
      ["single", "Single"],
      ["one-per-zone", "OnePerAz"],
    ] as const) {
      const recording = await record(({ opts }) => new Network("net", { ...ARGS, nat }, opts));
      assert.deepEqual(recording.only("awsx:ec2:Vpc").inputs["natGateways"], { strategy });
    }
  });

  it("spells endpoint services as the China partition does", async () => {
    const scope = { ...SCOPE, partition: "aws-cn", region: "cn-north-1" };
    const recording = await record(({ opts }) => new Network("net", { ...ARGS, scope }, opts));
    assert.equal(
      recording.only("aws:ec2/vpcEndpoint:VpcEndpoint", "net-s3").inputs["serviceName"],
      "cn.com.amazonaws.cn-north-1.s3",
    );
  });

  it("refuses all that is wrong at once, by path, before it registers anything", async () => {
    const error = await assertRefused(
      ({ opts }) =>
        new Network(
          "net",
          {
            ...ARGS,
            availabilityZones: ["us-east-1a"],
            subnets: { public: ["10.16.0.0/22"], private: ["10.16.0.0/20"], isolated: ["10.17.0.0/20", "nonsense"] },
            interfaceEndpoints: ["sqs", "sqs"],
          },
          opts,
        ),
      [
        "availabilityZones",
        "subnets.private[0]",
        "subnets.isolated",
        "subnets.isolated[0]",
        "subnets.isolated[1]",
        "interfaceEndpoints[1]",
      ],
    );
    assert.match(error.message, /does not overlap subnets\.public\[0\] \(10\.16\.0\.0\/22\)/);
    await assertRefused(({ opts }) => new Network("net", { ...ARGS, cidr: "10.16.0.1/16" }, opts), ["cidr"]);
  });

  it("knows the service name of every endpoint", () => {
    for (const service of Object.values(ENDPOINT_SERVICES)) assert.match(service, /^[a-z-]+(\.[a-z]+)?$/);
  });
});
