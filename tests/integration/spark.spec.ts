import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import {
  CreateTableCommand,
  DynamoDBClient,
  paginateScan,
  type AttributeValue,
  type BatchGetItemCommand,
  type BatchWriteItemCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { openEngine } from "../../services/etl/engine";
import { makeTrainingSet } from "../../services/etl/feature-reader";
import { ENTITIES } from "../../contracts/lake/features";
import { downloadPrefix } from "../../services/kit/s3-objects";
import { described, type QualityReport } from "../../services/etl/quality";
import { goldFolder } from "../../contracts/lake/pipeline";
import { runEtl, VERIFIED_PREFIX } from "../../services/etl/run";
import { LAKE_TABLES } from "../../contracts/lake/tables";
import { convert } from "../../services/verifier/convert";
import { ensureSpark, type Spark } from "../../local/toolchain";
import { curated, ndjson, tasteEvents, type Curated } from "../services/etl/events";
import { MemoryS3 } from "../services/etl/memory-s3";
import { CREDENTIALS, startOwnEmulator } from "./datapath-cloud";
import {
  contentOf,
  killedSparkEtl,
  putFiles,
  RUN_DATE,
  sparkArguments,
  sparkEtl,
  sparkRuns,
  storesIn,
  type Stores,
} from "./spark-etl";

/** SQL of the training sets. */
const FEATURES = join(__dirname, "..", "..", "contracts", "lake", "features");

const BUCKETS = { bronze: "bronze", silver: "silver", gold: "gold" };

/** A day whose events all come before the first run. */
const QUIET_DAY = "2026-02-20";

/** Events that engines are known to differ on. */
function awkward(): Curated[] {
  const at = (time: string, fields: Partial<Curated> = {}): Curated =>
    curated({ occurred_at: time, received_at: time, ...fields });
  const twice = at("2026-03-01T08:00:00.000Z", { event_id: "twice", session_id: "s" });
  const purchase = (value: number | null, item: string) =>
    at("2026-03-02T12:00:00.000Z", { event_type: "purchase", value, item_id: item, user_key: "buyer" });
  return [
    // Copies: the one received first counts; equal times are settled by the columns.
    twice,
    { ...twice, received_at: "2026-03-01T08:00:00.001Z", page: "/later" },
    { ...twice, session_id: null },
    { ...twice, page: "/a" },
    { ...twice, value: 0 },
    // Late, to the millisecond.
    curated({ event_id: "in-time", occurred_at: "2026-03-01T00:00:00Z", received_at: "2026-03-04T00:00:00Z" }),
    curated({ event_id: "too-late", occurred_at: "2026-03-01T00:00:00Z", received_at: "2026-03-04T00:00:00.001Z" }),
    curated({ event_id: "late-twice", occurred_at: "2026-03-01T00:00:00Z", received_at: "2026-03-05T00:00:00Z" }),
    curated({ event_id: "late-twice", occurred_at: "2026-03-01T00:00:00Z", received_at: "2026-03-06T00:00:00Z" }),
    // Visits: a pause of 30 minutes, one millisecond more, over midnight, and exposures between.
    at("2026-03-03T23:40:00.000Z", { user_key: "owl" }),
    at("2026-03-04T00:10:00.000Z", { user_key: "owl" }),
    at("2026-03-04T00:20:00.000Z", { user_key: "owl", event_type: "exposure" }),
    at("2026-03-04T00:40:00.001Z", { user_key: "owl", device: null }),
    // Instants with an offset, without one, with more digits than a microsecond has, on a day when clocks change.
    at("2026-03-05T01:30:00+02:00", { user_key: "zones" }),
    at("2026-03-04T19:00:00-05:30", { user_key: "zones" }),
    at("2026-03-05T10:00:00", { user_key: "zones" }),
    at("2026-03-05T10:00:00.123456789Z", { user_key: "zones" }),
    at("2026-03-05T10:00:00.9999999Z", { user_key: "zones" }),
    at("2026-03-08T07:30:00.000Z", { user_key: "zones" }),
    at("2026-02-28T23:59:59.999Z", { user_key: "zones" }),
    // Text in every script, order of code points, quotes, control characters, what looks like null.
    ...[
      "é",
      "e\u0301",
      "日本語",
      "🛒",
      "\uFFFDz",
      "a'b\"c\\d",
      "tab\tline\nend",
      "null",
      "NULL",
      " ",
      "Z",
      "a",
      "ß",
      "ﬀ",
    ].map((text) =>
      at("2026-03-06T09:00:00.000Z", { user_key: `user ${text}`, item_id: text, page: text, referrer_host: text }),
    ),
    // Money: halves of a cent, sums that a float gets wrong, none at all, the most the contract allows.
    ...[0.1, 0.2, 0.3, 1.005, 2.675, 0.285, 19.99, 1e-9, 0, 1e9, null].map((value) => purchase(value, "lamp")),
    purchase(0.005, "desk"),
    purchase(0.015, "desk"),
    // Consent withheld, empty strings beside nulls.
    at("2026-03-07T09:00:00.000Z", { user_key: "private", consent_personalisation: false }),
    at("2026-03-07T09:00:00.000Z", { user_key: "blank", session_id: "", page: "", variant: "", model_version: "" }),
    // Items of equal weight: their names settle the order.
    ...["b", "a", "ä", "B"].map((item) => at("2026-03-07T10:00:00.000Z", { item_id: item, user_key: `tie-${item}` })),
  ];
}

/** Verified objects: those of a first run, and those that came before a second, some of them converted to Parquet. */
async function input(): Promise<{ readonly first: Record<string, Buffer>; readonly second: Record<string, Buffer> }> {
  const tastes = ["us-east-1", "eu-west-1"].flatMap((region) =>
    tasteEvents({ users: 100, items: 120, groups: 6, eventsPerUser: 40, region, days: 10 }),
  );
  const quiet = curated({ occurred_at: `${QUIET_DAY}T10:00:00Z` });
  const copies = tastes.filter((_, index) => index % 37 === 0);
  const bulk = await convert(ndjson([...tastes.slice(7_000), ...copies]), "c.ndjson.gz");
  assert.ok(bulk.ok && bulk.refused.length === 0);
  const events = awkward();
  // Awkward events stand in both: copies of one event come in one run, in two, or in two the wrong way round.
  const some = events.filter((_, index) => index % 2 === 1);
  const others = events.filter((_, index) => index % 2 === 0);
  return {
    first: {
      [`${VERIFIED_PREFIX}date=2026-03-01/hour=00/a.ndjson.gz`]: ndjson([quiet, ...tastes.slice(0, 4_000)]),
      [`${VERIFIED_PREFIX}date=2026-03-05/hour=07/b.ndjson.gz`]: ndjson([...some, ...tastes.slice(4_000, 7_000)]),
    },
    second: {
      [`${VERIFIED_PREFIX}date=2026-03-11/hour=23/c.ndjson.gz`]: ndjson([...others, ...tastes.slice(7_500)]),
      [`${VERIFIED_PREFIX}bulk/2026-03/c.ndjson.gz.parquet`]: bulk.parquet,
    },
  };
}

describe("the ETL on Spark", function () {
  const folder = mkdtempSync(join(tmpdir(), "meridian-spark-"));
  const [duckdb, stores, orc, second, bad] = ["duckdb", "spark", "orc", "second", "bad"].map((name) =>
    storesIn(join(folder, name)),
  ) as [Stores, Stores, Stores, Stores, Stores];
  let objects: Awaited<ReturnType<typeof input>>;
  let spark: Spark;
  let answers: number[];

  before(async () => {
    spark = await ensureSpark((line) => {
      console.log(line);
    });
    objects = await input();
    putFiles(stores.bronze, objects.first);
    putFiles(second.bronze, objects.second);
    putFiles(bad.bronze, { [`${VERIFIED_PREFIX}date=2026-03-11/hour=23/bad.ndjson.gz`]: brokenFile() });
    const refused = { ...stores, bronze: bad.bronze };
    await embedded({ ...objects.first, ...objects.second }, duckdb);
    await makeLabels();
    answers = await sparkRuns(spark, [
      { run: sparkArguments(stores) },
      { run: sparkArguments(refused, ["--strict", "--run-date", BAD_DATE]) },
      { copy: [second.bronze, stores.bronze] },
      { copy: [stores.silver, join(folder, "after-first")] },
      { run: sparkArguments(stores) },
      { copy: [stores.silver, join(folder, "after-second")] },
      { run: sparkArguments({ ...orc, bronze: stores.bronze }, ["--format", "orc"]) },
      ...LAKE_TABLES.map(
        ({ store, prefix }) =>
          ({
            differ: [
              ["orc", join(orc[store], prefix)],
              ["parquet", join(stores[store], prefix)],
            ],
          }) as const,
      ),
      ...ENTITIES.map(
        ({ name }) =>
          ({
            train: [
              stores.silver,
              labelsOf(name),
              join(FEATURES, `${name}_training_set.sql`),
              trainingOf("spark", name),
            ],
          }) as const,
      ),
    ]);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const labelsOf = (entity: string): string => join(folder, `labels-${entity}.parquet`);
  const trainingOf = (engine: string, entity: string): string => join(folder, `training-${engine}-${entity}`);

  /** A label for each tenth event, at the time of its receipt. */
  async function makeLabels(): Promise<void> {
    const engine = await openEngine({ folder, threads: 1 });
    for (const { name, key } of ENTITIES) {
      const events = `read_parquet('${duckdb.silver}/events/**/*.parquet', hive_partitioning = false)`;
      const labels = `SELECT ${key}, received_at AS label_at, event_id FROM ${events} WHERE hash(event_id) % 10 = 0`;
      await engine.writeFile(labels, labelsOf(name));
    }
    engine.close();
  }

  async function assertParity(name: string): Promise<void> {
    const table = LAKE_TABLES.find((one) => one.name === name);
    assert.ok(table !== undefined);
    const expected = await contentOf(table, duckdb, folder);
    const actual = await contentOf(table, stores, folder);
    assert.ok(expected.rows.length > 0, "DuckDB wrote no rows");
    assert.deepEqual(actual.columns, expected.columns);
    assert.deepEqual(actual.rows, expected.rows);
  }

  const report = (from: Stores, runDate = RUN_DATE): QualityReport =>
    JSON.parse(
      readFileSync(join(from.gold, "_quality", `run_date=${runDate}`, "report.json"), "utf8"),
    ) as QualityReport;

  it("ends well where the gate lets it through, and stops a file with a broken column", () => {
    assert.deepEqual(answers.slice(0, 4), [0, 1, 0, 0]);
    const { passed, checks } = report(stores, BAD_DATE);
    assert.equal(passed, false);
    assert.deepEqual(checks.filter(({ verdict }) => verdict === "refuse").map(described), [
      "unreadable occurred_at: 1, want at most 0",
      "unreadable value: 2, want at most 0",
    ]);
  });

  for (const { name } of LAKE_TABLES) {
    it(`gives ${name} in two runs as DuckDB in one: columns, rows, and the order in which they stand`, async () => {
      await assertParity(name);
    });
  }

  it("gives the same training sets as DuckDB, to the last bit", async () => {
    const s3 = new MemoryS3();
    const files = readdirSync(duckdb.silver, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name);
      s3.put("silver", relative(duckdb.silver, path), readFileSync(path));
    }
    const engine = await openEngine({ folder, threads: 1 });
    for (const { name, key, features } of ENTITIES) {
      const out = `${trainingOf("duckdb", name)}.parquet`;
      await makeTrainingSet(
        s3,
        { region: "us-east-1", buckets: BUCKETS },
        { entity: name, labels: labelsOf(name), out },
      );
      const columns = ["event_id", key, ...features.map((one) => one.name)];
      const picked = columns.map((column) => (column.endsWith("_at") ? `epoch_us(${column}) AS ${column}` : column));
      const rows = (file: string) =>
        engine.rows(`SELECT ${picked.join(", ")} FROM read_parquet('${file}') ORDER BY event_id, ${key}`);
      const expected = await rows(out);
      assert.ok(expected.length > 500);
      assert.deepEqual(await rows(join(trainingOf("spark", name), "*.parquet")), expected, name);
    }
    engine.close();
  });

  it("rewrites in the second run only the days that it touches", () => {
    const files = (after: string, day: string) => readdirSync(join(folder, after, "events", `date=${day}`)).sort();
    assert.deepEqual(files("after-second", QUIET_DAY), files("after-first", QUIET_DAY));
    assert.notDeepEqual(files("after-second", "2026-03-01"), files("after-first", "2026-03-01"));
  });

  it("counts the same over both runs", () => {
    assert.deepEqual(report(stores).ledger, report(duckdb).ledger);
  });

  it("sees the same in one run", () => {
    assert.deepEqual(report(orc), report(duckdb));
  });

  it("writes ORC with the same rows", () => {
    assert.deepEqual(
      answers.slice(4),
      LAKE_TABLES.map(() => 0),
    );
  });

  it("loses and doubles nothing when it is killed while it writes, puts users' key points, and takes hand-overs", async () => {
    const writing = join(stores.silver, "events", "_temporary");
    const killed = await killedSparkEtl(spark, stores, { more: ["--full"], when: () => existsSync(writing) });
    assert.ok(killed, "it ended before it could be killed");
    const emulator = await startOwnEmulator();
    try {
      const profiles = await profilesTable(emulator.endpoint);
      const handovers = await handoverQueue(emulator.endpoint, stores.bronze, [
        ...Object.keys(objects.first),
        ...Object.keys(objects.second),
      ]);
      const { code, stdout, stderr } = await sparkEtl(spark, stores, {
        more: ["--profiles-table", PROFILES, "--profiles-per-second", "1000", "--handover-queue", handovers.url],
        environment: { ...AWS, AWS_ENDPOINT_URL: emulator.endpoint },
      });
      assert.equal(code, 0, `${stdout}\n${stderr}`.slice(-4_000));
      // The embedded engine writes the same items.
      assert.deepEqual(await itemsOf(profiles), await embeddedProfiles({ ...objects.first, ...objects.second }));
      profiles.destroy();
      assert.equal(await handovers.left(), 0);
    } finally {
      await emulator.stop();
    }
    for (const { name } of LAKE_TABLES) await assertParity(name);
    assert.deepEqual(report(stores), report(duckdb));
  });
});

/** Day of the run that is refused. */
const BAD_DATE = "2026-03-13";

/** A file whose values and instants are what their columns cannot hold, as an unannounced change of a producer makes it. */
function brokenFile(): Buffer {
  const changed = { ...curated(), value: { amount: 19.99, currency: "EUR" } } as unknown as Curated;
  return ndjson([curated(), changed, { ...changed, event_id: "other" }, curated({ occurred_at: "03/01/2026" })]);
}

const PROFILES = "profiles";

const AWS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" };

async function profilesTable(endpoint: string): Promise<DynamoDBClient> {
  const client = new DynamoDBClient({ region: "us-east-1", endpoint, credentials: CREDENTIALS });
  await client.send(
    new CreateTableCommand({
      TableName: PROFILES,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "user_key", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "user_key", AttributeType: "S" }],
    }),
  );
  return client;
}

