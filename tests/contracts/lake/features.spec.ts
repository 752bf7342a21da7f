import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BatchGetItemCommand, BatchWriteItemCommand, AttributeValue } from "@aws-sdk/client-dynamodb";
import { generatedFiles } from "../../../contracts/lake/emit";
import { openEngine, type Engine } from "../../../services/etl/engine";
import { checkFeatures, makeTrainingSet } from "../../../services/etl/feature-reader";
import { entity, onlineFeatures } from "../../../contracts/lake/features";
import { runEtl, VERIFIED_PREFIX } from "../../../services/etl/run";
import { readableSkew } from "../../../services/etl/skew";
import { curated, ndjson, tasteEvents, type Curated } from "../../services/etl/events";
import { MemoryS3 } from "../../services/etl/memory-s3";

const BUCKETS = { bronze: "bronze", silver: "silver", gold: "gold" };
const REGION = { region: "us-east-1", buckets: BUCKETS };

/** A profiles table in memory; it hands back every second key unread the first time. */
class MemoryTable {
  readonly items = new Map<string, Record<string, AttributeValue>>();

  readonly send = ((command: BatchGetItemCommand | BatchWriteItemCommand) => {
    const asked = command.input.RequestItems?.["profiles"] ?? [];
    if (Array.isArray(asked)) {
      for (const { PutRequest: put } of asked) this.items.set(put?.Item?.["user_key"]?.S ?? "", put?.Item ?? {});
      return Promise.resolve({});
    }
    const keys = asked.Keys ?? [];
    const answered = keys.filter((_, index) => index % 2 === 0);
    const rest = keys.filter((_, index) => index % 2 === 1);
    const found = answered.map((key) => this.items.get(key["user_key"]?.S ?? ""));
    const items = found.filter((item) => item !== undefined);
    return Promise.resolve({
      Responses: { profiles: items },
      ...(rest.length === 0 ? {} : { UnprocessedKeys: { profiles: { Keys: rest } } }),
    });
  }) as never;

  change(user: string, fields: Readonly<Record<string, AttributeValue>>): void {
    this.items.set(user, { ...this.items.get(user), ...fields });
  }
}

