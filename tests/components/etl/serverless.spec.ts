import assert from "node:assert/strict";
import type { ServerlessEtlArgs } from "../../../components/etl/contract";
import { ServerlessEtl } from "../../../components/etl/serverless";
import { statements, tooWide } from "../../kit/builders";
import { FAKE_ACCOUNT } from "../../kit/outputs";
import { assertEveryChildIsOwned, record, type Recording } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { assertTaken } from "../../kit/taken";
import { ARGS as CLUSTER } from "./args";

const { scope, releaseLabel, capacity, vpcId, subnetIds, key, buckets, goldFolder, profiles, handover, program } =
  CLUSTER;
const ARGS: ServerlessEtlArgs = {
  scope,
  releaseLabel,
  capacity,
  vpcId,
  subnetIds,
  key,
  buckets,
  goldFolder,
  profiles,
  handover,
  program,
};
const make = (args: Partial<ServerlessEtlArgs> = {}): Promise<Recording<ServerlessEtl>> =>
  record(({ opts }) => new ServerlessEtl("etl", { ...ARGS, ...args }, opts));
const APPLICATION = "aws:emrserverless/application:Application";

describe("ServerlessEtl", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:ec2/securityGroup:SecurityGroup etl-workers < etl",
      `${APPLICATION} etl < etl`,
      "aws:iam/role:Role etl-job < etl",
      "aws:iam/rolePolicy:RolePolicy etl-job < etl",
      "aws:s3/bucketObjectv2:BucketObjectv2 etl-launcher < etl",
      "aws:s3/bucketObjectv2:BucketObjectv2 etl-programs < etl",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-workers < etl",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-workers-https < etl",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule etl-workers < etl",
      "meridian:etl:ServerlessEtl etl < (stack)",
    ]);
    assertTaken(recording);
  });

  it("is AWS's own Spark, bounded by the plan, private, started by a job and stopped when idle", async () => {
    const { inputs } = (await make()).only(APPLICATION);
    assert.deepEqual(
      [inputs["name"], inputs["type"], inputs["releaseLabel"], inputs["architecture"]],
      ["meridian-test-us-east-1-etl", "spark", "emr-7.9.0", "ARM64"],
    );
    assert.equal(inputs["imageConfiguration"], undefined);
    assert.equal(inputs["initialCapacities"], undefined, "nothing is kept ready");
    assert.deepEqual(inputs["maximumCapacity"], { cpu: "64 vCPU", memory: "256 GB", disk: "1024 GB" });
    assert.deepEqual(inputs["autoStartConfiguration"], { enabled: true });
    assert.deepEqual(inputs["autoStopConfiguration"], { enabled: true, idleTimeoutMinutes: 15 });
    const network = inputs["networkConfiguration"] as Record<string, unknown[]>;
    assert.deepEqual(network["subnetIds"], ARGS.subnetIds);
    assert.equal(network["securityGroupIds"]?.length, 1);
    assert.deepEqual(inputs["monitoringConfiguration"], {
      s3MonitoringConfiguration: { logUri: "s3://logs/emr/" },
      managedPersistenceMonitoringConfiguration: { enabled: false },
    });
  });

  it("lets in nobody but its own workers", async () => {
    const recording = await make();
    const { inputs } = recording.only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    assert.equal(inputs["referencedSecurityGroupId"], inputs["securityGroupId"]);
    assert.equal(inputs["cidrIpv4"], undefined);
  });

  it("runs jobs by a role that only EMR Serverless of this account takes, with what the cluster's nodes may do", async () => {
    const recording = await make();
    const [trust] = statements(recording.only("aws:iam/role:Role").inputs["assumeRolePolicy"]);
    assert.deepEqual(trust?.Condition, { StringEquals: { "aws:SourceAccount": FAKE_ACCOUNT } });
    assert.match(JSON.stringify(trust), /emr-serverless\.amazonaws\.com/);
    const policy = recording.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"];
    assert.deepEqual(tooWide(policy), []);
    assert.match(String(policy), /"kms:ResourceAliases":"alias\/tables"/);
  });

  it("tells a caller what starting a job needs: programs unpacked on every worker, and an entry point of its own", async () => {
    const { result } = await make();
    const { runner } = result;
    assert.ok(runner.kind === "serverless");
    assert.match(runner.entryPoint, /^s3:\/\/artifacts\/etl\/launcher\/[0-9a-f]{64}\.py$/);
    const programs = `s3://artifacts/etl/programs/${"d".repeat(64)}.zip`;
    assert.equal(runner.submitParameters, `--conf spark.archives=${programs}#meridian --py-files ${programs}`);
  });

  it("takes another architecture, memory, disk and idle time", async () => {
    const recording = await make({
      architecture: "x86_64",
      memoryGibPerVcpu: 7,
      diskGibPerVcpu: 5,
      idleTimeoutMinutes: 60,
      capacity: { ...ARGS.capacity, maximumUnits: 8 },
    });
    const { inputs } = recording.only(APPLICATION);
    assert.equal(inputs["architecture"], "X86_64");
    assert.deepEqual(inputs["maximumCapacity"], { cpu: "8 vCPU", memory: "56 GB", disk: "40 GB" });
    assert.deepEqual(inputs["autoStopConfiguration"], { enabled: true, idleTimeoutMinutes: 60 });
    assertTaken(recording);
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new ServerlessEtl(
          "etl",
          {
            ...ARGS,
            releaseLabel: "emr-6.8.0",
            capacity: { ...ARGS.capacity, maximumUnits: 4 },
            memoryGibPerVcpu: 8,
            diskGibPerVcpu: 4,
            idleTimeoutMinutes: 0,
          },
          opts,
        ),
      ["releaseLabel", "capacity.maximumUnits", "memoryGibPerVcpu", "diskGibPerVcpu", "idleTimeoutMinutes"],
    );
  });
});