/** A queue with one hand-over of verified objects, which lies in bronze; `left` counts its messages, hidden ones too. */
async function handoverQueue(
  endpoint: string,
  bronze: string,
  keys: readonly string[],
): Promise<{ readonly url: string; readonly left: () => Promise<number> }> {
  const sqs = new SQSClient({ region: "us-east-1", endpoint, credentials: CREDENTIALS });
  const { QueueUrl: url = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "handover" }));
  const key = "verified/_handover/all.json";
  putFiles(bronze, {
    [key]: Buffer.from(JSON.stringify({ version: 1, bucket: "bronze", objects: keys.map((one) => ({ key: one })) })),
  });
  const MessageBody = JSON.stringify({ version: 1, bucket: "bronze", key });
  await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
  return {
    url,
    left: async () => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
      );
      return Object.entries(Attributes)
        .filter(([name]) => /^ApproximateNumberOfMessages(NotVisible)?$/.test(name))
        .reduce((sum, [, count]) => sum + Number(count), 0);
    },
  };
}

type Items = Record<string, Record<string, unknown>>;

/** Items by user; a number is compared by its value, since its text may be 1 or 1.0. */
function byUser(items: readonly Record<string, AttributeValue>[]): Items {
  const plain = (value: AttributeValue): unknown => (value.N === undefined ? value.S : Number(value.N));
  const entries = items.map((item) => Object.entries(item).map(([name, value]) => [name, plain(value)] as const));
  return Object.fromEntries(
    entries.map((item) => [String(Object.fromEntries(item)["user_key"]), Object.fromEntries(item)]),
  );
}

