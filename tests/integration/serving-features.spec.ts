import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from "@aws-sdk/client-kinesis";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { marshall } from "@aws-sdk/util-dynamodb";
import { WebSocket } from "ws";
import { deriveSalt, pseudonymiser } from "../../services/kit/pseudonym";
import { transformEvent } from "../../services/transform/transform";
import { turnFlag } from "../../services/api/flags/store";
import { drain, listen } from "../../services/kit/http/server";
import { CURRENT_VERSION, MODEL_NAME, POPULAR_KEY } from "../../contracts/tables/records";
import { waitUntil } from "../../local/datapath/wait";
import { checkoutRoot } from "../../local/toolchain";
import { AUDIENCE, startIssuer, type FakeIssuer } from "../services/api/issuer";
import { attributesOf, startOtlpCollector, type FakeCollector } from "../services/api/otlp";
import { CREDENTIALS, startOwnEmulator, type Emulator } from "./datapath-cloud";

const REGION = "eu-west-1";
const NAMES = { recommendations: "recommendations", models: "models", flags: "flags", stream: "events" } as const;
const KEY = "alias/pseudonym";
const ROOT = checkoutRoot(__dirname);
const ADA = "/v1/users/ada/recommendations";
const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** The recommendation API as its image runs it, with all that may stand around its answers. */
describe("the recommendation API with callers, exposures, flags, traces and WebSockets", function () {
  let emulator: Emulator;
  let issuer: FakeIssuer;
  let collector: FakeCollector;
  let api: ChildProcess;
  let kinesis: KinesisClient;
  let dynamo: DynamoDBClient;
  let userKey = "";
  let url = "";

  before(async () => {
    [emulator, issuer, collector] = await Promise.all([startOwnEmulator(), startIssuer(), startOtlpCollector()]);
    const settings = { region: REGION, endpoint: emulator.endpoint, credentials: CREDENTIALS };
    kinesis = new KinesisClient(settings);
    dynamo = new DynamoDBClient(settings);
    const kms = new KMSClient(settings);
    const keySpec = { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" } as const;
    const { KeyMetadata } = await kms.send(new CreateKeyCommand(keySpec));
    await kms.send(new CreateAliasCommand({ AliasName: KEY, TargetKeyId: KeyMetadata?.KeyId }));
    userKey = pseudonymiser(await deriveSalt(kms, KEY))("ada");
    kms.destroy();
    await fill();
    await startApi();
  });

  after(async () => {
    if (api.exitCode === null) api.kill("SIGKILL");
    kinesis.destroy();
    dynamo.destroy();
    await Promise.all([emulator.stop(), issuer.stop(), collector.stop()]);
  });

  const put = (TableName: string, item: object): Promise<unknown> =>
    dynamo.send(new PutItemCommand({ TableName, Item: marshall(item) }));

  async function fill(): Promise<void> {
    await kinesis.send(new CreateStreamCommand({ StreamName: NAMES.stream, ShardCount: 1 }));
    await waitUntil(
      async () => {
        const found = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: NAMES.stream }));
        return found.StreamDescriptionSummary?.StreamStatus === "ACTIVE";
      },
      { what: "the stream", timeoutMs: 30_000 },
    );
    for (const [TableName, keys] of [
      [NAMES.recommendations, ["user_key", "model_version"]],
      [NAMES.models, ["name", "version"]],
      [NAMES.flags, ["flag"]],
    ] as const) {
      await dynamo.send(
        new CreateTableCommand({
          TableName,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
          KeySchema: keys.map((AttributeName, place) => ({ AttributeName, KeyType: place === 0 ? "HASH" : "RANGE" })),
        }),
      );
    }
    await publish("v1", ["lamp", "desk"]);
  }

  async function publish(model_version: string, items: readonly string[]): Promise<void> {
    const row = {
      model_version,
      generated_at: "2026-03-01T00:00:00Z",
      items: items.map((item_id, place) => ({ item_id, score: 1 - place / 4 })),
    };
    await put(NAMES.recommendations, { ...row, user_key: userKey });
    await put(NAMES.recommendations, { ...row, user_key: POPULAR_KEY });
    await put(NAMES.models, { name: MODEL_NAME, version: CURRENT_VERSION, model_version });
  }

  async function startApi(): Promise<void> {
    const free = createServer();
    const port = await listen(free, 0, "127.0.0.1");
    await drain(free);
    url = `127.0.0.1:${port}`;
    api = spawn(
      process.execPath,
      ["--require", join(ROOT, "local/toolchain/register.cjs"), join(ROOT, "services/api/main.ts")],
      {
        env: {
          ...process.env,
          HOST: "127.0.0.1",
          PORT: String(port),
          AWS_REGION: REGION,
          AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
          AWS_ENDPOINT_URL: emulator.endpoint,
          MERIDIAN_RECOMMENDATIONS_TABLE: NAMES.recommendations,
          MERIDIAN_MODELS_TABLE: NAMES.models,
          MERIDIAN_FLAGS_TABLE: NAMES.flags,
          MERIDIAN_PSEUDONYM_KEY: KEY,
          MERIDIAN_VARIANTS: "champion=1",
          MERIDIAN_STREAM: NAMES.stream,
          MERIDIAN_AUTH: "jwt",
          MERIDIAN_AUTH_ISSUER: issuer.url,
          MERIDIAN_AUTH_AUDIENCES: AUDIENCE,
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const ended = once(api, "exit").then(() => {
      throw new Error("the API ended");
    });
    assert.ok(api.stdout);
    await Promise.race([once(api.stdout, "data"), ended]);
    ended.catch(() => undefined);
  }

  const get = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await fetch(`http://${url}${path}`, { headers });
    return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
  };
  const bearer = async (claims = {}) => ({ authorization: `Bearer ${await issuer.token(claims)}` });

  async function records(): Promise<Buffer[]> {
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: NAMES.stream,
        ShardId: "shardId-000000000000",
        ShardIteratorType: "TRIM_HORIZON",
      }),
    );
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
    return Records.map(({ Data = new Uint8Array() }) => Buffer.from(Data));
  }

  it("answers those whom the issuer knows, for themselves", async () => {
    assert.equal((await get(ADA)).status, 401);
    assert.equal((await get(ADA, await bearer({ sub: "bo" }))).status, 403);
    const { status, body } = await get(ADA, await bearer());
    assert.deepEqual([status, body["source"], body["modelVersion"]], [200, "table", "v1"]);
    assert.equal((await get("/readyz")).status, 200);
  });

  it("puts exposures of those who agreed on the stream, as the transform reads them", async () => {
    await get(`${ADA}?limit=1`, await bearer());
    for (let count = 0; count < 3; count += 1) await get(`${ADA}?consent=all`, await bearer());
    let found: Buffer[] = [];
    await waitUntil(
      async () => {
        found = await records();
        return found.length >= 3;
      },
      { what: "the exposures", timeoutMs: 10_000 },
    );
    assert.equal(found.length, 3);
    const outcomes = found.map((record) => transformEvent(record, () => userKey));
    const rows = outcomes.map((outcome) => JSON.parse(outcome.result === "Ok" ? outcome.line : "{}") as object);
    for (const row of rows) {
      assert.deepEqual(
        { ...row, event_id: 0, occurred_at: 0, received_at: 0 },
        {
          ...row,
          event_id: 0,
          occurred_at: 0,
          received_at: 0,
          event_type: "exposure",
          user_key: userKey,
          item_id: "lamp",
          variant: "champion",
          model_version: "v1",
          region: REGION,
          consent_analytics: true,
          consent_personalisation: true,
        },
      );
    }
    assert.equal(new Set(rows.map((row) => (row as { event_id: string }).event_id)).size, 3);
  });

  it("pushes a session's list and a newly published model's over a WebSocket", async () => {
    const socket = new WebSocket(`ws://${url}/v1/users/ada/updates`, ["meridian.v1"], { headers: await bearer() });
    const messages: { reason: string; list: { modelVersion: string; items: { item_id: string }[] } }[] = [];
    socket.on("message", (data) => messages.push(JSON.parse((data as Buffer).toString()) as (typeof messages)[0]));
    const has = (count: number) =>
      waitUntil(() => Promise.resolve(messages.length >= count), { what: `${count} messages`, timeoutMs: 30_000 });
    await has(1);
    await publish("v2", ["rug", "sofa", "lamp"]);
    await has(2);
    socket.send(JSON.stringify({ type: "seen", items: ["rug"] }));
    await has(3);
    socket.close();
    assert.deepEqual(
      messages.map(({ reason, list }) => [reason, list.modelVersion, list.items.map(({ item_id }) => item_id)]),
      [
        ["connected", "v1", ["lamp", "desk"]],
        ["published", "v2", ["rug", "sofa", "lamp"]],
        ["session", "v2", ["sofa", "lamp"]],
      ],
    );
  });

  it("takes no more WebSockets within seconds after the flag's row says so", async () => {
    const turn = (value: boolean): Promise<void> =>
      turnFlag(dynamo, NAMES.flags, { flag: "serving.updates", value, reason: "drill", at: new Date() });
    await turn(false);
    const headers = await bearer();
    const status = async (): Promise<number> => {
      const socket = new WebSocket(`ws://${url}/v1/users/ada/updates`, ["meridian.v1"], { headers });
      socket.on("error", () => undefined);
      const opened = once(socket, "open").then(() => 101);
      const refused = once(socket, "unexpected-response").then(
        ([, answer]) => (answer as { statusCode: number }).statusCode,
      );
      const found = await Promise.race([opened, refused]);
      socket.terminate();
      return found;
    };
    await waitUntil(async () => (await status()) === 503, { what: "the switch", timeoutMs: 20_000 });
    await turn(true);
    await waitUntil(async () => (await status()) === 101, { what: "the switch", timeoutMs: 20_000 });
  });

  it("closes WebSockets with 1001 when told to stop, sends what it holds, and ends by itself", async () => {
    const headers = { ...(await bearer()), traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
    const socket = new WebSocket(`ws://${url}/v1/users/ada/updates`, ["meridian.v1"], { headers });
    await once(socket, "message");
    const before = (await records()).length;
    await get(`${ADA}?consent=analytics&limit=3`, headers);
    const [closed, ended] = [once(socket, "close"), once(api, "exit")];
    api.kill("SIGTERM");
    assert.equal((await closed)[0], 1001);
    assert.equal((await ended)[0], 0);
    assert.equal((await records()).length, before + 1);
    const span = collector.spans().find(({ traceId, kind }) => traceId === TRACE && kind === 2);
    assert.equal(span && attributesOf(span)["http.route"], "/v1/users/{id}/recommendations");
    const refusals = collector.points("meridian.auth.refused").map((point) => {
      return [attributesOf(point)["meridian.kind"], point.asInt ?? point.asDouble] as const;
    });
    assert.deepEqual(Object.fromEntries(refusals), {
      missing: 1,
      invalid: 0,
      expired: 0,
      forbidden: 1,
      "keys-away": 0,
    });
  });
});
