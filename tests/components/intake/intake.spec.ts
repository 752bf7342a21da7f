import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { Intake, verifierProgram, type IntakeArgs } from "../../../components/intake/intake";
import { ACCEPTABLE_WAIT_SECONDS, planIntake } from "../../../components/intake/plan";
import { Queue } from "../../../components/messaging/queue";
import { keyArn, SCOPE, statements, tooWide, TRAFFIC } from "../../kit/builders";
import { bucketOf, KEYS, queueOf, topicOf } from "../../kit/refs";
import { assertEveryChildIsOwned, record, type Harness, type Recording } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";

const PROGRAM = { archive: new pulumi.asset.StringAsset("x") as unknown as pulumi.asset.Archive, digest: "d1" };
const CAPACITY = { minInstances: 2, maxInstances: 8, backlogPerInstance: 50, workSeconds: 6 };
type Rest = Omit<IntakeArgs, "queue">;
const ARGS: Rest = {
  scope: SCOPE,
  buckets: {
    bronze: bucketOf("bronze"),
    quarantine: bucketOf("quarantine", "identifier"),
    artifacts: bucketOf("artifacts", "technical"),
  },
  handover: queueOf("handover"),
  alarmTopic: topicOf("alarms"),
  vpcId: "vpc-1",
  subnetIds: ["s1", "s2"],
  instanceTypes: ["m7g.large", "m6g.large"],
  capacity: CAPACITY,
  program: PROGRAM,
};
const USE = ["kms:Decrypt", "kms:GenerateDataKey"];
const GROUP = "aws:autoscaling/group:Group";

function build({ opts }: Harness, more: Partial<Rest> = {}): Intake {
  const queue = new Queue("queue", { scope: SCOPE, part: "intake", key: KEYS.technical, workSeconds: 6 }, opts);
  return new Intake("intake", { ...ARGS, ...more, queue: queue.ref }, opts);
}

const recorded = (more: Partial<Rest> = {}): Promise<Recording> => record((harness) => build(harness, more));

