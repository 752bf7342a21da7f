import assert from "node:assert/strict";
import fc from "fast-check";
import { visibilitySeconds } from "../../../components/messaging/plan";
import { Queue, type QueueArgs } from "../../../components/messaging/queue";
import { Topic } from "../../../components/messaging/topic";
import { SCOPE, statements, tooWide } from "../../kit/builders";
import { FAKE_ACCOUNT } from "../../kit/outputs";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { KEYS } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";

const ARGS: QueueArgs = { scope: SCOPE, part: "intake", key: KEYS.technical, workSeconds: 10 };
const QUEUE = "aws:sqs/queue:Queue";

describe("a queue", () => {
  it("comes with its dead-letter queue and a policy on both", async () => {
    const recording = await record(({ opts }) => new Queue("intake", ARGS, opts));
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:sqs/queue:Queue intake < intake",
      "aws:sqs/queue:Queue intake-dead < intake",
      "aws:sqs/queuePolicy:QueuePolicy intake < intake",
      "aws:sqs/queuePolicy:QueuePolicy intake-dead < intake",
      "meridian:messaging:Queue intake < (stack)",
    ]);
    const queue = recording.only(QUEUE, "intake").inputs;
    const dead = recording.only(QUEUE, "intake-dead").inputs;
    assert.deepEqual([queue["kmsMasterKeyId"], dead["kmsMasterKeyId"]], [ARGS.key.arn, ARGS.key.arn]);
    assert.equal(queue["visibilityTimeoutSeconds"], 60);
    assert.equal(queue["messageRetentionSeconds"], 4 * 86_400);
    assert.equal(dead["messageRetentionSeconds"], 14 * 86_400);
    assert.deepEqual(JSON.parse(String(queue["redrivePolicy"])), {
      deadLetterTargetArn: `arn:aws:sqs:us-east-1:${FAKE_ACCOUNT}:meridian-test-us-east-1-intake-dead`,
      maxReceiveCount: 5,
    });
    assert.deepEqual(JSON.parse(String(dead["redriveAllowPolicy"])), {
      redrivePermission: "byQueue",
      sourceQueueArns: [`arn:aws:sqs:us-east-1:${FAKE_ACCOUNT}:meridian-test-us-east-1-intake`],
    });
  });

  it("denies plain HTTP, and lets only the named senders of this account in", async () => {
    const senders = ["s3", "events"] as const;
    const recording = await record(({ opts }) => new Queue("intake", { ...ARGS, senders }, opts));
    const policy = recording.only("aws:sqs/queuePolicy:QueuePolicy", "intake").inputs["policy"];
    const [tls, s3, events, ...rest] = statements(policy);
    assert.deepEqual([tls?.Effect, tls?.Condition], ["Deny", { Bool: { "aws:SecureTransport": "false" } }]);
    assert.deepEqual(
      [s3?.Principal, events?.Principal],
      [{ Service: "s3.amazonaws.com" }, { Service: "events.amazonaws.com" }],
    );
    for (const sender of [s3, events]) {
      assert.deepEqual(sender?.Condition, { StringEquals: { "aws:SourceAccount": FAKE_ACCOUNT } });
    }
    assert.deepEqual(rest, []);
    assert.deepEqual(tooWide(policy), []);
    const dead = statements(recording.only("aws:sqs/queuePolicy:QueuePolicy", "intake-dead").inputs["policy"]);
    assert.deepEqual(
      dead.map(({ Effect }) => Effect),
      ["Deny"],
    );
  });

  it("alarms when a message is set aside, when somebody is to be told", async () => {
    const alarmTopicArn = "arn:aws:sns:us-east-1:111122223333:alarms";
    const recording = await record(({ opts }) => new Queue("intake", { ...ARGS, alarmTopicArn }, opts));
    assertEveryChildIsOwned(recording);
    const { inputs } = recording.only("aws:cloudwatch/metricAlarm:MetricAlarm");
    assert.deepEqual(inputs["dimensions"], { QueueName: "meridian-test-us-east-1-intake-dead" });
    assert.deepEqual(inputs["alarmActions"], [alarmTopicArn]);
    assert.deepEqual([inputs["threshold"], inputs["comparisonOperator"]], [0, "GreaterThanThreshold"]);
  });

  it("takes its own tries and retention", async () => {
    const recording = await record(({ opts }) => new Queue("q", { ...ARGS, maxReceives: 2, retentionDays: 14 }, opts));
    const { inputs } = recording.only(QUEUE, "q");
    assert.equal(inputs["messageRetentionSeconds"], 14 * 86_400);
    assert.equal((JSON.parse(String(inputs["redrivePolicy"])) as { maxReceiveCount: number }).maxReceiveCount, 2);
  });

  it("refuses what SQS would", async () => {
    await assertRefused(
      ({ opts }) => new Queue("q", { ...ARGS, workSeconds: 0, maxReceives: 1001, retentionDays: 15 }, opts),
      ["workSeconds", "maxReceives", "retentionDays"],
    );
  });

  it("refuses a sender that the key does not admit: its messages would be lost", async () => {
    await assertRefused(
      ({ opts }) => new Queue("q", { ...ARGS, key: KEYS.behaviour, senders: ["s3"] }, opts),
      ["senders[0]"],
    );
  });

  it("hides a message for six times its work, never less than 30 s or more than 12 h", () => {
    fc.assert(
      fc.property(fc.nat(50_000), fc.nat(50_000), (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        assert.ok(visibilitySeconds(less) <= visibilitySeconds(more));
        assert.equal(visibilitySeconds(a), Math.min(43_200, Math.max(30, 6 * a)));
      }),
    );
  });
});

