import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Cache } from "../../../components/cache/cache";
import { DISPOSABLE } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { KEYS } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";
import { ARGS } from "./args";

const valueOf = <T>(value: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> =>
  new Promise((resolve) => pulumi.output(value).apply(resolve));

const make = (args: Partial<typeof ARGS> = {}) => record(({ opts }) => new Cache("cache", { ...ARGS, ...args }, opts));

describe("Cache", () => {
  it("makes exactly these resources of Valkey, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:cloudwatch/logGroup:LogGroup cache-slow < cache",
      "aws:ec2/securityGroup:SecurityGroup cache < cache",
      "aws:elasticache/parameterGroup:ParameterGroup cache < cache",
      "aws:elasticache/replicationGroup:ReplicationGroup cache < cache | protect | retain",
      "aws:elasticache/subnetGroup:SubnetGroup cache < cache",
      "aws:elasticache/user:User cache-api < cache",
      "aws:elasticache/userGroup:UserGroup cache < cache",
      "meridian:cache:Cache cache < (stack)",
    ]);
  });

  it("makes the default user that Redis wants, switched off", async () => {
    const recording = await make({ engine: { engine: "redis", shards: 1, replicasPerShard: 2 } });
    assert.deepEqual(recording.snapshot(), [
      "aws:cloudwatch/logGroup:LogGroup cache-slow < cache",
      "aws:ec2/securityGroup:SecurityGroup cache < cache",
      "aws:elasticache/parameterGroup:ParameterGroup cache < cache",
      "aws:elasticache/replicationGroup:ReplicationGroup cache < cache | protect | retain",
      "aws:elasticache/subnetGroup:SubnetGroup cache < cache",
      "aws:elasticache/user:User cache-api < cache",
      "aws:elasticache/user:User cache-default < cache",
      "aws:elasticache/userGroup:UserGroup cache < cache",
      "meridian:cache:Cache cache < (stack)",
    ]);
    const { inputs } = recording.only("aws:elasticache/user:User", "cache-default");
    assert.match(String(inputs["accessString"]), /^off .*-@all$/);
    assert.equal(recording.only("aws:elasticache/parameterGroup:ParameterGroup").inputs["family"], "redis7");
  });

  it("makes exactly these resources of Memcached, over zones, with TLS", async () => {
    const recording = await make({ engine: { engine: "memcached", nodes: 2 } });
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:ec2/securityGroup:SecurityGroup cache < cache",
      "aws:elasticache/cluster:Cluster cache < cache | protect | retain",
      "aws:elasticache/subnetGroup:SubnetGroup cache < cache",
      "meridian:cache:Cache cache < (stack)",
    ]);
    const { inputs } = recording.only("aws:elasticache/cluster:Cluster");
    assert.deepEqual(
      [inputs["azMode"], inputs["transitEncryptionEnabled"], inputs["parameterGroupName"], inputs["port"]],
      ["cross-az", true, "default.memcached1.6", 11211],
    );
    const one = await make({ engine: { engine: "memcached", nodes: 1 } });
    assert.equal(one.only("aws:elasticache/cluster:Cluster").inputs["azMode"], "single-az");
  });

  it("fails over by itself, encrypts, keeps snapshots and logs what is slow", async () => {
    const { inputs } = (await make()).only("aws:elasticache/replicationGroup:ReplicationGroup");
    const want = {
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      atRestEncryptionEnabled: true,
      kmsKeyId: ARGS.key.arn,
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      numNodeGroups: 2,
      replicasPerNodeGroup: 1,
      snapshotRetentionLimit: 1,
      engine: "valkey",
      engineVersion: "8.0",
    };
    for (const [key, value] of Object.entries(want)) assert.deepEqual(inputs[key], value, key);
    assert.match(JSON.stringify(inputs["logDeliveryConfigurations"]), /slow-log/);
  });

  it("knows its caller by IAM, whose user name is its id, and lets it touch its own keys only", async () => {
    const { inputs } = (await make()).only("aws:elasticache/user:User");
    assert.equal(inputs["userId"], inputs["userName"]);
    assert.deepEqual(inputs["authenticationMode"], { type: "iam" });
    assert.match(String(inputs["accessString"]), /^on ~rec:\* resetchannels -@all /);
  });

  it("is closed: the rule for a client comes with the grant of the port", async () => {
    const recording = await make();
    assert.deepEqual(recording.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"), []);
    const { reach } = recording.result.ref.allowConnect();
    assert.equal(reach?.port, 6379);
    assert.equal(await valueOf(reach.securityGroupId), "sg-cache");
  });

  it("publishes the names of its nodes and what a caller needs to connect", async () => {
    const { outputs } = (await make()).only("meridian:cache:Cache");
    assert.deepEqual(outputs["nodeNames"], [
      "meridian-test-use1-cache-0001-001",
      "meridian-test-use1-cache-0001-002",
      "meridian-test-use1-cache-0002-001",
      "meridian-test-use1-cache-0002-002",
    ]);
    assert.deepEqual(outputs["connectArns"], [
      "arn:aws:elasticache:us-east-1:111122223333:replicationgroup:meridian-test-use1-cache",
      "arn:aws:elasticache:us-east-1:111122223333:user:meridian-test-use1-api",
    ]);
    const memcached = (await make({ engine: { engine: "memcached", nodes: 3 } })).only("meridian:cache:Cache").outputs;
    assert.deepEqual([memcached["connectArns"], memcached["userName"]], [[], ""]);
  });

  it("is protected and kept unless its data is disposable", async () => {
    const group = (await make({ scope: DISPOSABLE })).only("aws:elasticache/replicationGroup:ReplicationGroup");
    assert.deepEqual([group.protect, group.retainOnDelete], [false, false]);
  });

  it("takes another threshold and a topic", async () => {
    const recording = await make({
      slowCommandMilliseconds: 5,
      notificationTopicArn: "arn:topic",
    });
    assert.match(
      JSON.stringify(recording.only("aws:elasticache/parameterGroup:ParameterGroup").inputs),
      /"value":"5000"/,
    );
    assert.equal(
      recording.only("aws:elasticache/replicationGroup:ReplicationGroup").inputs["notificationTopicArn"],
      "arn:topic",
    );
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new Cache(
          "cache",
          {
            ...ARGS,
            nodeType: "r7g.large",
            key: KEYS.identifier,
            slowCommandMilliseconds: 0,
            engine: { engine: "valkey", shards: 0, replicasPerShard: 0, snapshotRetentionDays: 36 },
          },
          opts,
        ),
      [
        "nodeType",
        "key",
        "slowCommandMilliseconds",
        "engine.shards",
        "engine.replicasPerShard",
        "engine.snapshotRetentionDays",
      ],
    );
    await assertRefused(
      ({ opts }) => new Cache("cache", { ...ARGS, engine: { engine: "memcached", nodes: 41 } }, opts),
      ["engine.nodes"],
    );
  });

  it("refuses by name what Memcached cannot do", async () => {
    const engine = { engine: "memcached", nodes: 2, shards: 2, replicasPerShard: 1, snapshotRetentionDays: 7 } as const;
    await assertRefused(
      ({ opts }) => new Cache("cache", { ...ARGS, engine }, opts),
      ["engine.shards", "engine.replicasPerShard", "engine.snapshotRetentionDays"],
    );
  });
});
