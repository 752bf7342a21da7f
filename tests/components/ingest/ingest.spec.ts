import assert from "node:assert/strict";
import { Collector, COLLECTOR_ROUTE, type CollectorArgs } from "../../../components/ingest/collector";
import { DeliveryStream, type DeliveryStreamArgs } from "../../../components/ingest/delivery";
import { Ingest, type IngestArgs } from "../../../components/ingest/ingest";
import { EventStream } from "../../../components/ingest/stream";
import { Transform, type TransformArgs } from "../../../components/ingest/transform";
import { CatalogueRef } from "../../../components/parts/refs/catalogue";
import { DomainRef } from "../../../components/parts/refs/domain";
import { KeyRef } from "../../../components/parts/refs/key";
import { DISPOSABLE, keyArn, SCOPE, statements, tooWide, TRAFFIC } from "../../kit/builders";
import { FAKE_ACCOUNT } from "../../kit/outputs";
import { assertEveryChildIsOwned, record, type Recorded } from "../../kit/recorder";
import { bucketOf, KEYS, queueOf, streamOf } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";
import { assertTaken } from "../../kit/taken";

const STREAM = "aws:kinesis/stream:Stream";
const STREAM_REF = streamOf("events");
const FIREHOSE = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const STREAM_ARN = `arn:aws:kinesis:us-east-1:${FAKE_ACCOUNT}:stream/events`;
const DEAD = queueOf("failed-calls");
const CATALOGUE = new CatalogueRef(SCOPE, { databaseName: "meridian_test_us_east_1_lake", key: KEYS.technical });
const ALIAS = "alias/meridian-test-us-east-1-pseudonym";

const ARGS: IngestArgs = {
  scope: SCOPE,
  traffic: TRAFFIC,
  dataFreshnessHours: 2,
  keys: KEYS,
  pseudonymKey: KeyRef.byAlias(SCOPE, ALIAS),
  buckets: { bronze: bucketOf("bronze"), raw: bucketOf("raw", "identifier") },
  deadLetters: DEAD,
  authorizer: { kind: "jwt", issuer: "https://issuer.example", audiences: ["web"] },
};

const extended = (stream: Recorded): Record<string, unknown> =>
  stream.inputs["extendedS3Configuration"] as Record<string, unknown>;

