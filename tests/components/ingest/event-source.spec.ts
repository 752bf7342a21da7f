import assert from "node:assert/strict";
import { DeliveryStream } from "../../../components/ingest/delivery";
import { EventQueue } from "../../../components/ingest/event-queue";
import {
  CAN,
  carriersFor,
  createEventSource,
  type EventCarrier,
  type EventNeed,
  type EventSource,
} from "../../../components/ingest/event-stream";
import type { ProvisionedKafka } from "../../../components/ingest/event-cluster";
import { EventTopic } from "../../../components/ingest/event-topic";
import { DISPOSABLE, keyArn, SCOPE, statements, tooWide } from "../../kit/builders";
import { FAKE_ACCOUNT } from "../../kit/outputs";
import { assertEveryChildIsOwned, record, type Recording } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { assertTaken } from "../../kit/taken";

const KEY = keyArn("identifier");
const CLUSTER = `arn:aws:kafka:us-east-1:${FAKE_ACCOUNT}:cluster/meridian-test-us-east-1-events/0a1b2c3d-1`;
const QUEUE = "aws:sqs/queue:Queue";
const CLUSTER_TYPE = "aws:msk/serverlessCluster:ServerlessCluster";
const CARRIERS: Readonly<Record<EventCarrier["kind"], EventCarrier>> = {
  kinesis: { kind: "kinesis", capacity: { mode: "on-demand" }, fanOutConsumers: ["replicator"] },
  kafka: { kind: "kafka", vpcId: "vpc-1", subnetIds: ["subnet-a", "subnet-b"], clients: { api: "sg-1" } },
  queue: { kind: "queue" },
};
const CLUSTER_OF_BROKERS = {
  mode: "provisioned",
  brokerType: "kafka.m7g.large",
  brokers: 6,
  zones: 3,
  logs: { keyArn: keyArn("technical") },
} as const;
const KAFKA = { kind: "kafka", vpcId: "vpc-1", subnetIds: ["subnet-a", "subnet-b", "subnet-c"] } as const;
const onBrokers = (more: Partial<ProvisionedKafka> = {}): EventCarrier => ({
  ...KAFKA,
  subnetIds: [...KAFKA.subnetIds],
  cluster: { ...CLUSTER_OF_BROKERS, ...more },
});
const outputs = {
  [CLUSTER_TYPE]: () => ({ arn: CLUSTER, bootstrapBrokersSaslIam: "boot:9098" }),
  "aws:msk/cluster:Cluster": () => ({ arn: CLUSTER, bootstrapBrokersSaslIam: "b-1:9098,b-2:9098" }),
  "aws:msk/configuration:Configuration": () => ({ latestRevision: 1 }),
};

const make = (
  carrier: EventCarrier,
  needs: readonly EventNeed[] = [],
  scope = SCOPE,
): Promise<Recording<EventSource>> =>
  record(({ opts }) => createEventSource("events", { scope, keyArn: KEY, carrier, needs }, opts), { outputs });

