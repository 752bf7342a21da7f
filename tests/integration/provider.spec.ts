import assert from "node:assert/strict";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { Kinesis } from "@aws-sdk/client-kinesis";
import { S3 } from "@aws-sdk/client-s3";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as kubernetes from "@pulumi/kubernetes";
import type { OutputMap } from "@pulumi/pulumi/automation";
import { typeTable } from "../../local/provider";
import { AwsProvider } from "../../local/provider/aws/provider";
import type { Props } from "../../local/provider/values";
import { startOwnCloud, type OwnCloud } from "../local/provider/emulator";
import { CASES, type Case, type Made } from "../local/provider/cases";
import { openStack, type OwnStack } from "../local/provider/engine";

const SEED = Buffer.from("provider spec");
const REGION = "us-east-1";

const nameOf = ({ type, name }: Case): string => name ?? type.split("/")[1]?.split(":")[0] ?? "";
const urnOf = (one: Case): string => `urn:pulumi:local.spec::meridian::${one.type}::${nameOf(one)}`;

describe("every emulated type against a real emulator", function () {
  let cloud: OwnCloud;
  let provider: AwsProvider;
  const made: Record<string, Made & { inputs: Props }> = {};

  before(async () => {
    cloud = await startOwnCloud();
    provider = new AwsProvider(cloud.url, () => undefined);
    provider.configure({ region: REGION, defaultTags: JSON.stringify({ tags: { "meridian:spec": "yes" } }) });
  });
  after(async () => {
    provider.close();
    await cloud.stop();
  });

  const checked = (one: Case, news: Props, olds: Props = {}): Props => {
    const { inputs, failures } = provider.check({ urn: urnOf(one), olds, news, seed: SEED });
    assert.deepEqual(failures, []);
    return inputs;
  };

  it("has a case for every emulated type of the table", () => {
    const emulated = typeTable().filter(({ mode }) => mode === "emulated");
    const covered = new Set(CASES.map(({ type }) => type));
    assert.deepEqual(
      emulated.map(({ type }) => type).filter((type) => !covered.has(type)),
      [],
    );
  });

  for (const one of CASES) {
    it(`makes, finds, adopts and changes ${one.type} (${nameOf(one)})`, async () => {
      const urn = urnOf(one);
      const news = one.inputs(made);
      const inputs = checked(one, news);
      const first = await provider.create({ urn, inputs, preview: false });
      assert.notEqual(first.id, "");

      const again = await provider.create({ urn, inputs, preview: false });
      assert.equal(again.id, first.id, "a second create, as after a killed run, adopts what is there");

      const seen = await provider.read({ urn, id: first.id, inputs, outputs: first.outputs });
      assert.equal(seen.id, first.id);
      assert.deepEqual(seen.inputs, inputs, "nothing drifts by itself");

      const quiet = provider.diff({
        urn,
        id: first.id,
        oldInputs: inputs,
        oldOutputs: first.outputs,
        news: checked(one, news, inputs),
      });
      assert.deepEqual(quiet.changes, []);

      let outputs = first.outputs;
      let stored = inputs;
      if (one.change !== undefined) {
        const changed = checked(one, { ...news, ...one.change }, inputs);
        const diff = provider.diff({ urn, id: first.id, oldInputs: inputs, oldOutputs: outputs, news: changed });
        assert.ok(
          diff.changes.length > 0 && diff.changes.every(({ replace }) => !replace),
          "the change is made in place",
        );
        const request = { urn, id: first.id, oldInputs: inputs, oldOutputs: outputs, preview: false };
        outputs = await provider.update({ ...request, inputs: changed });
        const after = await provider.read({ urn, id: first.id, inputs: changed, outputs });
        assert.deepEqual(after.inputs, changed, "AWS has what the update asked for");
        stored = changed;
      }
      made[nameOf(one)] = { id: first.id, outputs, inputs: stored };
    });
  }

  it("takes everything away again, in the opposite order, and is content with what is gone already", async () => {
    for (const one of [...CASES].reverse()) {
      const there = made[nameOf(one)];
      assert.ok(there !== undefined, `${nameOf(one)} was made`);
      const request = { urn: urnOf(one), id: there.id, inputs: there.inputs, outputs: there.outputs };
      await provider.delete(request);
      await provider.delete(request);
      if (STAYS.has(one.type)) continue;
      const { id } = await provider.read(request);
      assert.equal(id, "", `${one.type} is gone`);
    }
  });
});

