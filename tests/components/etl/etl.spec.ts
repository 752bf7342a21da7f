import assert from "node:assert/strict";
import { Etl } from "../../../components/etl/etl";
import { keyArn, SCOPE, statements, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { ARGS } from "./args";

const make = (args: Partial<typeof ARGS> = {}) => record(({ opts }) => new Etl("etl", { ...ARGS, ...args }, opts));

describe("Etl", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:ec2/securityGroup:SecurityGroup etl-core < etl",
      "aws:ec2/securityGroup:SecurityGroup etl-primary < etl",
      "aws:ec2/securityGroup:SecurityGroup etl-service-access < etl",
      "aws:emr/cluster:Cluster etl < etl | ignores=coreInstanceFleet.targetOnDemandCapacity,coreInstanceFleet.targetSpotCapacity",
      "aws:emr/instanceFleet:InstanceFleet etl-task < etl | ignores=targetOnDemandCapacity,targetSpotCapacity",
      "aws:emr/managedScalingPolicy:ManagedScalingPolicy etl < etl",
      "aws:emr/securityConfiguration:SecurityConfiguration etl < etl",
      "aws:iam/instanceProfile:InstanceProfile etl-node < etl",
      "aws:iam/role:Role etl-node < etl",
      "aws:iam/role:Role etl-service < etl",
      "aws:iam/rolePolicy:RolePolicy etl-node < etl",
      "aws:iam/rolePolicy:RolePolicy etl-service < etl",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment etl-service < etl",
      "aws:s3/bucketObjectv2:BucketObjectv2 etl-bootstrap < etl",
      "aws:s3/bucketObjectv2:BucketObjectv2 etl-programs < etl",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-core-https < etl",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-core-to-core < etl",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-core-to-primary < etl",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-primary-https < etl",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-primary-out-to-service < etl",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-primary-to-core < etl",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-primary-to-primary < etl",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-service-to-core < etl",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-service-to-primary < etl",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule etl-primary-to-service < etl",
      "meridian:etl:Etl etl < (stack)",
    ]);
  });

  it("runs on demand in core nodes and on spot in task nodes, over all given types and subnets", async () => {
    const recording = await make();
    const { inputs } = recording.only("aws:emr/cluster:Cluster");
    const core = inputs["coreInstanceFleet"] as { targetOnDemandCapacity: number; instanceTypeConfigs: object[] };
    assert.equal(core.targetOnDemandCapacity, 8);
    assert.deepEqual(
      core.instanceTypeConfigs.map((config) => [
        (config as { instanceType: string }).instanceType,
        (config as { weightedCapacity: number }).weightedCapacity,
      ]),
      [
        ["m7g.xlarge", 4],
        ["m6g.2xlarge", 8],
      ],
    );
    assert.deepEqual((inputs["ec2Attributes"] as { subnetIds: string[] }).subnetIds, ARGS.subnetIds);
    const task = recording.only("aws:emr/instanceFleet:InstanceFleet").inputs;
    assert.match(JSON.stringify(task["launchSpecifications"]), /SWITCH_TO_ON_DEMAND/);
    assert.deepEqual([task["targetOnDemandCapacity"], task["targetSpotCapacity"]], [0, 1]);
  });

  it("scales within the planned limits", async () => {
    const [limits] = (await make()).only("aws:emr/managedScalingPolicy:ManagedScalingPolicy").inputs[
      "computeLimits"
    ] as object[];
    assert.deepEqual(limits, {
      unitType: "InstanceFleetUnits",
      minimumCapacityUnits: 8,
      maximumCapacityUnits: 64,
      maximumOndemandCapacityUnits: 16,
      maximumCoreCapacityUnits: 16,
    });
  });

  it("is encrypted at rest and in transit, and answers metadata requests by IMDSv2 only", async () => {
    const { inputs } = (await make()).only("aws:emr/securityConfiguration:SecurityConfiguration");
    const configuration = JSON.parse(String(inputs["configuration"])) as {
      EncryptionConfiguration: Record<string, unknown>;
      InstanceMetadataServiceConfiguration: { MinimumInstanceMetadataServiceVersion: number };
    };
    assert.equal(configuration.EncryptionConfiguration["EnableAtRestEncryption"], true);
    assert.equal(configuration.EncryptionConfiguration["EnableInTransitEncryption"], true);
    assert.equal(configuration.InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion, 2);
    assert.match(String(inputs["configuration"]), /s3:\/\/artifacts\/etl\/tls\/us-east-1\/certificates\.zip/);
  });

  it("revokes the rules that EMR adds to its groups, and lets in nobody from outside", async () => {
    const recording = await make();
    for (const group of recording.all("aws:ec2/securityGroup:SecurityGroup")) {
      assert.equal(group.inputs["revokeRulesOnDelete"], true);
      assert.deepEqual(group.inputs["tags"], { "for-use-with-amazon-emr-managed-policies": "true" });
    }
    for (const rule of recording.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")) {
      assert.equal(rule.inputs["cidrIpv4"], undefined);
    }
  });

  it("starts only when its roles and programs exist", async () => {
    const recording = await make();
    const waits = recording.dependencies(recording.only("aws:emr/cluster:Cluster"));
    for (const name of ["etl-node", "etl-service", "etl-bootstrap", "etl-programs"])
      assert.ok(waits.includes(name), name);
  });

  it("gives nodes no wildcard", async () => {
    const recording = await make();
    for (const policy of recording.all("aws:iam/rolePolicy:RolePolicy")) {
      assert.deepEqual(tooWide(policy.inputs["policy"]), []);
    }
  });

  it("lets nodes use each bucket, table and queue with its own key: the programs' bucket has another than the data", async () => {
    const recording = await make();
    const policy = statements(recording.only("aws:iam/rolePolicy:RolePolicy", "etl-node").inputs["policy"]);
    const keys = policy
      .filter(({ Action }) => [Action].flat().some((action) => action.startsWith("kms:")))
      .map(({ Action, Resource, Condition }) => [[Action].flat().join(" "), [Resource].flat().join(" "), Condition]);
    const via = (service: string): object => ({ "kms:ViaService": `${service}.us-east-1.amazonaws.com` });
    assert.deepEqual(keys, [
      ["kms:Decrypt kms:GenerateDataKey", keyArn("behaviour"), { StringEquals: via("s3") }],
      ["kms:Decrypt", keyArn("technical"), { StringEquals: via("s3") }],
      [
        "kms:Decrypt kms:Encrypt kms:GenerateDataKey",
        `arn:aws:kms:us-east-1:${SCOPE.account}:key/*`,
        { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/tables" }, StringEquals: via("dynamodb") },
      ],
      ["kms:Decrypt", keyArn("technical"), { StringEquals: via("sqs") }],
      ["kms:Decrypt kms:DescribeKey kms:GenerateDataKey", keyArn("behaviour"), undefined],
    ]);
    const program = policy.find(({ Resource }) => Resource.includes("arn:aws:s3:::artifacts/etl/*"));
    assert.ok(program?.Action.includes("s3:GetObject"));
  });

  it("lets EMR itself start nodes whose volumes are under the key, and hand them their role", async () => {
    const recording = await make();
    const policy = statements(recording.only("aws:iam/rolePolicy:RolePolicy", "etl-service").inputs["policy"]);
    const [pass, use, grant] = policy;
    assert.deepEqual(pass?.Condition, { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } });
    assert.ok(use?.Action.includes("kms:GenerateDataKeyWithoutPlaintext"));
    assert.deepEqual([grant?.Action, grant?.Resource], [["kms:CreateGrant"], [keyArn("behaviour")]]);
    assert.deepEqual(grant?.Condition, { Bool: { "kms:GrantIsForAWSResource": "true" } });
  });

  it("stores programs and bootstrap under their content's name", async () => {
    const recording = await make();
    const keys = recording.all("aws:s3/bucketObjectv2:BucketObjectv2").map(({ inputs }) => String(inputs["key"]));
    assert.ok(keys.includes(`etl/programs/${"d".repeat(64)}.zip`));
    assert.ok(keys.some((key) => /^etl\/bootstrap\/[0-9a-f]{64}\.sh$/.test(key)));
    assert.equal(
      recording.only("meridian:etl:Etl").outputs["programsUri"],
      `s3://artifacts/etl/programs/${"d".repeat(64)}.zip`,
    );
  });

  it("takes another idle time, spot price and certificate", async () => {
    const recording = await make({ idleTimeoutSeconds: 90_000, spotPricePercent: 60, certificatesKey: "tls.zip" });
    assert.deepEqual(recording.only("aws:emr/cluster:Cluster").inputs["autoTerminationPolicy"], {
      idleTimeout: 90_000,
    });
    assert.match(
      JSON.stringify(recording.only("aws:emr/instanceFleet:InstanceFleet").inputs),
      /"bidPriceAsPercentageOfOnDemandPrice":60/,
    );
    assert.match(
      JSON.stringify(recording.only("aws:emr/securityConfiguration:SecurityConfiguration").inputs),
      /artifacts\/tls\.zip/,
    );
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new Etl(
          "etl",
          {
            ...ARGS,
            releaseLabel: "7.9",
            instanceTypes: ["m7g.xlarge", "m7g.xlarge", "m7g.nano"],
            capacity: { minimumUnits: 0, maximumUnits: -1, maximumOnDemandUnits: 3, maximumCoreUnits: 3 },
            idleTimeoutSeconds: 3600,
            spotPricePercent: 0,
          },
          opts,
        ),
      [
        "releaseLabel",
        "instanceTypes[1]",
        "instanceTypes[2]",
        "capacity.minimumUnits",
        "capacity.maximumUnits",
        "capacity.maximumOnDemandUnits",
        "capacity.maximumCoreUnits",
        "idleTimeoutSeconds",
        "spotPricePercent",
      ],
    );
    await assertRefused(
      ({ opts }) =>
        new Etl("etl", { ...ARGS, instanceTypes: Array.from({ length: 16 }, (_, i) => `m${i}.xlarge`) }, opts),
      ["instanceTypes"],
    );
  });
});