describe("the feature store", () => {
  let folder = "";
  let engine: Engine;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "features-spec-"));
    engine = await openEngine({ folder, threads: 1 });
  });
  after(() => {
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function etl(events: readonly Curated[], table = new MemoryTable()) {
    const s3 = new MemoryS3();
    s3.put("bronze", `${VERIFIED_PREFIX}date=2026-03-01/hour=10/a.ndjson.gz`, ndjson(events));
    const profiles = { client: { send: table.send }, table: "profiles" };
    const report = await runEtl({ s3, profiles }, { ...REGION, runDate: "2026-03-12" });
    return { s3, table, report, store: profiles };
  }

  /** Labels as `[key, label_at]`, joined with their features as they were known then. */
  async function trainingSet(s3: MemoryS3, labels: readonly (readonly [string, string])[], name = "user") {
    const { key } = entity(name);
    const file = join(folder, "labels.parquet");
    const rows = labels.map(([who, at], index) => `('${who}', TIMESTAMP '${at}', ${index})`).join(", ");
    await engine.writeFile(`SELECT * FROM (VALUES ${rows}) AS listed (${key}, label_at, label)`, file);
    const out = join(folder, "training.parquet");
    assert.equal(await makeTrainingSet(s3, REGION, { entity: name, labels: file, out }), labels.length);
    return engine.rows(`SELECT * FROM read_parquet('${out}') ORDER BY label`);
  }

  it("has SQL, training sets and documentation as its definition says", () => {
    for (const [file, text] of generatedFiles()) {
      assert.equal(readFileSync(file, "utf8"), text, `${file}: run contracts/lake/emit.ts`);
    }
  });

  it("shows a training set nothing from after a label's time: not what happened, nor what was received", async () => {
    const at = (occurred_at: string, fields: Partial<Curated> = {}): Curated =>
      curated({ occurred_at, received_at: occurred_at, ...fields });
    const { s3 } = await etl([
      at("2026-03-01T10:00:00.000Z"),
      at("2026-03-02T10:00:00.000Z", { event_type: "purchase", value: 5, item_id: "desk" }),
      // Planted: an event of the same instant as the label, one that happened before it and came in after it, one after it.
      at("2026-03-03T10:00:00.000Z", { event_type: "purchase", value: 1_000 }),
      at("2026-03-02T11:00:00.000Z", { event_type: "purchase", value: 500, received_at: "2026-03-03T12:00:00.000Z" }),
      at("2026-03-04T10:00:00.000Z", { event_type: "purchase", value: 2_000 }),
      at("2026-03-02T12:00:00.000Z", { consent_personalisation: false }),
    ]);
    const known = await trainingSet(s3, [
      ["ada", "2026-03-03 10:00:00"],
      ["ada", "2026-03-03 12:00:00.001"],
      ["ada", "2026-03-01 10:00:00"],
      ["nobody", "2026-03-05 00:00:00"],
    ]);
    assert.deepEqual(
      known.map((row) => ["events", "sessions", "items", "revenue"].map((name) => Number(row[name]))),
      [
        [2, 3, 2, 5],
        [4, 5, 2, 1505],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
    );
    assert.deepEqual(
      known.map((row) => (row["last_seen_at"] as Date | null)?.toISOString() ?? null),
      ["2026-03-02T10:00:00.000Z", "2026-03-03T10:00:00.000Z", null, null],
    );
  });

  it("gives a training set as of now exactly what gold has", async () => {
    const events = tasteEvents({ users: 40, items: 30, groups: 3, eventsPerUser: 20, region: "us-east-1", days: 20 });
    const { s3 } = await etl(events);
    const newest = Math.max(...events.map((event) => Date.parse(String(event.occurred_at))));
    const soon = new Date(newest + 1).toISOString().replace("T", " ").replace("Z", "");
    for (const name of ["user", "item"]) {
      const { key, table, features } = entity(name);
      const prefix = table.replace("gold_", "");
      const file = join(folder, `${table}.parquet`);
      const stored = s3.objects.get(`gold/us-east-1/${prefix}/part-00000.parquet`)?.body;
      assert.ok(stored !== undefined);
      writeFileSync(file, stored);
      const gold = await engine.rows(`SELECT * FROM read_parquet('${file}') ORDER BY ${key}`);
      const labels = gold.map((row) => [String(row[key]), soon] as const);
      const joined = await trainingSet(s3, labels, name);
      const pick = (row: Record<string, unknown>) => features.map((feature) => row[feature.name]);
      // The window's edge lies a millisecond later.
      assert.deepEqual(joined.map(pick), gold.map(pick));
      assert.ok(gold.length > 20);
    }
  });

  it("writes and judges online records in the daily run, and finds none that differ", async () => {
    const events = tasteEvents({ users: 150, items: 30, groups: 3, eventsPerUser: 5, region: "us-east-1", days: 4 });
    const { s3, report, table } = await etl(events);
    assert.equal(table.items.size, 150);
    const [item] = table.items.values();
    assert.deepEqual(Object.keys(item ?? {}), ["user_key", ...onlineFeatures(entity("user")).map(({ name }) => name)]);
    assert.deepEqual([report.skew?.passed, report.skew?.sampled, report.skew?.compared], [true, 150, 150]);
    const left = s3.objects.get("gold/us-east-1/_quality/run_date=2026-03-12/features.json")?.body.toString() ?? "";
    assert.deepEqual(JSON.parse(left), report.skew);
  });

  it("finds a value that differs, a record that is missing, and leaves another region's record to it", async () => {
    const events = tasteEvents({ users: 10, items: 30, groups: 3, eventsPerUser: 5, region: "us-east-1", days: 4 });
    const { s3, table, store } = await etl(events);
    const [wrong = "", missing = "", elsewhere = ""] = [...table.items.keys()].sort();
    table.change(wrong, { revenue: { N: "1e6" }, last_seen_at: { S: "2020-01-01T00:00:00.000Z" } });
    table.items.delete(missing);
    table.change(elsewhere, { region: { S: "us-west-2" }, events: { N: "99" } });
    const report = await checkFeatures(s3, store, REGION);
    assert.deepEqual([report.passed, report.compared, report.missing, report.elsewhere], [false, 8, 1, 1]);
    const rates = Object.fromEntries(report.features.map(({ name, rate }) => [name, rate]));
    assert.deepEqual([rates["revenue"], rates["last_seen_at"], rates["events"]], [1 / 8, 1 / 8, 0]);
    assert.match(readableSkew(report).join("\n"), /SKEW[^]*revenue +12.50 % \(1\), e.g. \w+: online 1000000, offline/);
    assert.equal((await checkFeatures(s3, store, REGION, { limit: 0.2 })).passed, true);
    assert.equal((await checkFeatures(s3, store, REGION, { limit: 0.11 })).passed, false);
  });

  it("refuses labels without a time, and says so where the ETL has not run", async () => {
    const file = join(folder, "bare.parquet");
    await engine.writeFile("SELECT 'ada' AS user_key", file);
    const set = { entity: "user", labels: file, out: join(folder, "none.parquet") };
    await assert.rejects(
      makeTrainingSet(new MemoryS3(), REGION, set),
      /want columns user_key and label_at, got no label_at/,
    );
    await assert.rejects(
      checkFeatures(new MemoryS3(), { client: { send: undefined as never }, table: "t" }, REGION),
      /no features yet/,
    );
  });
});
