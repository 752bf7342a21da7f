import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { marshall } from "@aws-sdk/util-dynamodb";
import { deriveSalt, pseudonymiser } from "../../services/kit/pseudonym";
import { drain, listen } from "../../services/kit/http/server";
import type { Recommendation } from "../../services/api/recommend";
import { startExperiment } from "../../services/experiments/controller";
import { dynamoStore } from "../../services/kit/experiment/store";
import type { ExperimentRecord } from "../../contracts/tables/flags";
import { waitUntil } from "../../local/datapath/wait";
import { author, START_PLAN, started } from "../services/experiments/records";
import { CURRENT_VERSION, MODEL_NAME, modelNameOf, POPULAR_KEY } from "../../contracts/tables/records";
import { checkoutRoot } from "../../local/toolchain";
import { startRuntime, type FakeRuntime } from "../services/api/runtime";
import { startValkey, type FakeValkey } from "../services/api/valkey";
import { writeTinyPackage } from "../services/kit/model/package-builder";
import { reportOf } from "../../services/experiments/report";
import { variantDayOf } from "../../services/experiments/metrics";
import { runQuery } from "../../queries";
import { countsOf, dayOf, simulate } from "../services/experiments/simulation";
import { buildRegion, CREDENTIALS, startOwnEmulator, type BuiltRegion, type Emulator } from "./datapath-cloud";
import { writeExposures } from "./exposure-log";

const REGION = "us-east-1";
const TABLES = { recommendations: "recommendations", models: "models" } as const;
const FLAGS = "flags";
const KEY = "alias/pseudonym";
const ROOT = checkoutRoot(__dirname);

interface Running {
  readonly url: string;
  readonly child: ChildProcess;
}