describe("a topic", () => {
  it("is encrypted, signed with SHA-256, and closed to plain HTTP", async () => {
    const recording = await record(
      ({ opts }) => new Topic("alarms", { scope: SCOPE, part: "alarms", key: KEYS.technical }, opts),
    );
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:sns/topic:Topic alarms < alarms",
      "aws:sns/topicPolicy:TopicPolicy alarms < alarms",
      "meridian:messaging:Topic alarms < (stack)",
    ]);
    const { inputs } = recording.only("aws:sns/topic:Topic");
    assert.deepEqual([inputs["kmsMasterKeyId"], inputs["signatureVersion"]], [KEYS.technical.arn, 2]);
    const policy = statements(recording.only("aws:sns/topicPolicy:TopicPolicy").inputs["policy"]);
    assert.deepEqual(
      policy.map(({ Effect }) => Effect),
      ["Deny"],
    );
  });

  it("tells its addresses and lets its publishers in", async () => {
    const recording = await record(
      ({ opts }) =>
        new Topic(
          "alarms",
          {
            scope: SCOPE,
            part: "alarms",
            key: KEYS.technical,
            emails: ["owner@example.com"],
            publishers: ["cloudwatch"],
          },
          opts,
        ),
    );
    assertEveryChildIsOwned(recording);
    const { inputs } = recording.only("aws:sns/topicSubscription:TopicSubscription");
    assert.deepEqual([inputs["protocol"], inputs["endpoint"]], ["email", "owner@example.com"]);
    const [, publisher] = statements(recording.only("aws:sns/topicPolicy:TopicPolicy").inputs["policy"]);
    assert.deepEqual(publisher?.Principal, { Service: "cloudwatch.amazonaws.com" });
    assert.equal(publisher.Action, "sns:Publish");
  });

  it("refuses what is no address, one twice, and a publisher that the key does not admit", async () => {
    const emails = ["nobody", "a@example.com", "a@example.com"];
    await assertRefused(
      ({ opts }) =>
        new Topic("t", { scope: SCOPE, part: "t", key: KEYS.identifier, publishers: ["cloudwatch"], emails }, opts),
      ["publishers[0]", "emails[0]", "emails[2]"],
    );
  });
});