describe("an event source", () => {
  it("gives each kind of reader what that carrier has, by kind, and meets every need that it claims to", async () => {
    for (const kind of ["kinesis", "kafka", "queue"] as const) {
      const recording = await make(CARRIERS[kind], CAN[kind]);
      assertEveryChildIsOwned(recording);
      assertTaken(recording);
      assert.equal(recording.result.kind, kind);
    }
  });

  it("is refused for what its carrier cannot do, with the carriers that can", async () => {
    const refused = async (kind: EventCarrier["kind"], needs: readonly EventNeed[]): Promise<string> => {
      const args = { scope: SCOPE, keyArn: KEY, carrier: CARRIERS[kind], needs };
      const { message } = await assertRefused(
        ({ opts }) => createEventSource("events", args, opts),
        needs.map(() => "carrier.kind"),
      );
      return message;
    };
    assert.match(
      await refused("kafka", ["search-delivery", "collector"]),
      /want kinesis or queue, for collector, got "kafka"/,
    );
    const queue = await refused("queue", ["delivery", "search-delivery", "several-consumers", "replay"]);
    for (const need of ["delivery", "several-consumers", "replay"])
      assert.ok(queue.includes(`want kinesis or kafka, for ${need}, got "queue"`), need);
    assert.ok(queue.includes('want kinesis, for search-delivery, got "queue"'));
    assert.deepEqual(carriersFor("search-delivery"), ["kinesis"]);
  });

  it("on a queue keeps each user's order, never takes an event twice, and sets aside what nobody can handle", async () => {
    const recording = await make(CARRIERS.queue);
    assert.deepEqual(recording.snapshot(), [
      `${QUEUE} events < events | protect | retain`,
      `${QUEUE} events-dead < events | protect | retain`,
      "aws:sqs/queuePolicy:QueuePolicy events < events",
      "aws:sqs/queuePolicy:QueuePolicy events-dead < events",
      "meridian:ingest:EventQueue events < (stack)",
    ]);
    const { inputs } = recording.only(QUEUE, "events");
    const dead = recording.only(QUEUE, "events-dead").inputs;
    assert.deepEqual(
      [inputs["name"], inputs["fifoQueue"], inputs["deduplicationScope"], inputs["fifoThroughputLimit"]],
      ["meridian-test-us-east-1-events.fifo", true, "messageGroup", "perMessageGroupId"],
    );
    assert.deepEqual(
      [inputs["messageRetentionSeconds"], inputs["visibilityTimeoutSeconds"], inputs["kmsMasterKeyId"]],
      [345_600, 300, KEY],
    );
    assert.deepEqual(
      [dead["name"], dead["fifoQueue"], dead["messageRetentionSeconds"], dead["kmsMasterKeyId"]],
      ["meridian-test-us-east-1-events-dead.fifo", true, 1_209_600, KEY],
    );
    const arn = (name: string): string => `arn:aws:sqs:us-east-1:${FAKE_ACCOUNT}:meridian-test-us-east-1-${name}.fifo`;
    assert.deepEqual(JSON.parse(String(inputs["redrivePolicy"])), {
      deadLetterTargetArn: arn("events-dead"),
      maxReceiveCount: 5,
    });
    assert.deepEqual(JSON.parse(String(dead["redriveAllowPolicy"])), {
      redrivePermission: "byQueue",
      sourceQueueArns: [arn("events")],
    });
    for (const { inputs: policy } of recording.all("aws:sqs/queuePolicy:QueuePolicy"))
      assert.deepEqual(
        statements(policy["policy"]).map(({ Sid, Effect }) => [Sid, Effect]),
        [["OnlyTls", "Deny"]],
      );
    const [disposable] = (await make(CARRIERS.queue, [], DISPOSABLE)).all(QUEUE);
    assert.equal(disposable?.protect, false);
  });

  it("on Kafka takes only clients signed by IAM from the groups it was told, and lets Firehose connect", async () => {
    const recording = await make(CARRIERS.kafka);
    assert.deepEqual(recording.snapshot(), [
      "aws:ec2/securityGroup:SecurityGroup events < events",
      "aws:msk/clusterPolicy:ClusterPolicy events < events",
      `${CLUSTER_TYPE} events < events | protect | retain`,
      "aws:msk/topic:Topic events < events | protect | retain",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule events-api < events",
      "meridian:ingest:EventTopic events < (stack)",
    ]);
    const { inputs } = recording.only(CLUSTER_TYPE);
    assert.equal(inputs["clusterName"], "meridian-test-us-east-1-events");
    assert.deepEqual(inputs["clientAuthentication"], { sasl: { iam: { enabled: true } } });
    assert.match(JSON.stringify(inputs["vpcConfigs"]), /"subnetIds":\["subnet-a","subnet-b"\]/);
    const rule = recording.only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs;
    assert.deepEqual(
      [rule["referencedSecurityGroupId"], rule["fromPort"], rule["toPort"], rule["cidrIpv4"]],
      ["sg-1", 9098, 9098, undefined],
    );
    const topic = recording.only("aws:msk/topic:Topic").inputs;
    assert.deepEqual(
      [topic["name"], topic["partitionCount"], topic["replicationFactor"], topic["configs"]],
      ["events", 12, 3, JSON.stringify({ "retention.ms": "172800000" })],
    );
    const [connect] = statements(recording.only("aws:msk/clusterPolicy:ClusterPolicy").inputs["policy"]);
    assert.deepEqual([connect?.Action, connect?.Resource], ["kafka:CreateVpcConnection", CLUSTER]);
  });

  it("on brokers of one's own is encrypted by the events' key, at rest and between brokers, in three copies, with logs", async () => {
    const recording = await make(onBrokers({ kafkaVersion: "3.9.x", storageGib: 500 }), CAN.kafka);
    assertEveryChildIsOwned(recording);
    assertTaken(recording);
    assert.deepEqual(recording.all(CLUSTER_TYPE), []);
    const cluster = recording.only("aws:msk/cluster:Cluster");
    assert.deepEqual([cluster.protect, cluster.retainOnDelete], [true, true]);
    const { inputs } = cluster;
    assert.deepEqual([inputs["numberOfBrokerNodes"], inputs["kafkaVersion"]], [6, "3.9.x"]);
    assert.deepEqual(inputs["encryptionInfo"], {
      encryptionAtRestKmsKeyArn: KEY,
      encryptionInTransit: { clientBroker: "TLS", inCluster: true },
    });
    assert.deepEqual(inputs["clientAuthentication"], { sasl: { iam: true }, unauthenticated: false });
    const brokers = inputs["brokerNodeGroupInfo"] as Record<string, unknown>;
    assert.deepEqual(brokers["storageInfo"], { ebsStorageInfo: { volumeSize: 500 } });
    assert.deepEqual(brokers["connectivityInfo"], {
      publicAccess: { type: "DISABLED" },
      vpcConnectivity: { clientAuthentication: { sasl: { iam: true } } },
    });
    assert.match(JSON.stringify(inputs["loggingInfo"]), /"enabled":true/);
    const { inputs: settings } = recording.only("aws:msk/configuration:Configuration");
    assert.deepEqual(String(settings["serverProperties"]).split("\n"), [
      "auto.create.topics.enable=false",
      "default.replication.factor=3",
      "min.insync.replicas=2",
      "unclean.leader.election.enable=false",
    ]);
    assert.equal(recording.only("aws:cloudwatch/logGroup:LogGroup").inputs["retentionInDays"], 30);
    const usual = (await make(onBrokers())).only("aws:msk/cluster:Cluster").inputs;
    assert.equal(usual["kafkaVersion"], "3.8.x");
  });

  it("refuses brokers that do not fill their zones, are fewer than the copies, or of a Kafka that MSK has not", async () => {
    const cluster = {
      ...CLUSTER_OF_BROKERS,
      brokers: 4,
      brokerType: "m7g.large",
      kafkaVersion: "2.8.1",
      storageGib: 20_000,
    };
    await assertRefused(
      ({ opts }) => new EventTopic("t", { scope: SCOPE, vpcId: "vpc-1", subnetIds: [], cluster }, opts),
      ["cluster.brokerType", "cluster.brokers", "cluster.storageGib", "cluster.kafkaVersion", "keyArn"],
    );
    const few = { ...CLUSTER_OF_BROKERS, brokers: 2, zones: 2 };
    await assertRefused(
      ({ opts }) => new EventTopic("t", { scope: SCOPE, vpcId: "v", subnetIds: [], cluster: few, keyArn: KEY }, opts),
      ["cluster.brokers"],
    );
  });

  it("on Kafka is delivered to S3 by a role that reads that topic only", async () => {
    const bucket = { arn: "arn:aws:s3:::raw", keyArn: keyArn("raw") };
    const recording = await record(
      ({ opts }) =>
        new DeliveryStream(
          "d",
          {
            scope: SCOPE,
            part: "events-raw",
            source: { kind: "kafka", clusterArn: CLUSTER, topic: "events" },
            destination: bucket,
            prefix: "events",
            buffering: { sizeMiB: 5, intervalSeconds: 60 },
            logs: { keyArn: keyArn("technical") },
          },
          opts,
        ),
    );
    const { inputs } = recording.only("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream");
    assert.equal(inputs["kinesisSourceConfiguration"], undefined);
    const source = inputs["mskSourceConfiguration"] as Record<string, unknown>;
    assert.deepEqual([source["mskClusterArn"], source["topicName"]], [CLUSTER, "events"]);
    assert.match(JSON.stringify(source["authenticationConfiguration"]), /"connectivity":"PRIVATE"/);
    const policy = recording.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"];
    const resource = (sid: string): unknown => statements(policy).find(({ Sid }) => Sid === sid)?.Resource;
    assert.deepEqual(resource("FindCluster"), [CLUSTER]);
    assert.deepEqual(resource("ReadTopic"), [`${CLUSTER.replace(":cluster/", ":topic/")}/events`]);
    assert.deepEqual(resource("ReadOffsets"), [`${CLUSTER.replace(":cluster/", ":group/")}/*`]);
    assert.deepEqual(tooWide(policy), []);
    assertTaken(recording);
  });

  it("refuses settings that AWS would", async () => {
    await assertRefused(
      ({ opts }) =>
        new EventQueue(
          "q",
          { scope: SCOPE, keyArn: KEY, retentionDays: 15, visibilitySeconds: 0, maxReceives: 1001 },
          opts,
        ),
      ["retentionDays", "visibilitySeconds", "maxReceives"],
    );
    await assertRefused(
      ({ opts }) =>
        new EventTopic(
          "t",
          { scope: SCOPE, vpcId: "v", subnetIds: [], partitions: 0, retentionHours: 0, clients: { "A b": "sg" } },
          opts,
        ),
      ["partitions", "retentionHours", "clients.A b"],
    );
  });
});
