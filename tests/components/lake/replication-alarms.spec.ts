import assert from "node:assert/strict";
import { BucketReplication, type BucketReplicationArgs } from "../../../components/lake/replication";
import { SCOPE, statements } from "../../kit/builders";
import { assertEveryChildIsOwned, record, type Recording } from "../../kit/recorder";
import { lakeBucketOf } from "../../kit/refs";
import { assertTaken } from "../../kit/taken";

const site = (region: string) => ({ region, bucket: lakeBucketOf("raw", region) });
const name = (region: string): string => lakeBucketOf("raw", region).name;
const ARGS: BucketReplicationArgs = {
  scope: SCOPE,
  part: "raw",
  source: site("us-east-1"),
  destinations: [site("us-west-2"), site("us-east-2")],
  rpoSeconds: 1800,
  alarmTopicArn: "arn:aws:sns:us-east-1:111122223333:alarms",
};
const make = (args: Partial<BucketReplicationArgs> = {}): Promise<Recording<BucketReplication>> =>
  record(({ opts }) => new BucketReplication("copy", { ...ARGS, ...args }, opts));
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

describe("a replicated bucket", () => {
  it("is copied within 15 minutes where the promise is below an hour, and on-call hears of each copy that is later", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assertTaken(recording);
    const rules = JSON.stringify(
      recording.only("aws:s3/bucketReplicationConfig:BucketReplicationConfig").inputs["rules"],
    );
    assert.equal(rules.match(/"replicationTime":\{"status":"Enabled","time":\{"minutes":15\}\}/g)?.length, 2);
    const alarms = recording.all(ALARM);
    assert.deepEqual(
      alarms.map(({ inputs }) => [inputs["region"], inputs["threshold"], inputs["dimensions"]]),
      ["us-west-2", "us-east-2"].map((region) => [
        "us-east-1",
        900,
        { SourceBucket: name("us-east-1"), DestinationBucket: name(region), RuleId: region },
      ]),
    );
    for (const { inputs } of alarms) {
      assert.deepEqual(inputs["alarmActions"], [ARGS.alarmTopicArn]);
      assert.match(String(inputs["alarmDescription"]), /docs\/runbooks\/replication-lag\.md$/);
    }
  });

  it("may read the source under its key, and write each copy under the key of the copy's region and class", async () => {
    for (const [part, dataClass] of [
      ["raw", "identifier"],
      ["artifacts", "technical"],
    ] as const) {
      const to = (region: string) => ({ region, bucket: lakeBucketOf(part, region) });
      const recording = await make({ part, source: to("us-east-1"), destinations: [to("us-west-2")] });
      const keys = statements(recording.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
        .filter(({ Action }) => Action.includes("kms:Decrypt") || Action.includes("kms:GenerateDataKey"))
        .map(({ Action, Resource, Condition }) => ({ Action, Resource, Condition }));
      const under = (region: string) => ({
        Resource: [`arn:aws:kms:${region}:${SCOPE.account}:key/*`],
        Condition: {
          "ForAnyValue:StringEquals": { "kms:ResourceAliases": `alias/meridian-test-${region}-${dataClass}` },
          StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` },
        },
      });
      assert.deepEqual(keys, [
        { Action: ["kms:Decrypt"], ...under("us-east-1") },
        { Action: ["kms:Encrypt", "kms:GenerateDataKey"], ...under("us-west-2") },
      ]);
    }
  });

  it("has no bound and no alarm from an hour on", async () => {
    const patient = await make({ rpoSeconds: 3600 });
    assert.deepEqual(patient.all(ALARM), []);
    assert.doesNotMatch(JSON.stringify(patient.resources.map(({ inputs }) => inputs)), /replicationTime/);
  });
});