describe("the real engine with the local provider", function () {
  let cloud: OwnCloud;
  const stacks: OwnStack[] = [];

  before(async () => {
    cloud = await startOwnCloud();
  });
  after(async () => {
    await Promise.all(stacks.map((stack) => stack.close()));
    await cloud.stop();
  });

  const open = async (name: string, program: () => Promise<Record<string, unknown>>): Promise<OwnStack> => {
    const stack = await openStack(cloud, name, program);
    stacks.push(stack);
    return stack;
  };

  it("makes, leaves alone, changes, replaces and takes away, in two regions at once", async () => {
    const settings = { visibility: 30, table: "one" };
    const program = (region: string) => (): Promise<Record<string, unknown>> => {
      const provider = new aws.Provider("home", {
        region: region as aws.Region,
        defaultTags: { tags: { from: "spec" } },
      });
      const options = { provider };
      const stream = new aws.kinesis.Stream("events", { name: `spec-${region}`, shardCount: 1 }, options);
      const queue = new aws.sqs.Queue("work", { visibilityTimeoutSeconds: settings.visibility }, options);
      const bucket = new aws.s3.Bucket("lake", { forceDestroy: true }, options);
      const object = { bucket: bucket.bucket, key: "a", content: queue.arn };
      new aws.s3.BucketObjectv2("note", object, options);
      const attributes = [{ name: "pk", type: "S" }];
      const table = {
        name: `spec-${region}-${settings.table}`,
        billingMode: "PAY_PER_REQUEST",
        hashKey: "pk",
        attributes,
      };
      new aws.dynamodb.Table("store", table, options);
      const cluster = new kubernetes.Provider("cluster", { kubeconfig: queue.arn });
      new kubernetes.core.v1.ConfigMap("settings", { data: { queue: queue.url } }, { provider: cluster });
      return Promise.resolve({ bucket: bucket.bucket, stream: stream.arn });
    };
    const regions = ["us-east-1", "us-west-2"];
    const both = await Promise.all(regions.map((region) => open(`local.${region}`, program(region))));
    const all = <T>(work: (stack: OwnStack) => Promise<T>): Promise<T[]> => Promise.all(both.map(work));

    for (const { changeSummary } of await all((stack) => stack.preview())) assert.equal(changeSummary.create, 9);
    const outputs = (await all((stack) => stack.up())).map((result) => result.outputs);
    await seenByTheSdk(cloud, regions, outputs);

    for (const changes of await all((stack) => stack.changes())) assert.deepEqual(changes, { same: 9 });

    settings.visibility = 60;
    for (const changes of await all((stack) => stack.changes())) assert.deepEqual(changes, { same: 8, update: 1 });

    settings.table = "two";
    for (const changes of await all((stack) => stack.changes())) assert.deepEqual(changes, { same: 8, replace: 1 });
    const tables = await new DynamoDB(clientOf(cloud, "us-west-2")).listTables({});
    assert.deepEqual(tables.TableNames, ["spec-us-west-2-two"]);

    await all((stack) => stack.destroy());
    const left = await Promise.all(regions.map((region) => new Kinesis(clientOf(cloud, region)).listStreams({})));
    assert.deepEqual(
      left.flatMap(({ StreamNames = [] }) => StreamNames),
      [],
    );
  });

  it("refuses in a preview what AWS would refuse, by its models and between properties, with the property", async () => {
    const refused = async (stack: string, resource: (provider: aws.Provider) => void, said: RegExp): Promise<void> => {
      const opened = await open(stack, () => {
        resource(new aws.Provider("home", { region: "us-east-1" }));
        return Promise.resolve({});
      });
      await assert.rejects(opened.preview(), (error: Error) => said.test(error.message));
    };
    const attributes = [{ name: "id", type: "TEXT" }];
    await refused(
      "local.refused-by-model",
      (provider) => new aws.dynamodb.Table("bills", { name: "bills", hashKey: "id", attributes }, { provider }),
      /property attributes\.0\.type .*dynamodb CreateTable AttributeDefinitions\.0\.AttributeType .*one of S, N, B, got "TEXT"/,
    );
    const streamModeDetails = { streamMode: "ON_DEMAND" };
    await refused(
      "local.refused-by-rule",
      (provider) =>
        new aws.kinesis.Stream("clicks", { name: "clicks", shardCount: 2, streamModeDetails }, { provider }),
      /property shardCount .*kinesis-shards-by-mode/,
    );
  });

  it("takes up an update that was killed halfway, without a second of anything", async () => {
    const program = (): Promise<Record<string, unknown>> => {
      const provider = new aws.Provider("home", { region: "us-east-1" });
      const key = new aws.kms.Key("key", {}, { provider });
      new aws.kinesis.Stream(
        "events",
        { name: "spec-killed", shardCount: 1, kmsKeyId: key.arn, encryptionType: "KMS" },
        { provider },
      );
      return Promise.resolve({ key: key.keyId });
    };
    const first = await open("local.killed", program);
    const made = (await first.up()).outputs;
    await first.forget();
    const again = (await first.up()).outputs;
    assert.equal(again["key"]?.value, made["key"]?.value);
    await first.destroy();
  });

  it("builds awsx networks for several stacks at once, each under its own provider", async () => {
    const program = (region: aws.Region, octet: number) => (): Promise<Record<string, unknown>> => {
      const provider = new aws.Provider("home", { region });
      const components = new awsx.Provider("components", {});
      const vpc = new awsx.ec2.Vpc(
        "net",
        {
          availabilityZoneNames: [`${region}a`, `${region}b`],
          cidrBlock: `10.${octet}.0.0/16`,
          natGateways: { strategy: awsx.ec2.NatGatewayStrategy.Single },
          subnetSpecs: [
            { type: awsx.ec2.SubnetType.Public, cidrBlocks: [`10.${octet}.0.0/24`, `10.${octet}.1.0/24`] },
            { type: awsx.ec2.SubnetType.Private, cidrBlocks: [`10.${octet}.16.0/20`, `10.${octet}.32.0/20`] },
            { type: awsx.ec2.SubnetType.Isolated, cidrBlocks: [`10.${octet}.48.0/24`, `10.${octet}.49.0/24`] },
          ],
        },
        { providers: { aws: provider, awsx: components } },
      );
      return Promise.resolve({
        vpc: vpc.vpc.arn,
        ids: vpc.isolatedSubnetIds,
        routes: vpc.routes.apply((routes) => routes.length),
      });
    };
    const regions: readonly aws.Region[] = ["us-east-1", "eu-west-1", "ap-northeast-1"];
    const networks = await Promise.all(regions.map((region, i) => open(`local.net.${region}`, program(region, i))));
    for (const { changeSummary } of await Promise.all(networks.map((stack) => stack.preview()))) {
      assert.equal(changeSummary.create, 30);
    }
    const ups = await Promise.all(networks.map((stack) => stack.up()));
    ups.forEach(({ outputs }, i) => {
      assert.match(String(outputs["vpc"]?.value), new RegExp(`^arn:aws:ec2:${regions[i]}:`));
      assert.equal((outputs["ids"]?.value as string[]).length, 2);
      assert.equal(outputs["routes"]?.value, 4);
    });
    for (const changes of await Promise.all(networks.map((stack) => stack.changes())))
      assert.deepEqual(changes, { same: 30 });
    await Promise.all(networks.map((stack) => stack.destroy()));
  });

  it("stops an update of an AWS environment, and of an unknown type, with a message that says why", async () => {
    const bucket = (): Promise<Record<string, unknown>> => {
      const provider = new aws.Provider("home", { region: "eu-west-1" });
      new aws.s3.Bucket("lake", {}, { provider });
      return Promise.resolve({});
    };
    const prod = await open("prod.eu-west-1", bucket);
    assert.equal((await prod.preview()).changeSummary.create, 3);
    await assert.rejects(prod.up(), /never applies an AWS environment: stack "prod.eu-west-1"/);
    await prod.destroy();

    const strange = (): Promise<Record<string, unknown>> => {
      const provider = new aws.Provider("home", { region: "eu-west-1" });
      new aws.rds.Cluster("db", { engine: aws.rds.EngineType.AuroraPostgresql }, { provider });
      return Promise.resolve({});
    };
    await assert.rejects(
      (await open("local.strange", strange)).preview(),
      /does not know the type aws:rds\/cluster:Cluster/,
    );
  });
});

function clientOf(cloud: OwnCloud, region: string): object {
  return { endpoint: cloud.url, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
}

/** Looks with clients of the test's own, not the provider's. */
async function seenByTheSdk(cloud: OwnCloud, regions: readonly string[], outputs: readonly OutputMap[]): Promise<void> {
  for (const [i, region] of regions.entries()) {
    const { StreamNames = [] } = await new Kinesis(clientOf(cloud, region)).listStreams({});
    assert.deepEqual(StreamNames, [`spec-${region}`]);
    const bucket = String(outputs[i]?.["bucket"]?.value);
    const s3 = new S3({ ...clientOf(cloud, region), forcePathStyle: true });
    const note = await s3.getObject({ Bucket: bucket, Key: "a" });
    assert.match((await note.Body?.transformToString()) ?? "", new RegExp(`^arn:aws:sqs:${region}:000000000000:work-`));
  }
}

/** What AWS keeps after a delete: a default, or the last version of a secret that goes with its secret. */
const STAYS = new Set([
  "aws:s3/bucketAcl:BucketAcl",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:secretsmanager/secretVersion:SecretVersion",
  "aws:sns/topicPolicy:TopicPolicy",
]);
