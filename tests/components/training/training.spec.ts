import assert from "node:assert/strict";
import { pythonFiles, trainingProgram } from "../../../components/training/program";
import { Training } from "../../../components/training/training";
import { DISPOSABLE, keyArn, statements, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { ARGS } from "./args";

const make = (args: Partial<typeof ARGS> = {}) =>
  record(({ opts }) => new Training("training", { ...ARGS, ...args }, opts));

describe("Training", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:autoscaling/group:Group training < training | ignores=desiredCapacity",
      "aws:autoscaling/policy:Policy training-backlog < training",
      "aws:autoscaling/policy:Policy training-idle < training",
      "aws:cloudwatch/metricAlarm:MetricAlarm training-backlog < training",
      "aws:cloudwatch/metricAlarm:MetricAlarm training-idle < training",
      "aws:ec2/launchTemplate:LaunchTemplate training < training",
      "aws:ec2/securityGroup:SecurityGroup training < training",
      "aws:iam/instanceProfile:InstanceProfile training < training",
      "aws:iam/role:Role training < training",
      "aws:iam/rolePolicy:RolePolicy training < training",
      "aws:s3/bucketObjectv2:BucketObjectv2 training-program < training",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule training-https < training",
      "meridian:training:Training training < (stack)",
    ]);
  });

  it("starts empty, over all zones, several types, spot above one on-demand instance", async () => {
    const { inputs } = (await make()).only("aws:autoscaling/group:Group");
    assert.deepEqual([inputs["minSize"], inputs["desiredCapacity"], inputs["maxSize"]], [0, 0, 12]);
    assert.deepEqual(inputs["vpcZoneIdentifiers"], ARGS.subnetIds);
    const policy = inputs["mixedInstancesPolicy"] as {
      instancesDistribution: Record<string, unknown>;
      launchTemplate: { overrides: { instanceType: string }[] };
    };
    assert.deepEqual(
      policy.launchTemplate.overrides.map(({ instanceType }) => instanceType),
      ARGS.instanceTypes,
    );
    assert.equal(policy.instancesDistribution["onDemandBaseCapacity"], 1);
    assert.equal(policy.instancesDistribution["onDemandPercentageAboveBaseCapacity"], 0);
  });

  it("launches the newest Amazon Linux 2023 of the types' architecture, IMDSv2 only, disk encrypted", async () => {
    const { inputs } = (await make()).only("aws:ec2/launchTemplate:LaunchTemplate");
    assert.match(String(inputs["imageId"]), /^resolve:ssm:.*al2023.*arm64$/);
    assert.equal((inputs["metadataOptions"] as { httpTokens: string }).httpTokens, "required");
    assert.match(JSON.stringify(inputs["blockDeviceMappings"]), /"encrypted":"true"/);
    const x86 = await make({ instanceTypes: ["r7i.2xlarge"] });
    assert.match(String(x86.only("aws:ec2/launchTemplate:LaunchTemplate").inputs["imageId"]), /x86_64$/);
  });

  it("tells its workers where everything is, and no secret", async () => {
    const { inputs } = (await make()).only("aws:ec2/launchTemplate:LaunchTemplate");
    const script = Buffer.from(String(inputs["userData"]), "base64").toString();
    assert.match(script, /s3:\/\/artifacts\/training\/programs\/e{64}\.zip/);
    assert.match(script, /MERIDIAN_QUEUE_URL=https:\/\/sqs\/shards/);
    assert.match(script, /MERIDIAN_SHARDS_TABLE=meridian-test-us-shards/);
  });

  it("gives its workers Node, the locked Python packages, one process for two processors, and time to stop", async () => {
    const { inputs } = (
      await make({ packageIndexUrl: "https://mirror.example/simple", listLength: 20, listTtlDays: 7, searchBudget: 30 })
    ).only("aws:ec2/launchTemplate:LaunchTemplate");
    const script = Buffer.from(String(inputs["userData"]), "base64").toString();
    assert.match(script, /dnf install .*nodejs22 python3\.11/);
    assert.match(script, /--require-hashes --only-binary :all: --index-url https:\/\/mirror\.example\/simple -r \/opt/);
    assert.match(script, /meridian-training@\$worker\.service/);
    assert.match(script, /TimeoutStopSec=90/);
    for (const setting of [
      "MERIDIAN_PYTHON=/opt/meridian/python/bin/python",
      "MERIDIAN_DATA_FOLDER=/var/lib/meridian",
      "MERIDIAN_USERS_PER_SHARD=50000",
      "MERIDIAN_LIST_LENGTH=20",
      "MERIDIAN_LIST_TTL_DAYS=7",
      "MERIDIAN_SEARCH_BUDGET=30",
    ]) {
      assert.ok(script.split("\n").includes(setting), setting);
    }
  });

  it("ships its own worker where no program is given: its bundle, a start, and the Python side", async () => {
    const given = Object.fromEntries(Object.entries(ARGS).filter(([name]) => name !== "program")) as typeof ARGS;
    const recording = await record(({ opts }) => new Training("training", given, opts));
    const { inputs } = recording.only("aws:s3/bucketObjectv2:BucketObjectv2");
    assert.equal(inputs["key"], `training/programs/${trainingProgram().digest}.zip`);
    for (const name of ["train_als.py", "spark_als.py", "requirements.txt", "trainer/als.py"]) {
      assert.ok(pythonFiles().includes(name), name);
    }
  });

  it("adds what is missing, and goes to zero only when no shard waits or is in work", async () => {
    const recording = await make({ shardsPerInstance: 3, idleMinutes: 20 });
    const backlog = recording.only("aws:cloudwatch/metricAlarm:MetricAlarm", "training-backlog").inputs;
    assert.match(JSON.stringify(backlog["metricQueries"]), /CEIL\(\(waiting \+ working\) \/ 3\) - FILL\(desired, 0\)/);
    const steps = recording.only("aws:autoscaling/policy:Policy", "training-backlog").inputs["stepAdjustments"] as {
      scalingAdjustment: number;
      metricIntervalLowerBound: string;
    }[];
    assert.deepEqual(
      steps.map(({ scalingAdjustment, metricIntervalLowerBound }) => [scalingAdjustment, metricIntervalLowerBound]),
      [
        [1, "0"],
        [2, "1"],
        [4, "3"],
        [8, "7"],
      ],
    );
    const idle = recording.only("aws:cloudwatch/metricAlarm:MetricAlarm", "training-idle").inputs;
    assert.match(JSON.stringify(idle["metricQueries"]), /waiting \+ working/);
    assert.equal(idle["evaluationPeriods"], 20);
    assert.equal(idle["threshold"], 0);
  });

  it("gives workers no wildcard, and the queue's messages with their visibility", async () => {
    const { inputs } = (await make()).only("aws:iam/rolePolicy:RolePolicy");
    assert.deepEqual(tooWide(inputs["policy"]), []);
    assert.match(String(inputs["policy"]), /sqs:ChangeMessageVisibility/);
    assert.match(String(inputs["policy"]), /dynamodb:BatchWriteItem/);
  });

  it("lets workers use the key of each bucket: programs and models have another than the data", async () => {
    const { inputs } = (await make()).only("aws:iam/rolePolicy:RolePolicy");
    const under = { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } };
    const keys = statements(inputs["policy"]).filter(
      ({ Condition }) => JSON.stringify(Condition) === JSON.stringify(under),
    );
    assert.deepEqual(
      keys.map(({ Action, Resource }) => [Action, Resource]),
      [
        [["kms:Decrypt"], [keyArn("behaviour")]],
        [["kms:Decrypt", "kms:GenerateDataKey"], [keyArn("technical")]],
      ],
    );
    assert.match(String(inputs["policy"]), /"kms:ResourceAliases":"alias\/tables"/);
  });

  it("lets nobody in", async () => {
    assert.deepEqual((await make()).all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"), []);
  });

  it("holds no data of its own, so nothing is protected in either case", async () => {
    assert.deepEqual((await make({ scope: DISPOSABLE })).snapshot(), (await make()).snapshot());
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new Training(
          "training",
          {
            ...ARGS,
            instanceTypes: ["r7g.large", "r7i.large", "m7g.large"],
            maxInstances: 0,
            shardsPerInstance: 0,
            onDemandBase: 1,
            onDemandPercentAboveBase: 101,
            diskGiB: 1,
            idleMinutes: 1,
            listLength: 0,
            listTtlDays: 0.5,
            writesPerSecond: 0,
            searchBudget: 0,
            packageIndexUrl: "pypi; rm -rf /",
            trackingUrl: "$(id)",
          },
          opts,
        ),
      [
        "instanceTypes",
        "instanceTypes[2]",
        "maxInstances",
        "shardsPerInstance",
        "onDemandBase",
        "onDemandPercentAboveBase",
        "diskGiB",
        "searchBudget",
        "listLength",
        "listTtlDays",
        "writesPerSecond",
        "packageIndexUrl",
        "trackingUrl",
        "idleMinutes",
      ],
    );
  });
});