describe("ingest", () => {
  it("is a stream, a transform, two deliveries and a collector; only the stream is kept", async () => {
    const recording = await record(({ opts }) => new Ingest("in", ARGS, opts));
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:apigatewayv2/api:Api in-collector < in-collector",
      "aws:apigatewayv2/authorizer:Authorizer in-collector < in-collector",
      "aws:apigatewayv2/integration:Integration in-collector < in-collector",
      "aws:apigatewayv2/route:Route in-collector < in-collector",
      "aws:apigatewayv2/stage:Stage in-collector < in-collector",
      "aws:cloudwatch/logGroup:LogGroup in-collector < in-collector",
      "aws:cloudwatch/logGroup:LogGroup in-curated < in-curated",
      "aws:cloudwatch/logGroup:LogGroup in-raw < in-raw",
      "aws:cloudwatch/logGroup:LogGroup in-transform < in-transform",
      "aws:cloudwatch/logStream:LogStream in-curated-backup < in-curated",
      "aws:cloudwatch/logStream:LogStream in-curated-delivery < in-curated",
      "aws:cloudwatch/logStream:LogStream in-raw-backup < in-raw",
      "aws:cloudwatch/logStream:LogStream in-raw-delivery < in-raw",
      "aws:iam/role:Role in-collector < in-collector",
      "aws:iam/role:Role in-curated < in-curated",
      "aws:iam/role:Role in-raw < in-raw",
      "aws:iam/role:Role in-transform < in-transform",
      "aws:iam/rolePolicy:RolePolicy in-collector < in-collector",
      "aws:iam/rolePolicy:RolePolicy in-curated < in-curated",
      "aws:iam/rolePolicy:RolePolicy in-raw < in-raw",
      "aws:iam/rolePolicy:RolePolicy in-transform < in-transform",
      `${FIREHOSE} in-curated < in-curated`,
      `${FIREHOSE} in-raw < in-raw`,
      "aws:kinesis/stream:Stream in-stream < in-stream | protect | retain",
      "aws:lambda/function:Function in-transform < in-transform",
      "meridian:ingest:Collector in-collector < in",
      "meridian:ingest:DeliveryStream in-curated < in",
      "meridian:ingest:DeliveryStream in-raw < in",
      "meridian:ingest:EventStream in-stream < in",
      "meridian:ingest:Ingest in < (stack)",
      "meridian:ingest:Transform in-transform < in",
    ]);
    for (const { inputs } of recording.all(ROLE_POLICY)) assert.deepEqual(tooWide(inputs["policy"], ["Trace"]), []);
    assert.deepEqual(recording.only("meridian:ingest:Ingest").outputs, {
      streamName: "meridian-test-us-east-1-events",
      transformFunction: "meridian-test-us-east-1-transform",
      curatedDeliveryStream: "meridian-test-us-east-1-events-curated",
      rawDeliveryStream: "meridian-test-us-east-1-events-raw",
      collectorUrl: "https://in-collector-id.execute-api.us-east-1.amazonaws.com",
    });
  });

  it("delivers curated events to bronze by the transform's keys, with errors and a backup; raw events as they came", async () => {
    const recording = await record(({ opts }) => new Ingest("in", ARGS, opts));
    const curated = extended(recording.only(FIREHOSE, "in-curated"));
    assert.equal(curated["bucketArn"], "arn:aws:s3:::bronze");
    assert.equal(
      curated["prefix"],
      "landing/events/date=!{partitionKeyFromLambda:date}/hour=!{partitionKeyFromLambda:hour}/",
    );
    assert.match(String(curated["errorOutputPrefix"]), /^errors\/!\{firehose:error-output-type\}\//);
    assert.deepEqual(curated["dynamicPartitioningConfiguration"], { enabled: true, retryDuration: 3600 });
    assert.deepEqual([curated["compressionFormat"], curated["fileExtension"]], ["GZIP", ".ndjson.gz"]);
    assert.equal(curated["s3BackupMode"], "Enabled");
    assert.equal((curated["s3BackupConfiguration"] as Record<string, unknown>)["bucketArn"], "arn:aws:s3:::raw");
    assert.match(
      JSON.stringify(curated["processingConfiguration"]),
      /function:meridian-test-us-east-1-transform:\$LATEST/,
    );
    const raw = extended(recording.only(FIREHOSE, "in-raw"));
    assert.equal(raw["bucketArn"], "arn:aws:s3:::raw");
    assert.equal(raw["prefix"], "events/date=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/");
    assert.deepEqual(raw["dynamicPartitioningConfiguration"], { enabled: false });
    assert.equal(raw["processingConfiguration"], undefined);
  });

  it("writes Parquet by a Glue table beside the verifier's lines where asked, within five minutes", async () => {
    const live = { catalogue: CATALOGUE, tableName: "live_events" };
    const recording = await record(({ opts }) => new Ingest("in", { ...ARGS, live }, opts));
    assertEveryChildIsOwned(recording);
    const table = extended(recording.only(FIREHOSE, "in-live"));
    const role = recording.only("aws:iam/role:Role", "in-live");
    assert.deepEqual(table["dataFormatConversionConfiguration"], {
      enabled: true,
      inputFormatConfiguration: { deserializer: { openXJsonSerDe: { caseInsensitive: true } } },
      outputFormatConfiguration: { serializer: { parquetSerDe: { compression: "SNAPPY" } } },
      schemaConfiguration: {
        databaseName: CATALOGUE.databaseName,
        tableName: live.tableName,
        roleArn: table["roleArn"],
        region: "us-east-1",
        versionId: "LATEST",
      },
    });
    assert.deepEqual([table["compressionFormat"], table["fileExtension"]], ["UNCOMPRESSED", ".parquet"]);
    assert.match(String(table["prefix"]), /^live\/events\/date=!/);
    assert.match(String(table["errorOutputPrefix"]), /^live\/errors\//);
    assert.deepEqual([table["bufferingInterval"], Number(table["bufferingSize"]) >= 64], [300, true]);
    assert.equal(table["s3BackupMode"], undefined, "Firehose A keeps what came");
    const policy = recording.only(ROLE_POLICY, role.name).inputs["policy"];
    const glue = `arn:aws:glue:us-east-1:${FAKE_ACCOUNT}:`;
    assert.deepEqual(statements(policy).find(({ Sid }) => Sid === "ReadColumns")?.Resource, [
      `${glue}catalog`,
      `${glue}database/meridian_test_us_east_1_lake`,
      `${glue}table/meridian_test_us_east_1_lake/live_events`,
    ]);
    const catalogueKey = statements(policy).find(({ Sid }) => Sid === "DecryptInGlue");
    assert.deepEqual(catalogueKey?.Resource, [keyArn("technical")]);
    assert.deepEqual(catalogueKey.Condition, {
      StringEquals: { "kms:ViaService": "glue.us-east-1.amazonaws.com" },
    });
    assert.deepEqual(tooWide(policy), []);
    const curated = extended(recording.only(FIREHOSE, "in-curated"));
    assert.match(String(curated["prefix"]), /^landing\/events\/date=!/);
    assert.equal(curated["dataFormatConversionConfiguration"], undefined);
    const raw = extended(recording.only(FIREHOSE, "in-raw"));
    assert.equal(raw["dataFormatConversionConfiguration"], undefined);
    assertTaken(recording);
  });

  it("has its deliveries wait for their permissions, which are slow to spread", async () => {
    const search = { domain: new DomainRef("d"), subnetIds: ["s1"], securityGroupId: "sg-1" };
    const recording = await record(({ opts }) => new Ingest("in", { ...ARGS, search }, opts));
    assert.equal(recording.all(FIREHOSE).length, 3);
    for (const stream of recording.all(FIREHOSE)) {
      assert.ok(stream.dependencies.includes(recording.only(ROLE_POLICY, stream.name).urn), stream.name);
      assert.equal(stream.inputs["serverSideEncryption"], undefined);
      assert.equal(
        (stream.inputs["kinesisSourceConfiguration"] as Record<string, unknown>)["kinesisStreamArn"],
        STREAM_ARN.replace("stream/events", "stream/meridian-test-us-east-1-events"),
      );
    }
  });

  it("encrypts all its logs", async () => {
    const recording = await record(({ opts }) => new Ingest("in", ARGS, opts));
    for (const { inputs, name } of recording.all("aws:cloudwatch/logGroup:LogGroup")) {
      assert.equal(inputs["kmsKeyId"], keyArn("technical"), name);
    }
  });

  it("sends real-time logs to a domain, where there is one", async () => {
    const search = {
      domain: new DomainRef("arn:aws:es:us-east-1:111122223333:domain/d"),
      subnetIds: ["s1"],
      securityGroupId: "sg-1",
    };
    const recording = await record(({ opts }) => new Ingest("in", { ...ARGS, search }, opts));
    assertEveryChildIsOwned(recording);
    const delivery = recording.only(FIREHOSE, "in-search").inputs;
    assert.equal(delivery["destination"], "opensearch");
    const target = delivery["opensearchConfiguration"] as Record<string, unknown>;
    assert.deepEqual(
      [target["domainArn"], target["indexName"], target["s3BackupMode"]],
      [search.domain.arn, "clickstream", "FailedDocumentsOnly"],
    );
    assert.deepEqual((target["vpcConfig"] as Record<string, unknown>)["securityGroupIds"], ["sg-1"]);
    assert.deepEqual(tooWide(recording.only(ROLE_POLICY, "in-search").inputs["policy"], ["DescribeNetwork"]), []);
  });

  it("plans shards when provisioned, keeps events for two days and logs for a month, and passes on origins", async () => {
    const recording = await record(
      ({ opts }) =>
        new Ingest("in", { ...ARGS, capacity: "provisioned", allowedOrigins: ["https://shop.example"] }, opts),
    );
    const stream = recording.only(STREAM).inputs;
    assert.deepEqual([stream["shardCount"], stream["retentionPeriod"]], [5, 48]);
    assert.deepEqual(
      new Set(recording.all("aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => inputs["retentionInDays"])),
      new Set([30]),
    );
    const cors = recording.only("aws:apigatewayv2/api:Api").inputs["corsConfiguration"] as Record<string, unknown>;
    assert.deepEqual(cors["allowOrigins"], ["https://shop.example"]);
  });

  it("refuses a profile that cannot be", async () => {
    await assertRefused(
      ({ opts }) =>
        new Ingest(
          "in",
          {
            ...ARGS,
            dataFreshnessHours: 0,
            traffic: { ...TRAFFIC, eventsPerSecond: NaN, peakFactor: 0.5, eventBytes: 0 },
          },
          opts,
        ),
      ["traffic.eventsPerSecond", "traffic.peakFactor", "traffic.eventBytes", "dataFreshnessHours"],
    );
  });
});

describe("the event stream", () => {
  const BASE = { scope: SCOPE, key: KEYS.identifier, capacity: { mode: "on-demand" } } as const;

  it("is encrypted by the identifiers' key and has no shard count on demand", async () => {
    const recording = await record(({ opts }) => new EventStream("s", BASE, opts));
    assertEveryChildIsOwned(recording);
    const { inputs } = recording.only(STREAM);
    assert.deepEqual(inputs["streamModeDetails"], { streamMode: "ON_DEMAND" });
    assert.equal(inputs["shardCount"], undefined);
    assert.deepEqual(
      [inputs["encryptionType"], inputs["kmsKeyId"], inputs["retentionPeriod"]],
      ["KMS", BASE.key.arn, 48],
    );
    assert.equal(inputs["enforceConsumerDeletion"], false);
  });

  it("has exactly its shards when provisioned", async () => {
    const recording = await record(
      ({ opts }) => new EventStream("s", { ...BASE, capacity: { mode: "provisioned", shards: 4 } }, opts),
    );
    const { inputs } = recording.only(STREAM);
    assert.deepEqual([inputs["streamModeDetails"], inputs["shardCount"]], [{ streamMode: "PROVISIONED" }, 4]);
  });

  it("may go where the data may", async () => {
    const recording = await record(({ opts }) => new EventStream("s", { ...BASE, scope: DISPOSABLE }, opts));
    assertEveryChildIsOwned(recording);
    const stream = recording.only(STREAM);
    assert.deepEqual([stream.protect, stream.inputs["enforceConsumerDeletion"]], [false, true]);
  });

  it("refuses shards that Kinesis would", async () => {
    await assertRefused(
      ({ opts }) => new EventStream("s", { ...BASE, capacity: { mode: "provisioned", shards: 0 } }, opts),
      ["capacity.shards"],
    );
  });
});

describe("the transform", () => {
  const BASE: TransformArgs = {
    scope: SCOPE,
    key: KEYS.technical,
    pseudonymKey: ARGS.pseudonymKey,
    stream: STREAM_REF,
    deadLetters: DEAD,
    reservedConcurrency: 10,
  };

  it("is a supported runtime with reserved concurrency, a dead-letter queue, tracing and its own logs first", async () => {
    const recording = await record(({ opts }) => new Transform("t", BASE, opts));
    assertEveryChildIsOwned(recording);
    const fn = recording.only("aws:lambda/function:Function");
    assert.deepEqual(
      [fn.inputs["runtime"], fn.inputs["architectures"], fn.inputs["handler"], fn.inputs["memorySize"]],
      ["nodejs22.x", ["arm64"], "index.handler", 1769],
    );
    assert.equal(fn.inputs["reservedConcurrentExecutions"], 10);
    assert.deepEqual(fn.inputs["deadLetterConfig"], { targetArn: DEAD.arn });
    assert.deepEqual(fn.inputs["tracingConfig"], { mode: "Active" });
    assert.equal(fn.inputs["kmsKeyArn"], BASE.key.arn);
    assert.deepEqual(fn.inputs["environment"], {
      variables: { PSEUDONYM_KEY_ALIAS: ALIAS },
    });
    assert.deepEqual(recording.dependencies(fn), ["t", "t", "t"]);
    const logs = recording.only("aws:cloudwatch/logGroup:LogGroup").inputs;
    assert.deepEqual([logs["retentionInDays"], logs["kmsKeyId"]], [30, BASE.key.arn]);
    assert.equal(logs["name"], (fn.inputs["loggingConfig"] as Record<string, unknown>)["logGroup"]);
  });

  it("may ask one key, named by its alias, for codes and nothing else of it", async () => {
    const recording = await record(({ opts }) => new Transform("t", BASE, opts));
    const policy = recording.only(ROLE_POLICY).inputs["policy"];
    const mac = statements(policy).find(({ Sid }) => Sid === "GenerateMac");
    assert.deepEqual(mac?.Action, ["kms:GenerateMac"]);
    assert.deepEqual(mac.Condition, { "ForAnyValue:StringEquals": { "kms:ResourceAliases": ALIAS } });
    const actions = statements(policy).flatMap(({ Action }) => Action);
    assert.ok(!actions.some((action) => action.startsWith("s3:") || action === "kinesis:GetRecords"));
    assert.deepEqual(tooWide(policy, ["Trace"]), []);
  });

  it("may put back what does not fit into a reply, and set aside failed calls, each with the key of that thing", async () => {
    const recording = await record(({ opts }) => new Transform("t", BASE, opts));
    const keys = statements(recording.only(ROLE_POLICY).inputs["policy"]).filter(
      ({ Action, Sid }) => Sid !== "GenerateMac" && [Action].flat().some((action) => action.startsWith("kms:")),
    );
    const via = (service: string): object => ({
      StringEquals: { "kms:ViaService": `${service}.us-east-1.amazonaws.com` },
    });
    assert.deepEqual(
      keys.map(({ Action, Resource, Condition }) => [Action, Resource, Condition]),
      [
        [["kms:GenerateDataKey"], [keyArn("identifier")], via("kinesis")],
        [["kms:Decrypt"], [keyArn("technical")], undefined],
        [["kms:Decrypt", "kms:GenerateDataKey"], [keyArn("technical")], via("sqs")],
      ],
    );
  });

  it("is refused without a call at a time, and with a key that CloudWatch Logs cannot use", async () => {
    await assertRefused(
      ({ opts }) => new Transform("t", { ...BASE, reservedConcurrency: 0 }, opts),
      ["reservedConcurrency"],
    );
    await assertRefused(({ opts }) => new Transform("t", { ...BASE, key: KEYS.identifier }, opts), ["key"]);
  });
});

describe("a delivery stream", () => {
  const BASE: DeliveryStreamArgs = {
    scope: SCOPE,
    part: "events-raw",
    source: STREAM_REF,
    destination: bucketOf("raw", "identifier"),
    prefix: "events",
    buffering: { sizeMiB: 5, intervalSeconds: 60 },
    logKey: KEYS.technical,
  };

  it("writes its bucket only, and decrypts through its services only", async () => {
    const recording = await record(({ opts }) => new DeliveryStream("d", BASE, opts));
    assertEveryChildIsOwned(recording);
    const policy = recording.only(ROLE_POLICY).inputs["policy"];
    assert.deepEqual(
      statements(policy).map(({ Sid }) => Sid),
      ["ReadStream", "DecryptInKinesis", "FindUploads", "Deliver", "EncryptInS3", "WriteLogs"],
    );
    for (const { Action, Condition } of statements(policy)) {
      if ([Action].flat().some((action) => action.startsWith("kms:"))) assert.ok(Condition !== undefined);
    }
  });

  it("is refused when dynamic without keys or with a small buffer, and with a needless backup", async () => {
    await assertRefused(
      ({ opts }) =>
        new DeliveryStream(
          "d",
          {
            ...BASE,
            partitioning: "dynamic",
            prefix: "/x",
            errorPrefix: "y/",
            backup: { bucket: bucketOf("b"), prefix: "b" },
          },
          opts,
        ),
      ["buffering.sizeMiB", "prefix", "errorPrefix", "partitioning", "backup"],
    );
    await assertRefused(
      ({ opts }) => new DeliveryStream("d", { ...BASE, buffering: { sizeMiB: 129, intervalSeconds: 901 } }, opts),
      ["buffering.sizeMiB", "buffering.intervalSeconds"],
    );
  });

  it("converts at arrival too, and is refused with a small buffer or another ending", async () => {
    const conversion = { catalogue: CATALOGUE, tableName: "events" };
    const recording = await record(
      ({ opts }) =>
        new DeliveryStream("d", { ...BASE, conversion, buffering: { sizeMiB: 64, intervalSeconds: 60 } }, opts),
    );
    assertTaken(recording);
    await assertRefused(
      ({ opts }) => new DeliveryStream("d", { ...BASE, conversion, fileExtension: ".ndjson.gz" }, opts),
      ["buffering.sizeMiB", "fileExtension"],
    );
  });
});

describe("the collector", () => {
  const BASE: CollectorArgs = {
    scope: SCOPE,
    stream: STREAM_REF,
    authorizer: { kind: "jwt", issuer: "https://issuer.example", audiences: ["web"], scopes: ["events"] },
    throttle: { rate: 100, burst: 200 },
    key: KEYS.technical,
  };
  const FUNCTION = {
    kind: "lambda",
    quarantine: bucketOf("quarantine", "identifier"),
    deadLetters: DEAD,
  } as const;

  it("puts the body on the stream, keyed by user, and asks for a token", async () => {
    const recording = await record(({ opts }) => new Collector("c", BASE, opts));
    assertEveryChildIsOwned(recording);
    const integration = recording.only("aws:apigatewayv2/integration:Integration").inputs;
    assert.equal(integration["integrationSubtype"], "Kinesis-PutRecord");
    assert.deepEqual(integration["requestParameters"], {
      StreamName: "events",
      Data: "$request.body",
      PartitionKey: "$request.body.userId",
      Region: "us-east-1",
    });
    const route = recording.only("aws:apigatewayv2/route:Route").inputs;
    assert.deepEqual(
      [
        route["routeKey"],
        route["target"],
        route["authorizationType"],
        route["authorizerId"],
        route["authorizationScopes"],
      ],
      [COLLECTOR_ROUTE, "integrations/c-id", "JWT", "c-id", ["events"]],
    );
    assert.deepEqual(recording.only("aws:apigatewayv2/authorizer:Authorizer").inputs["jwtConfiguration"], {
      issuer: "https://issuer.example",
      audiences: ["web"],
    });
  });

  it("may put records on that stream, and nothing else", async () => {
    const recording = await record(({ opts }) => new Collector("c", BASE, opts));
    const allowed = statements(recording.only(ROLE_POLICY).inputs["policy"]).map(({ Action, Resource }) => [
      Action,
      Resource,
    ]);
    assert.deepEqual(allowed, [
      [["kinesis:PutRecord"], [STREAM_ARN]],
      [["kms:GenerateDataKey"], [keyArn("identifier")]],
    ]);
  });

  it("throttles, and logs neither address nor body", async () => {
    const recording = await record(({ opts }) => new Collector("c", BASE, opts));
    const deployed = recording.only("aws:apigatewayv2/stage:Stage");
    assert.ok(deployed.dependencies.includes(recording.only("aws:apigatewayv2/route:Route").urn));
    const stage = deployed.inputs;
    assert.deepEqual(stage["defaultRouteSettings"], {
      throttlingRateLimit: 100,
      throttlingBurstLimit: 200,
      detailedMetricsEnabled: true,
    });
    const { format } = stage["accessLogSettings"] as { format: string };
    assert.doesNotMatch(format, /identity|sourceIp|userAgent|body/);
  });

  it("takes signed requests of the account where there is no token issuer", async () => {
    const recording = await record(({ opts }) => new Collector("c", { ...BASE, authorizer: { kind: "iam" } }, opts));
    assert.equal(recording.all("aws:apigatewayv2/authorizer:Authorizer").length, 0);
    assert.equal(recording.only("aws:apigatewayv2/route:Route").inputs["authorizationType"], "AWS_IAM");
  });

  it("has a function between the API and the stream where asked, which the API alone may call", async () => {
    const recording = await record(({ opts }) => new Collector("c", { ...BASE, integration: FUNCTION }, opts));
    assertEveryChildIsOwned(recording);
    assertTaken(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:apigatewayv2/api:Api c < c",
      "aws:apigatewayv2/authorizer:Authorizer c < c",
      "aws:apigatewayv2/integration:Integration c < c",
      "aws:apigatewayv2/route:Route c < c",
      "aws:apigatewayv2/stage:Stage c < c",
      "aws:cloudwatch/logGroup:LogGroup c < c",
      "aws:cloudwatch/logGroup:LogGroup c-function < c-function",
      "aws:iam/role:Role c-function < c-function",
      "aws:iam/rolePolicy:RolePolicy c-function < c-function",
      "aws:lambda/function:Function c-function < c-function",
      "aws:lambda/permission:Permission c < c",
      "meridian:ingest:Collector c < (stack)",
      "meridian:ingest:CollectorFunction c-function < c",
    ]);
    const integration = recording.only("aws:apigatewayv2/integration:Integration");
    const fn = recording.only("aws:lambda/function:Function").inputs;
    const permission = recording.only("aws:lambda/permission:Permission");
    assert.ok(integration.dependencies.includes(permission.urn));
    const { integrationType, integrationUri, payloadFormatVersion, timeoutMilliseconds } = integration.inputs;
    assert.deepEqual([integrationType, payloadFormatVersion], ["AWS_PROXY", "2.0"]);
    assert.match(String(integrationUri), /function:meridian-test-us-east-1-collector\/invocations$/);
    assert.ok(Number(fn["timeout"]) * 1000 < Number(timeoutMilliseconds) && Number(timeoutMilliseconds) < 30_000);
    assert.deepEqual(
      [permission.inputs["function"], permission.inputs["principal"], permission.inputs["sourceArn"]],
      [
        "meridian-test-us-east-1-collector",
        "apigateway.amazonaws.com",
        `arn:aws:execute-api:us-east-1:${FAKE_ACCOUNT}:c-id/*/POST/v1/events`,
      ],
    );
    assert.deepEqual(
      [fn["handler"], fn["memorySize"], fn["reservedConcurrentExecutions"], fn["tracingConfig"], fn["environment"]],
      [
        "index.handler",
        1769,
        10,
        { mode: "Active" },
        { variables: { EVENT_STREAM: "events", QUARANTINE_BUCKET: "quarantine" } },
      ],
    );
    const group = recording.only("aws:cloudwatch/logGroup:LogGroup", "c-function").inputs;
    assert.equal(group["name"], (fn["loggingConfig"] as Record<string, unknown>)["logGroup"]);
    assert.deepEqual([group["kmsKeyId"], group["retentionInDays"]], [keyArn("technical"), 30]);
    assert.equal(recording.only("meridian:ingest:Collector").outputs["functionName"], fn["name"]);
  });

  it("as a function may put on that stream and keep refusals, and read nothing", async () => {
    const recording = await record(({ opts }) => new Collector("c", { ...BASE, integration: FUNCTION }, opts));
    const policy = recording.only(ROLE_POLICY).inputs["policy"];
    assert.deepEqual(tooWide(policy, ["Trace"]), []);
    const of = (service: string): unknown[] =>
      statements(policy)
        .filter(({ Action }) => [Action].flat().some((action) => action.startsWith(`${service}:`)))
        .map(({ Action, Resource }) => [Action, Resource]);
    assert.deepEqual(of("kinesis"), [[["kinesis:PutRecords"], [STREAM_ARN]]]);
    assert.deepEqual(of("s3"), [[["s3:PutObject"], ["arn:aws:s3:::quarantine/collector/*"]]]);
    assert.deepEqual(of("sqs"), [[["sqs:SendMessage"], [DEAD.arn]]]);
    assert.deepEqual(of("kms"), [
      [["kms:GenerateDataKey"], [keyArn("identifier")]],
      [["kms:GenerateDataKey"], [keyArn("identifier")]],
      [["kms:Decrypt"], [keyArn("technical")]],
      [["kms:Decrypt", "kms:GenerateDataKey"], [keyArn("technical")]],
    ]);
  });

  it("as a function takes origins, and plans its concurrency by the throttle", async () => {
    const given = { ...BASE, allowedOrigins: ["https://shop.example"], throttle: { rate: 4500, burst: 9000 } };
    const recording = await record(({ opts }) => new Collector("c", { ...given, integration: FUNCTION }, opts));
    const fn = recording.only("aws:lambda/function:Function").inputs;
    assert.deepEqual([fn["memorySize"], fn["reservedConcurrentExecutions"]], [1769, 450]);
    assert.match(JSON.stringify(fn["environment"]), /"ALLOWED_ORIGINS":"https:\/\/shop.example"/);
    const cors = recording.only("aws:apigatewayv2/api:Api").inputs["corsConfiguration"] as Record<string, unknown>;
    assert.deepEqual(cors["allowHeaders"], ["authorization", "content-type", "content-encoding", "idempotency-key"]);
    assert.deepEqual(cors["exposeHeaders"], ["retry-after"]);
    const own = await record(({ opts }) => new Ingest("in", { ...ARGS, integration: FUNCTION }, opts));
    assert.equal(own.all("aws:lambda/function:Function").length, 2);
    assertEveryChildIsOwned(own);
  });

  it("refuses a token issuer without TLS or audience, a burst below the rate, and open origins", async () => {
    await assertRefused(
      ({ opts }) =>
        new Collector(
          "c",
          {
            ...BASE,
            authorizer: { kind: "jwt", issuer: "http://x", audiences: [] },
            throttle: { rate: 100, burst: 99 },
            allowedOrigins: ["*", "http://shop.example"],
          },
          opts,
        ),
      ["authorizer.issuer", "authorizer.audiences", "throttle.burst", "allowedOrigins[0]", "allowedOrigins[1]"],
    );
  });
});
