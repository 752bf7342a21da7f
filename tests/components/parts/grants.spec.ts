import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { environmentOf } from "../../../components/kit/settings";
import { verifierSettings } from "../../../contracts/settings/verifier";
import { statementsOf, type Grant } from "../../../components/kit/grant";
import { mergeStatements, policyOf, type Allow, type KnownAllow } from "../../../components/kit/iam";
import { BucketRef } from "../../../components/parts/refs/bucket";
import { CacheRef } from "../../../components/parts/refs/cache";
import { CatalogueRef } from "../../../components/parts/refs/catalogue";
import { DomainRef } from "../../../components/parts/refs/domain";
import { EndpointRef } from "../../../components/parts/refs/endpoint";
import { FunctionRef } from "../../../components/parts/refs/function";
import { KeyRef } from "../../../components/parts/refs/key";
import { LogGroupRef } from "../../../components/parts/refs/log-group";
import { MachineRef } from "../../../components/parts/refs/machine";
import { RepositoryRef } from "../../../components/parts/refs/repository";
import { allowPassRole } from "../../../components/parts/refs/role";
import { SecretRef } from "../../../components/parts/refs/secret";
import { TableRef } from "../../../components/parts/refs/table";
import { keyArn, SCOPE, statements, type Statement } from "../../kit/builders";
import { bucketOf, KEYS, queueOf, streamOf, topicOf } from "../../kit/refs";

const ACCOUNT = SCOPE.account;

/** `actions on resources [if service]`, a line a statement. */
async function lines(...grants: readonly (Grant | Allow)[]): Promise<readonly string[]> {
  const text = await new Promise<string>((resolve) => {
    policyOf(statementsOf(grants)).apply(resolve);
  });
  return statements(text).map(spell);
}

function spell({ Action, Resource, Condition }: Statement): string {
  const under = Condition === undefined ? "" : ` if ${JSON.stringify(Condition)}`;
  return `${[Action].flat().join(" ")} on ${[Resource].flat().join(" ")}${under}`;
}

const via = (service: string, region = "us-east-1"): string =>
  ` if {"StringEquals":{"kms:ViaService":"${service}.${region}.amazonaws.com"}}`;
const aliased = (alias: string, service?: string): string =>
  ` if ${JSON.stringify({
    "ForAnyValue:StringEquals": { "kms:ResourceAliases": alias },
    ...(service === undefined ? {} : { StringEquals: { "kms:ViaService": `${service}.us-east-1.amazonaws.com` } }),
  })}`;