describe("the intake", () => {
  it("is a group on a queue fed by bronze, with a role, a closed group and a watch on quarantine", async () => {
    const recording = await recorded();
    assertEveryChildIsOwned(recording, 2);
    const own = recording.snapshot().filter((line) => line.includes("< intake") || line.startsWith("meridian:intake"));
    assert.deepEqual(own, [
      "aws:autoscaling/group:Group intake < intake",
      "aws:autoscaling/policy:Policy intake-backlog < intake",
      "aws:cloudwatch/metricAlarm:MetricAlarm intake-quarantine < intake",
      "aws:ec2/launchTemplate:LaunchTemplate intake < intake",
      "aws:ec2/securityGroup:SecurityGroup intake < intake",
      "aws:iam/instanceProfile:InstanceProfile intake < intake",
      "aws:iam/role:Role intake < intake",
      "aws:iam/rolePolicy:RolePolicy intake < intake",
      "aws:s3/bucketMetric:BucketMetric intake-quarantine < intake",
      "aws:s3/bucketNotification:BucketNotification intake < intake",
      "aws:s3/bucketObjectv2:BucketObjectv2 intake-program < intake",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule intake-https < intake",
      "meridian:intake:Intake intake < (stack)",
    ]);
  });

  it("starts instances with tokens required, an encrypted volume, a patched image and the program of one version", async () => {
    const recording = await recorded();
    const { inputs } = recording.only("aws:ec2/launchTemplate:LaunchTemplate");
    assert.deepEqual(inputs["metadataOptions"], {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
      instanceMetadataTags: "disabled",
    });
    assert.match(String(inputs["imageId"]), /^resolve:ssm:.*al2023-ami-kernel-default-arm64$/);
    const [device] = inputs["blockDeviceMappings"] as { ebs: Record<string, unknown> }[];
    assert.deepEqual(
      [device?.ebs["encrypted"], device?.ebs["volumeSize"], device?.ebs["kmsKeyId"]],
      ["true", 20, undefined],
    );
    const startup = Buffer.from(String(inputs["userData"]), "base64").toString();
    assert.match(startup, /s3:\/\/artifacts\/intake\/d1\.zip/);
    assert.match(startup, /^npm ci --prefix \/opt\/meridian\/intake --omit=dev --ignore-scripts /m);
    assert.match(startup, /^BRONZE_BUCKET=bronze$/m);
    assert.match(startup, /^HANDOVER_QUEUE_URL=https:\/\/sqs\/handover$/m);
    assert.ok(startup.includes(`\nBRONZE_KEY_ARN=${keyArn("behaviour")}\n`));
    assert.match(startup, /^QUARANTINE_BUCKET=quarantine$/m);
    assert.match(startup, /^INTAKE_QUEUE_URL=https:\/\/sqs\.us-east-1\..*-intake$/m);
    assert.match(startup, /^AWS_REGION=us-east-1$/m);
  });

  it("spreads over the subnets and types, on demand at the base, spot above", async () => {
    const recording = await recorded();
    const group = recording.only(GROUP);
    for (const first of ["aws:iam/rolePolicy:RolePolicy", "aws:s3/bucketObjectv2:BucketObjectv2"]) {
      assert.ok(group.dependencies.includes(recording.only(first).urn), first);
    }
    const { inputs } = group;
    assert.deepEqual([inputs["minSize"], inputs["maxSize"], inputs["vpcZoneIdentifiers"]], [2, 8, ["s1", "s2"]]);
    const mixed = inputs["mixedInstancesPolicy"] as {
      launchTemplate: { overrides: unknown };
      instancesDistribution: Record<string, unknown>;
    };
    assert.deepEqual(mixed.launchTemplate.overrides, [{ instanceType: "m7g.large" }, { instanceType: "m6g.large" }]);
    assert.equal(mixed.instancesDistribution["onDemandBaseCapacity"], 2);
    assert.equal(mixed.instancesDistribution["onDemandPercentageAboveBaseCapacity"], 0);
    assert.equal(inputs["capacityRebalance"], true);
  });

  it("holds the backlog for each instance steady", async () => {
    const { inputs } = (await recorded()).only("aws:autoscaling/policy:Policy");
    const tracking = inputs["targetTrackingConfiguration"] as {
      targetValue: number;
      customizedMetricSpecification: { metrics: { id: string; expression?: string; returnData: boolean }[] };
    };
    assert.equal(tracking.targetValue, 50);
    const { metrics } = tracking.customizedMetricSpecification;
    assert.deepEqual(
      metrics.map(({ id, returnData }) => [id, returnData]),
      [
        ["waiting", false],
        ["instances", false],
        ["backlog", true],
      ],
    );
    assert.equal(metrics[2]?.expression, "waiting / FILL(instances, 1)");
  });

  it("has bronze notify the queue once its policy stands", async () => {
    const recording = await recorded();
    const notification = recording.only("aws:s3/bucketNotification:BucketNotification");
    assert.ok(notification.dependencies.includes(recording.only("aws:sqs/queuePolicy:QueuePolicy", "queue").urn));
    const [landed] = notification.inputs["queues"] as Record<string, unknown>[];
    assert.deepEqual([landed?.["events"], landed?.["filterPrefix"]], [["s3:ObjectCreated:*"], "landing/"]);
  });

  it("may empty landing, write verified and quarantine, tell the ETL, and no more", async () => {
    const recording = await recorded();
    const policy = recording.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"];
    assert.deepEqual(tooWide(policy), []);
    const deletes = statements(policy).filter(({ Action }) => Action.includes("s3:DeleteObject"));
    assert.deepEqual(
      deletes.map(({ Resource }) => Resource),
      [["arn:aws:s3:::bronze/landing/*"]],
    );
    const writes = statements(policy).filter(({ Action }) => Action.includes("s3:PutObject"));
    assert.deepEqual(
      writes.map(({ Resource }) => Resource),
      [["arn:aws:s3:::bronze/verified/*", "arn:aws:s3:::quarantine/intake/*"]],
    );
    const keys = statements(policy).filter(({ Action }) => Action.includes("kms:Decrypt"));
    const via = (service: string): object => ({
      StringEquals: { "kms:ViaService": `${service}.us-east-1.amazonaws.com` },
    });
    assert.deepEqual(
      keys.map(({ Action, Resource, Condition }) => ({ Action, Resource, Condition })),
      [
        // The queues' key; bronze and quarantine; the program in the artifacts bucket, whose key is a third.
        { Action: USE, Resource: [keyArn("technical")], Condition: via("sqs") },
        { Action: USE, Resource: [keyArn("behaviour"), keyArn("identifier")], Condition: via("s3") },
        { Action: ["kms:Decrypt"], Resource: [keyArn("technical")], Condition: via("s3") },
      ],
    );
    const sends = statements(policy).filter(({ Action }) => Action.includes("sqs:SendMessage"));
    assert.deepEqual(
      sends.map(({ Resource }) => Resource),
      [[ARGS.handover.arn]],
    );
  });

  it("lets nothing in", async () => {
    const recording = await recorded();
    assert.equal(recording.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").length, 0);
    assert.equal(recording.only("aws:ec2/securityGroup:SecurityGroup").inputs["ingress"], undefined);
  });

  it("raises an alarm at a quarantined object, and starts Intel types from Intel's image", async () => {
    const recording = await recorded({ instanceTypes: ["m7i.large", "m6i.large"] });
    const alarm = recording.only("aws:cloudwatch/metricAlarm:MetricAlarm").inputs;
    assert.deepEqual(
      [alarm["metricName"], alarm["dimensions"], alarm["alarmActions"]],
      ["PutRequests", { BucketName: "quarantine", FilterId: "intake" }, [ARGS.alarmTopic.arn]],
    );
    assert.match(String(recording.only("aws:ec2/launchTemplate:LaunchTemplate").inputs["imageId"]), /x86_64$/);
  });

  it("refuses one type, mixed architectures, and sizes that cannot be", async () => {
    const queue = queueOf("q");
    await assertRefused(
      ({ opts }) => new Intake("intake", { ...ARGS, queue, instanceTypes: ["m7g.large"] }, opts),
      ["instanceTypes"],
    );
    await assertRefused(
      ({ opts }) =>
        new Intake(
          "intake",
          {
            ...ARGS,
            queue,
            instanceTypes: ["m7g.large", "m7i.large"],
            capacity: { minInstances: 0, maxInstances: 1, backlogPerInstance: 0, workSeconds: 1 },
          },
          opts,
        ),
      ["instanceTypes", "capacity.minInstances", "capacity.maxInstances", "capacity.backlogPerInstance"],
    );
  });

  it("packs the verifier from its sources, the same each time, with the lock file of what no bundle can hold", () => {
    assert.equal(verifierProgram().digest, verifierProgram().digest);
    const lock = (folder: string): Record<string, { version?: string; integrity?: string }> =>
      (JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as { packages: object }).packages as never;
    const ours = lock("services/verifier");
    const checkout = lock(".");
    const names = Object.keys(ours).filter((name) => name !== "");
    assert.ok(names.includes("node_modules/@duckdb/node-bindings-linux-arm64"));
    for (const name of names) {
      const { version, integrity } = checkout[name] ?? {};
      assert.deepEqual([ours[name]?.version, ours[name]?.integrity], [version, integrity], name);
    }
  });
});

describe("the plan of the intake", () => {
  it("grows with the load, never below the least, and keeps the wait acceptable", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 1, max: 10, noNaN: true }),
        fc.integer({ min: 1, max: 128 }),
        fc.integer({ min: 60, max: 900 }),
        (eventsPerSecond, more, sizeMiB, intervalSeconds) => {
          const plan = (events: number): ReturnType<typeof planIntake> =>
            planIntake({ ...TRAFFIC, eventsPerSecond: events }, { sizeMiB, intervalSeconds }, "standard");
          const [a, b] = [plan(eventsPerSecond), plan(eventsPerSecond * more)];
          assert.ok(a.minInstances === 2 && a.maxInstances >= 2 && b.maxInstances >= a.maxInstances);
          assert.ok(a.backlogPerInstance >= 1 && a.workSeconds >= 1);
          assert.ok((a.backlogPerInstance * sizeMiB) / 25 <= ACCEPTABLE_WAIT_SECONDS);
        },
      ),
    );
    assert.equal(planIntake(TRAFFIC, { sizeMiB: 64, intervalSeconds: 600 }, "small").minInstances, 1);
  });
});
