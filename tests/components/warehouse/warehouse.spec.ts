import assert from "node:assert/strict";
import { Warehouse, type WarehouseArgs } from "../../../components/warehouse/warehouse";
import { DISPOSABLE, keyArn, statements, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { KEYS } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";
import { ARGS } from "./args";

const make = (args: Partial<WarehouseArgs> = {}) =>
  record(({ opts }) => new Warehouse("warehouse", { ...ARGS, ...args }, opts));
const PROVISIONED = { mode: "provisioned", nodeType: "ra3.xlplus", nodes: 2, snapshotEveryHours: 8 } as const;
const SERVERLESS = { mode: "serverless", baseCapacityRpu: 8 } as const;
const CLUSTER = "aws:redshift/cluster:Cluster";

describe("Warehouse", () => {
  it("makes exactly these resources of a cluster", async () => {
    const recording = await make({ deployment: PROVISIONED });
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:cloudwatch/logGroup:LogGroup warehouse-connectionlog < warehouse | protect | retain",
      "aws:cloudwatch/logGroup:LogGroup warehouse-useractivitylog < warehouse | protect | retain",
      "aws:cloudwatch/logGroup:LogGroup warehouse-userlog < warehouse | protect | retain",
      "aws:ec2/securityGroup:SecurityGroup warehouse < warehouse",
      "aws:iam/role:Role warehouse < warehouse",
      "aws:iam/rolePolicy:RolePolicy warehouse < warehouse",
      "aws:redshift/cluster:Cluster warehouse < warehouse | protect | retain",
      "aws:redshift/logging:Logging warehouse < warehouse",
      "aws:redshift/parameterGroup:ParameterGroup warehouse < warehouse",
      "aws:redshift/snapshotSchedule:SnapshotSchedule warehouse < warehouse",
      "aws:redshift/snapshotScheduleAssociation:SnapshotScheduleAssociation warehouse < warehouse",
      "aws:redshift/subnetGroup:SubnetGroup warehouse < warehouse",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule warehouse-https < warehouse",
      "meridian:warehouse:Warehouse warehouse < (stack)",
    ]);
  });

  it("makes exactly these resources of a serverless warehouse", async () => {
    const recording = await make({ deployment: SERVERLESS });
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:ec2/securityGroup:SecurityGroup warehouse < warehouse",
      "aws:iam/role:Role warehouse < warehouse",
      "aws:iam/rolePolicy:RolePolicy warehouse < warehouse",
      "aws:redshiftserverless/namespace:Namespace warehouse < warehouse | protect | retain",
      "aws:redshiftserverless/usageLimit:UsageLimit warehouse < warehouse",
      "aws:redshiftserverless/workgroup:Workgroup warehouse < warehouse",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule warehouse-https < warehouse",
      "meridian:warehouse:Warehouse warehouse < (stack)",
    ]);
  });

  it("is private, encrypted, TLS only, routed through the VPC, and its password is nowhere", async () => {
    const recording = await make();
    const { inputs, secretInputs } = recording.only(CLUSTER);
    const want = {
      publiclyAccessible: false,
      encrypted: "true",
      kmsKeyId: ARGS.key.arn,
      enhancedVpcRouting: true,
      manageMasterPassword: true,
      availabilityZoneRelocationEnabled: true,
      numberOfNodes: 2,
      clusterType: "multi-node",
    };
    for (const [key, value] of Object.entries(want)) assert.deepEqual(inputs[key], value, key);
    assert.ok(!("masterPassword" in inputs));
    assert.deepEqual(secretInputs, []);
    assert.match(
      JSON.stringify(recording.only("aws:redshift/parameterGroup:ParameterGroup").inputs["parameters"]),
      /"name":"require_ssl","value":"true"/,
    );
  });

  it("serverless holds to the same rules, and to a daily limit", async () => {
    const recording = await make({ deployment: SERVERLESS });
    const workgroup = recording.only("aws:redshiftserverless/workgroup:Workgroup").inputs;
    assert.deepEqual(
      [workgroup["publiclyAccessible"], workgroup["enhancedVpcRouting"], workgroup["maxCapacity"]],
      [false, true, 32],
    );
    assert.match(JSON.stringify(workgroup["configParameters"]), /"parameterKey":"require_ssl","parameterValue":"true"/);
    const namespace = recording.only("aws:redshiftserverless/namespace:Namespace").inputs;
    assert.deepEqual([namespace["manageAdminPassword"], namespace["kmsKeyId"]], [true, ARGS.key.arn]);
    const limit = recording.only("aws:redshiftserverless/usageLimit:UsageLimit").inputs;
    assert.deepEqual([limit["amount"], limit["breachAction"]], [48, "deactivate"]);
  });

  it("takes snapshots as often as asked", async () => {
    const recording = await make({ deployment: PROVISIONED });
    assert.deepEqual(recording.only("aws:redshift/snapshotSchedule:SnapshotSchedule").inputs["definitions"], [
      "rate(8 hours)",
    ]);
  });

  it("leaves a last snapshot unless its data is disposable", async () => {
    const kept = (await make()).only(CLUSTER).inputs;
    assert.deepEqual(
      [kept["skipFinalSnapshot"], kept["finalSnapshotIdentifier"]],
      [false, "meridian-test-us-east-1-warehouse-final"],
    );
    const gone = (await make({ scope: DISPOSABLE })).only(CLUSTER);
    assert.deepEqual([gone.inputs["skipFinalSnapshot"], gone.protect, gone.retainOnDelete], [true, false, false]);
  });

  it("may read silver and gold and nothing else", async () => {
    const { inputs } = (await make()).only("aws:iam/rolePolicy:RolePolicy");
    assert.deepEqual(tooWide(inputs["policy"]), []);
    assert.doesNotMatch(String(inputs["policy"]), /PutObject|DeleteObject/);
    assert.deepEqual([...new Set(String(inputs["policy"]).match(/arn:aws:s3:::[a-z]+/g))].sort(), [
      "arn:aws:s3:::gold",
      "arn:aws:s3:::silver",
    ]);
  });

  it("may use the keys of the lake and of the catalogue, each through its service", async () => {
    const { inputs } = (await make()).only("aws:iam/rolePolicy:RolePolicy");
    const keys = statements(inputs["policy"]).filter(({ Action }) => Action.includes("kms:Decrypt"));
    const via = (service: string): object => ({
      StringEquals: { "kms:ViaService": `${service}.us-east-1.amazonaws.com` },
    });
    assert.deepEqual(
      keys.map(({ Resource, Condition }) => [Resource, Condition]),
      [
        [[keyArn("behaviour")], via("s3")],
        [[keyArn("technical")], via("glue")],
      ],
    );
  });

  it("lets nobody in: analysts use the Data API", async () => {
    assert.deepEqual((await make()).all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"), []);
  });

  it("makes a single node where one is asked for, and keeps its audit logs under its key", async () => {
    const recording = await make({ deployment: { ...PROVISIONED, nodes: 1, snapshotRetentionDays: 2 } });
    const { inputs } = recording.only(CLUSTER);
    assert.deepEqual([inputs["clusterType"], inputs["automatedSnapshotRetentionPeriod"]], ["single-node", 2]);
    for (const log of recording.all("aws:cloudwatch/logGroup:LogGroup"))
      assert.deepEqual([log.inputs["retentionInDays"], log.inputs["kmsKeyId"]], [90, ARGS.key.arn]);
  });

  it("refuses all bad arguments at once", async () => {
    const refused = (args: Partial<WarehouseArgs>, paths: string[]) =>
      assertRefused(({ opts }) => new Warehouse("warehouse", { ...ARGS, ...args }, opts), paths);
    await refused(
      {
        key: KEYS.identifier,
        deployment: {
          mode: "provisioned",
          nodeType: "ra3.4xlarge",
          nodes: 1,
          snapshotEveryHours: 25,
          snapshotRetentionDays: 0,
        },
      },
      ["key", "deployment.nodes", "deployment.snapshotEveryHours", "deployment.snapshotRetentionDays"],
    );
    await refused({ deployment: { ...PROVISIONED, nodeType: "dc2.large" } }, ["deployment.nodeType"]);
    await refused(
      { deployment: { mode: "serverless", baseCapacityRpu: 12, maxCapacityRpu: 13, dailyLimitRpuHours: 0 } },
      ["deployment.baseCapacityRpu", "deployment.maxCapacityRpu", "deployment.dailyLimitRpuHours"],
    );
  });
});