describe("a grant", () => {
  before(() => pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }));

  it("of a bucket has the right on the objects and on the key of that very bucket", async () => {
    const bucket = bucketOf("gold", "identifier");
    const key = keyArn("identifier");
    assert.deepEqual(await lines(bucket.allowRead("features/*")), [
      "s3:GetObject on arn:aws:s3:::gold/features/*",
      `kms:Decrypt on ${key}${via("s3")}`,
    ]);
    assert.deepEqual(await lines(bucket.allowWrite("models/*")), [
      "s3:AbortMultipartUpload s3:PutObject on arn:aws:s3:::gold/models/*",
      `kms:Decrypt kms:GenerateDataKey on ${key}${via("s3")}`,
    ]);
    assert.deepEqual(await lines(bucket.allowPut("a/*")), [
      "s3:PutObject on arn:aws:s3:::gold/a/*",
      `kms:GenerateDataKey on ${key}${via("s3")}`,
    ]);
    for (const grant of [bucket.allowRewrite("*"), bucket.allowPlace("*"), bucket.allowDelivery()]) {
      assert.ok((await lines(grant)).includes(`kms:Decrypt kms:GenerateDataKey on ${key}${via("s3")}`));
    }
    assert.ok((await lines(bucket.allowTake("*"))).includes(`kms:Decrypt on ${key}${via("s3")}`));
    assert.deepEqual(await lines(bucket.allowList()), ["s3:ListBucket on arn:aws:s3:::gold"]);
    assert.deepEqual(await lines(bucket.allowBrowse()), ["s3:GetBucketLocation s3:ListBucket on arn:aws:s3:::gold"]);
  });

  it("of a bucket under S3's own keys has no right on a key", async () => {
    const logs = new BucketRef(SCOPE, { name: "logs" });
    assert.deepEqual(await lines(logs.allowWrite("emr/*")), [
      "s3:AbortMultipartUpload s3:PutObject on arn:aws:s3:::logs/emr/*",
    ]);
  });

  it("of a queue has the key for what is done: a sender makes data keys, a consumer reads them", async () => {
    const queue = queueOf("work");
    const [arn, key] = [`arn:aws:sqs:us-east-1:${ACCOUNT}:work`, keyArn("technical")];
    assert.deepEqual(await lines(queue.allowSend()), [
      `sqs:SendMessage on ${arn}`,
      `kms:Decrypt kms:GenerateDataKey on ${key}${via("sqs")}`,
    ]);
    assert.deepEqual(await lines(queue.allowTake()), [
      `sqs:DeleteMessage sqs:ReceiveMessage on ${arn}`,
      `kms:Decrypt on ${key}${via("sqs")}`,
    ]);
    assert.deepEqual(await lines(queue.allowConsume()), [
      `sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage on ${arn}`,
      `kms:Decrypt on ${key}${via("sqs")}`,
    ]);
    assert.equal(queue.allowConsume().address, "https://sqs/work");
  });

  it("of a topic and of a stream has their keys", async () => {
    assert.deepEqual(await lines(topicOf("alarms").allowPublish()), [
      `sns:Publish on arn:aws:sns:us-east-1:${ACCOUNT}:alarms`,
      `kms:Decrypt kms:GenerateDataKey on ${keyArn("technical")}${via("sns")}`,
    ]);
    const arn = `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/events`;
    const stream = streamOf("events");
    const put = `kms:GenerateDataKey on ${keyArn("identifier")}${via("kinesis")}`;
    assert.deepEqual(await lines(stream.allowPut()), [`kinesis:PutRecords on ${arn}`, put]);
    assert.deepEqual(await lines(stream.allowPutOne()), [`kinesis:PutRecord on ${arn}`, put]);
    assert.deepEqual(await lines(stream.allowRead()), [
      `kinesis:DescribeStream kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards on ${arn}`,
      `kms:Decrypt on ${keyArn("identifier")}${via("kinesis")}`,
    ]);
  });

  it("of a table of another stack names its key by the alias", async () => {
    const table = new TableRef(SCOPE, { name: "models", keyAlias: "alias/tables" });
    const [arn, keys] = [
      `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/models`,
      `arn:aws:kms:us-east-1:${ACCOUNT}:key/*`,
    ];
    assert.deepEqual(await lines(table.allow("Query", "GetItem")), [
      `dynamodb:GetItem dynamodb:Query on ${arn}`,
      `kms:Decrypt on ${keys}${aliased("alias/tables", "dynamodb")}`,
    ]);
    assert.deepEqual(await lines(table.allow("GetItem", "UpdateItem")), [
      `dynamodb:GetItem dynamodb:UpdateItem on ${arn}`,
      `kms:Decrypt kms:Encrypt kms:GenerateDataKey on ${keys}${aliased("alias/tables", "dynamodb")}`,
    ]);
  });

  it("of a secret, a domain, a function, an endpoint and a repository", async () => {
    assert.deepEqual(await lines(new SecretRef({ arn: "arn:secret", key: KEYS.behaviour }).allowRead()), [
      "secretsmanager:GetSecretValue on arn:secret",
      `kms:Decrypt on ${keyArn("behaviour")}${via("secretsmanager")}`,
    ]);
    assert.deepEqual(await lines(new DomainRef("arn:domain").allowDelivery()), [
      "es:DescribeDomain es:DescribeDomainConfig es:DescribeDomains on arn:domain",
      "es:ESHttpGet es:ESHttpPost es:ESHttpPut on arn:domain/*",
    ]);
    assert.deepEqual(await lines(new FunctionRef("arn:fn").allowTransform()), [
      "lambda:GetFunctionConfiguration lambda:InvokeFunction on arn:fn:$LATEST",
    ]);
    assert.deepEqual(await lines(new EndpointRef(SCOPE, "rank").allowInvoke()), [
      `sagemaker:InvokeEndpoint on arn:aws:sagemaker:us-east-1:${ACCOUNT}:endpoint/rank`,
    ]);
    assert.deepEqual(await lines(new RepositoryRef(SCOPE, "api").allowPull()), [
      `ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer on arn:aws:ecr:us-east-1:${ACCOUNT}:repository/api`,
      "ecr:GetAuthorizationToken on *",
    ]);
  });

  it("of a machine: to start it, to wait for it, to map over it, to answer it", async () => {
    const machine = new MachineRef(SCOPE, { name: "daily" });
    const states = `arn:aws:states:us-east-1:${ACCOUNT}`;
    const start = `states:StartExecution on ${states}:stateMachine:daily`;
    assert.deepEqual(await lines(machine.allowStart()), [start]);
    assert.deepEqual(await lines(machine.allowRun()), [
      start,
      `states:DescribeExecution states:StopExecution on ${states}:execution:daily:*`,
      `events:DescribeRule events:PutRule events:PutTargets on arn:aws:events:us-east-1:${ACCOUNT}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`,
    ]);
    assert.deepEqual(await lines(machine.allowMap()), [
      start,
      `states:DescribeExecution states:StopExecution on ${states}:execution:daily/*`,
    ]);
    assert.deepEqual(await lines(machine.allowAnswer()), [
      `states:SendTaskFailure states:SendTaskHeartbeat states:SendTaskSuccess on ${states}:stateMachine:daily ${states}:stateMachine:daily/*`,
    ]);
  });

  it("of the catalogue has the key that encrypts it", async () => {
    const catalogue = new CatalogueRef(SCOPE, { databaseName: "lake", key: KEYS.technical });
    const glue = `arn:aws:glue:us-east-1:${ACCOUNT}`;
    assert.deepEqual(await lines(catalogue.allowReadColumns("live")), [
      `glue:GetTable glue:GetTableVersion glue:GetTableVersions on ${glue}:catalog ${glue}:database/lake ${glue}:table/lake/live`,
      `kms:Decrypt on ${keyArn("technical")}${via("glue")}`,
    ]);
    for (const grant of [catalogue.allowRegister("a"), catalogue.allowMetastore()]) {
      assert.ok(
        (await lines(grant)).includes(
          `kms:Decrypt kms:Encrypt kms:GenerateDataKey on ${keyArn("technical")}${via("glue")}`,
        ),
      );
    }
    assert.ok((await lines(catalogue.allowRead())).includes(`kms:Decrypt on ${keyArn("technical")}${via("glue")}`));
  });

  it("of a log group is for its streams, and needs no key: CloudWatch Logs encrypts by itself", async () => {
    const group = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/a/b`;
    const ref = new LogGroupRef(SCOPE, "/a/b");
    assert.deepEqual(await lines(ref.allowPut()), [`logs:PutLogEvents on ${group}:log-stream:*`]);
    assert.deepEqual(await lines(ref.allowWrite()), [
      `logs:CreateLogStream logs:PutLogEvents on ${group}:log-stream:*`,
    ]);
    assert.deepEqual(await lines(ref.allowFlowLogs()), [
      `logs:CreateLogStream logs:DescribeLogStreams logs:PutLogEvents on ${group} ${group}:log-stream:*`,
    ]);
  });

  it("of a cache has the log-in and the port", async () => {
    const named = { endpoint: "host", port: 6379, securityGroupId: "sg-1", cacheName: "c", userName: "api" };
    const cache = new CacheRef({ ...named, connectArns: ["arn:cache", "arn:user"] });
    assert.deepEqual(await lines(cache.allowConnect()), ["elasticache:Connect on arn:cache arn:user"]);
    assert.deepEqual(cache.allowConnect().reach, { securityGroupId: "sg-1", port: 6379 });
    assert.deepEqual(await lines(new CacheRef({ ...named, connectArns: [] }).allowConnect()), []);
  });

  it("of a role is for one service", async () => {
    assert.deepEqual(await lines(allowPassRole("arn:role", "ec2.amazonaws.com")), [
      'iam:PassRole on arn:role if {"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}',
    ]);
  });

  it("on a key of another region and stack names the alias, and that region's service", async () => {
    const key = KeyRef.byAlias(SCOPE, "alias/a", "eu-west-1");
    assert.equal(key.arn, `arn:aws:kms:eu-west-1:${ACCOUNT}:alias/a`);
    assert.deepEqual(await lines(key.allowDecrypt("s3")), [
      `kms:Decrypt on arn:aws:kms:eu-west-1:${ACCOUNT}:key/* if ${JSON.stringify({
        "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/a" },
        StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" },
      })}`,
    ]);
    assert.equal(key.allowMac().address, "alias/a");
  });

  it("names services by the suffix of the partition", async () => {
    const scope = { ...SCOPE, partition: "aws-cn", region: "cn-north-1" };
    assert.deepEqual(await lines(KeyRef.of(scope, "arn:key").allowDecrypt("s3")), [
      'kms:Decrypt on arn:key if {"StringEquals":{"kms:ViaService":"s3.cn-north-1.amazonaws.com.cn"}}',
    ]);
  });

  it("gives a setting its address, so that no setting names a thing without a right to it", () => {
    const landed = queueOf("q").allowTake();
    const refused = bucketOf("b").allowList();
    const given = { region: "us-east-1", bronzeBucket: "bronze", handoverQueueUrl: undefined };
    assert.deepEqual(environmentOf(verifierSettings, given, { intakeQueueUrl: landed, quarantineBucket: refused }), {
      AWS_REGION: "us-east-1",
      BRONZE_BUCKET: "bronze",
      INTAKE_QUEUE_URL: "https://sqs/q",
      QUARANTINE_BUCKET: "b",
    });
  });
});

describe("statements of several grants", () => {
  const allow = (
    sid: string,
    actions: string[],
    resources: string[],
    conditions?: KnownAllow["conditions"],
  ): KnownAllow => (conditions === undefined ? { sid, actions, resources } : { sid, actions, resources, conditions });

  it("are joined: what is granted on one thing, then things with equal rights; each sorted and said once", () => {
    assert.deepEqual(
      mergeStatements([
        allow("Write", ["s3:PutObject"], ["b/y"]),
        allow("Read", ["s3:GetObject"], ["b/x", "a/x"]),
        allow("Read", ["s3:GetObject"], ["b/y"]),
        allow("Read", ["s3:GetObject"], ["a/x"]),
      ]),
      [allow("Write", ["s3:GetObject", "s3:PutObject"], ["b/y"]), allow("Read", ["s3:GetObject"], ["a/x", "b/x"])],
    );
  });

  it("stay apart under other conditions, and on all resources; ids that come twice are numbered", () => {
    const one = { StringEquals: { k: "1" } };
    const statements = [
      allow("Use", ["kms:Decrypt"], ["key"], one),
      allow("Use", ["kms:Decrypt"], ["key"]),
      allow("Trace", ["xray:PutTraceSegments"], ["*"]),
      allow("LogIn", ["ecr:GetAuthorizationToken"], ["*"]),
    ];
    assert.deepEqual(mergeStatements(statements), [
      statements[0],
      allow("Use2", ["kms:Decrypt"], ["key"]),
      ...statements.slice(2),
    ]);
  });
});