async function itemsOf(client: DynamoDBClient): Promise<Items> {
  const found: Record<string, AttributeValue>[] = [];
  for await (const page of paginateScan({ client }, { TableName: PROFILES })) found.push(...(page.Items ?? []));
  return byUser(found);
}

/** What the embedded engine puts into the profiles table. */
async function embeddedProfiles(objects: Readonly<Record<string, Buffer>>): Promise<Items> {
  const items: Record<string, AttributeValue>[] = [];
  const send = ({ input }: BatchWriteItemCommand | BatchGetItemCommand): Promise<object> => {
    const asked = input.RequestItems?.[PROFILES] ?? [];
    // What is read back to be compared is not of interest here.
    for (const { PutRequest: put } of Array.isArray(asked) ? asked : []) items.push(put?.Item ?? {});
    return Promise.resolve({});
  };
  const s3 = new MemoryS3();
  for (const [key, body] of Object.entries(objects)) s3.put(BUCKETS.bronze, key, body);
  const profiles = { client: { send: send as never }, table: PROFILES, itemsPerSecond: 1_000_000 };
  await runEtl({ s3, profiles }, { region: "us-east-1", buckets: BUCKETS });
  return byUser(items);
}

/** Runs the embedded engine on objects, and copies what it published into folders. */
async function embedded(objects: Readonly<Record<string, Buffer>>, to: Stores): Promise<void> {
  const s3 = new MemoryS3();
  for (const [key, body] of Object.entries(objects)) s3.put(BUCKETS.bronze, key, body);
  await runEtl({ s3 }, { region: "us-east-1", buckets: BUCKETS, runDate: RUN_DATE });
  for (const [bucket, prefix] of [["silver", ""] as const, ["gold", goldFolder("us-east-1")] as const]) {
    await downloadPrefix(s3, { bucket: BUCKETS[bucket], prefix }, to[bucket]);
  }
}
