import assert from "node:assert/strict";
import { BucketReplication, type BucketReplicationArgs } from "../../../components/lake/replication";
import { SCOPE } from "../../kit/builders";
import { assertEveryChildIsOwned, record, type Recording } from "../../kit/recorder";
import { assertTaken } from "../../kit/taken";

const site = (region: string) => ({ region, bucket: `raw-${region}`, keyAlias: `alias/${region}` });
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
        { SourceBucket: "raw-us-east-1", DestinationBucket: `raw-${region}`, RuleId: region },
      ]),
    );
    for (const { inputs } of alarms) {
      assert.deepEqual(inputs["alarmActions"], [ARGS.alarmTopicArn]);
      assert.match(String(inputs["alarmDescription"]), /docs\/runbooks\/replication-lag\.md$/);
    }
  });

  it("has no bound and no alarm from an hour on, nor an alarm that nobody would hear", async () => {
    const patient = await make({ rpoSeconds: 3600 });
    assert.deepEqual(patient.all(ALARM), []);
    assert.doesNotMatch(JSON.stringify(patient.resources.map(({ inputs }) => inputs)), /replicationTime/);
    const { alarmTopicArn, ...silent } = ARGS;
    assert.notEqual(alarmTopicArn, undefined);
    const recording = await record(({ opts }) => new BucketReplication("copy", silent, opts));
    assert.deepEqual(recording.all(ALARM), []);
  });
});