/** An entry point of a service as its image runs it. */
async function start(program: string, environment: Readonly<Record<string, string>>): Promise<Running> {
  const server = createServer();
  const port = await listen(server, 0, "127.0.0.1");
  await drain(server);
  const child = spawn(
    process.execPath,
    ["--require", join(ROOT, "local/toolchain/register.cjs"), join(ROOT, "services", program)],
    {
      env: { ...process.env, HOST: "127.0.0.1", PORT: String(port), ...environment },
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const ended = once(child, "exit").then(() => {
    throw new Error(`${program} ended`);
  });
  await Promise.race([once(child.stdout, "data"), ended]);
  ended.catch(() => undefined);
  return { url: `http://127.0.0.1:${port}`, child };
}

async function stop({ child }: Running): Promise<number | null> {
  const ended = once(child, "exit") as Promise<[number | null]>;
  child.kill("SIGTERM");
  const [code] = await ended;
  return code;
}

/** The whole serving plane of a region as processes: API, model container behind the runtime API, tables, cache. */
describe("the serving plane on the emulator", function () {
  let emulator: Emulator;
  let folder = "";
  let valkey: FakeValkey;
  let runtime: FakeRuntime;
  let container: Running;
  let api: Running;
  const settings = () => ({ region: REGION, endpoint: emulator.endpoint, credentials: CREDENTIALS });

  const ask = async (user: string): Promise<Recommendation> => {
    const started = performance.now();
    const answer = await fetch(`${api.url}/v1/users/${user}/recommendations?limit=2`);
    assert.equal(answer.status, 200);
    const list = (await answer.json()) as Recommendation;
    // The deadline is 150 ms; the rest is a loaded machine.
    assert.ok(performance.now() - started < 1_000);
    return list;
  };

  before(async () => {
    emulator = await startOwnEmulator();
    folder = await mkdtemp(join(tmpdir(), "serving-spec-"));
    const version = await writeTinyPackage(folder);
    await fill(version);
    valkey = await startValkey();
    container = await start("model-server/main.ts", { MODEL_FOLDER: folder, MERIDIAN_VARIANT: "champion" });
    runtime = await startRuntime("recommendations", [{ name: "champion", weight: 1, url: container.url }]);
    api = await start("api/main.ts", {
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL: emulator.endpoint,
      MERIDIAN_RECOMMENDATIONS_TABLE: TABLES.recommendations,
      MERIDIAN_MODELS_TABLE: TABLES.models,
      MERIDIAN_FLAGS_TABLE: FLAGS,
      MERIDIAN_PSEUDONYM_KEY: KEY,
      MERIDIAN_VARIANTS: "champion=1",
      MERIDIAN_CACHE_ENDPOINT: "127.0.0.1",
      MERIDIAN_CACHE_PORT: String(valkey.port),
      MERIDIAN_CACHE_TLS: "off",
      MERIDIAN_ENDPOINT_NAME: "recommendations",
      MERIDIAN_ENDPOINT_URL: runtime.url,
    });
  });

  after(async () => {
    await runtime.stop();
    await valkey.stop();
    await stop(container);
    await emulator.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Tables and key as the stacks make them; a list for one user, and what is popular. */
  async function fill(version: string): Promise<void> {
    const kms = new KMSClient(settings());
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC", MultiRegion: true }),
    );
    await kms.send(new CreateAliasCommand({ AliasName: KEY, TargetKeyId: KeyMetadata?.KeyId }));
    const userKey = pseudonymiser(await deriveSalt(kms, KEY))("ada");
    const dynamo = new DynamoDBClient(settings());
    for (const [TableName, keys] of [
      [TABLES.recommendations, ["user_key", "model_version"]],
      [TABLES.models, ["name", "version"]],
      [FLAGS, ["flag"]],
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
    const put = (TableName: string, item: object): Promise<unknown> =>
      dynamo.send(new PutItemCommand({ TableName, Item: marshall(item) }));
    await put(TABLES.models, { name: MODEL_NAME, version: CURRENT_VERSION, model_version: version });
    const list = { model_version: version, generated_at: "2026-03-01T00:00:00Z" };
    const items = ["lamp", "desk", "rug"].map((item_id, place) => ({ item_id, score: 1 - place / 4 }));
    await put(TABLES.recommendations, { ...list, user_key: userKey, items });
    await put(TABLES.recommendations, { ...list, user_key: POPULAR_KEY, items: items.toReversed() });
    kms.destroy();
    dynamo.destroy();
  }

  it("answers from the table, then from memory, and others with what is popular", async () => {
    assert.equal((await fetch(`${api.url}/readyz`)).status, 200);
    const first = await ask("ada");
    assert.deepEqual([first.source, first.fallback, first.items[0]?.item_id], ["table", "none", "lamp"]);
    assert.equal((await ask("ada")).source, "cache");
    const { source, fallback, items } = await ask("nobody");
    assert.deepEqual([source, fallback, items[0]?.item_id], ["popular", "popular", "rug"]);
    // Behind the answer: the list is in the cache, under the prefix that the API's user may touch.
    const isKept = (): Promise<boolean> =>
      Promise.resolve([...valkey.store.keys()].some((key) => key.startsWith("rec:user/")));
    await waitUntil(isKept, { what: "the list in the cache", timeoutMs: 60_000 });
  });

  it("asks the model container for what no table has", async () => {
    const similar = (await (await fetch(`${api.url}/v1/items/desk/similar`)).json()) as Recommendation;
    assert.deepEqual(
      [similar.source, similar.fallback, similar.items.map(({ item_id }) => item_id)],
      ["endpoint", "none", ["lamp", "rug"]],
    );
  });

  it("assigns users by the experiment's state, and by each change of it, and gives a variant's own lists", async () => {
    const dynamo = new DynamoDBClient(settings());
    const store = dynamoStore(dynamo, FLAGS);
    const put = (TableName: string, item: object): Promise<unknown> =>
      dynamo.send(new PutItemCommand({ TableName, Item: marshall(item) }));
    const line = modelNameOf("challenger", "champion");
    await put(TABLES.models, { name: line, version: CURRENT_VERSION, model_version: "b1" });
    const key = pseudonymiser(await deriveSalt(new KMSClient(settings()), KEY))("ada");
    await put(TABLES.recommendations, { user_key: key, model_version: "b1", items: [{ item_id: "sofa", score: 1 }] });
    const seen = async (variant: string, record: ExperimentRecord): Promise<Recommendation> => {
      await store.write({ record, entry: startExperiment(undefined, START_PLAN, author()).entry });
      let list: Recommendation | undefined;
      await waitUntil(async () => (list = await ask("ada")).variant === variant, {
        what: `ada in ${variant}`,
        timeoutMs: 20_000,
      });
      assert.ok(list);
      return list;
    };
    const all = started({ percent: 100 });
    const own = await seen("challenger", all);
    assert.deepEqual([own.items[0]?.item_id, own.fallback, own.modelVersion], ["sofa", "none", "b1"]);
    const back = await seen("champion", { ...started({ percent: 0 }), revision: 2, state: "rolled-back" });
    assert.deepEqual([back.items[0]?.item_id, back.fallback], ["lamp", "none"]);
    dynamo.destroy();
  });

  it("goes on without the cache and without the endpoint", async () => {
    valkey.cut();
    valkey.answers = false;
    runtime.fault = { status: 503 };
    // Longer than an answer is given again from the process's memory.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.deepEqual([(await ask("ada")).source, (await ask("eve")).fallback], ["table", "popular"]);
  });

  it("ends by itself when told to stop", async () => {
    assert.equal(await stop(api), 0);
  });
});

/** An experiment's exposure log in the lake, one file a day, and what the report makes of it. */
describe("an experiment on the emulator", function () {
  const DAYS = 8;
  const behaviour = { champion: { click: 0.2, buy: 0.05 }, challenger: { click: 0.32, buy: 0.05 } };
  const users = [...simulate({ seed: 1, days: DAYS, usersPerDay: 250, behaviour })];
  let emulator: Emulator;
  let region: BuiltRegion;

  before(async () => {
    emulator = await startOwnEmulator();
    region = await buildRegion(emulator.endpoint, REGION, "us", "primary");
    await writeLog();
  });
  after(() => emulator.stop());

  async function writeLog(): Promise<void> {
    for (let day = 0; day < DAYS; day += 1) {
      await writeExposures(
        region,
        dayOf(day),
        users.filter((user) => user.day === dayOf(day)),
      );
    }
  }

  it("is counted alike on Athena, DuckDB and the simulated Redshift, and the report finds what was put in", async () => {
    const params = { revenue_cap: 100_000 };
    const [athena, duckdb, redshift] = await Promise.all(
      ["athena", "duckdb", "redshift"].map((engine) => runQuery("experiment_metrics", engine, region, params)),
    );
    assert.ok(athena && duckdb && redshift);
    const rows = duckdb.rows.map((row) => variantDayOf(duckdb.columns, row));
    // The last two days are not over: users of the last but one are watched into the last, which may get more events.
    assert.deepEqual(rows, countsOf(users.filter(({ day }) => day < dayOf(DAYS - 2))));
    for (const other of [athena, redshift]) {
      assert.deepEqual(
        other.rows.map((row) => variantDayOf(other.columns, row)),
        rows,
      );
    }
    const [challenger] = reportOf(rows, { name: "x", control: "champion", plannedUsers: 2_000 }).variants;
    assert.equal(challenger?.primary.verdict, "better");
  });
});
