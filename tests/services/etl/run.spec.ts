import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine, type Engine } from "../../../services/etl/engine";
import { downloadPrefix } from "../../../services/kit/s3-objects";
import { runEtl, VERIFIED_PREFIX, type EtlConfig } from "../../../services/etl/run";
import { convert } from "../../../services/verifier/convert";
import { curated, ndjson, tasteEvents, type Curated } from "./events";
import { MemoryS3 } from "./memory-s3";

const CONFIG: EtlConfig = {
  region: "us-east-1",
  buckets: { bronze: "bronze", silver: "silver", gold: "gold" },
};

/** Where the tables stand; what a run knows of its own sources stands beside them. */
const TABLES = ["silver/events/", "silver/late_events/", "silver/sessions/", "gold/"];

function stored(...objects: readonly (readonly Curated[])[]): MemoryS3 {
  const s3 = new MemoryS3();
  objects.forEach((events, index) => {
    s3.put("bronze", `${VERIFIED_PREFIX}date=2026-03-01/hour=10/part-${index}.ndjson.gz`, ndjson(events));
  });
  return s3;
}

describe("the ETL of a region", () => {
  let folder = "";
  let engine: Engine;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "etl-spec-"));
    engine = await openEngine({ folder, threads: 1 });
  });
  after(async () => {
    engine.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function rows(s3: MemoryS3, bucket: string, prefix: string, order: string): Promise<Record<string, unknown>[]> {
    const to = await mkdtemp(join(folder, "read-"));
    const { objects } = await downloadPrefix(s3, { bucket, prefix }, to);
    if (objects === 0) return [];
    return engine.rows(`SELECT * FROM read_parquet('${to}/**/*.parquet', hive_partitioning = false) ORDER BY ${order}`);
  }

  it("keeps the copy of an event that was received first, whatever the order of the files", async () => {
    const first = curated({ event_id: "e1", received_at: "2026-03-01T10:00:01.000Z", page: "/first" });
    const second = { ...first, received_at: "2026-03-01T10:00:02.000Z", page: "/second" };
    const same = { ...first };
    for (const objects of [
      [[first], [second, same]],
      [[second], [same, first]],
    ] as const) {
      const s3 = stored(...objects);
      const { ledger } = await runEtl({ s3 }, CONFIG);
      assert.deepEqual(ledger, { verified: 3, silver: 1, duplicates: 2, late: 0 });
      const [row] = await rows(s3, "silver", "events/", "event_id");
      assert.equal(row?.["page"], "/first");
    }
  });

  it("makes the same tables of a file that the verifier converted to Parquet as of its lines", async () => {
    const events = [
      curated({ event_id: "e1", occurred_at: "2026-03-01T10:00:00.123456Z", value: 1e-7, page: 'a "b"\n' }),
      curated({ event_id: "e2", event_type: "purchase", value: 0.1, session_id: "s", consent_personalisation: false }),
      curated({ event_id: "e3", value: 1e9, variant: "", user_key: "ü 🛒" }),
    ];
    const converted = await convert(Buffer.from(events.map((event) => JSON.stringify(event)).join("\n")), "a.ndjson");
    assert.ok(converted.ok);
    const [lines, parquet] = [stored(events), new MemoryS3()];
    parquet.put("bronze", `${VERIFIED_PREFIX}bulk/2026-03/a.ndjson.parquet`, converted.parquet);
    const { ledger } = await runEtl({ s3: parquet }, CONFIG);
    assert.deepEqual(ledger, (await runEtl({ s3: lines }, CONFIG)).ledger);
    assert.equal(ledger.silver, 3);
    for (const prefix of ["silver/events", "silver/sessions", "gold/"]) {
      assert.deepEqual(parquet.digests(prefix), lines.digests(prefix));
    }
    // Both kinds side by side: every event stands twice.
    parquet.put("bronze", `${VERIFIED_PREFIX}date=2026-03-01/hour=10/a.ndjson.gz`, ndjson(events));
    assert.deepEqual((await runEtl({ s3: parquet }, CONFIG)).ledger, {
      verified: 6,
      silver: 3,
      duplicates: 3,
      late: 0,
    });
  });

  it("sets events aside that were received more than the late window after they happened, and keeps them", async () => {
    const onTime = curated({ occurred_at: "2026-03-01T10:00:00.000Z", received_at: "2026-03-04T10:00:00.000Z" });
    const late = curated({ occurred_at: "2026-03-01T10:00:00.000Z", received_at: "2026-03-04T10:00:00.001Z" });
    const s3 = stored([onTime, late, { ...late }]);
    const { ledger } = await runEtl({ s3 }, CONFIG);
    assert.deepEqual(ledger, { verified: 3, silver: 1, duplicates: 1, late: 1 });
    const kept = await rows(s3, "silver", "late_events/", "event_id");
    assert.deepEqual(
      kept.map((row) => row["event_id"]),
      [late.event_id],
    );
  });

  it("partitions events by the day on which they happened", async () => {
    const s3 = stored([
      curated({ occurred_at: "2026-03-01T23:59:59.999Z", received_at: "2026-03-02T00:00:01.000Z" }),
      curated({ occurred_at: "2026-03-02T00:00:00.000Z", received_at: "2026-03-02T00:00:01.000Z" }),
    ]);
    await runEtl({ s3 }, CONFIG);
    assert.deepEqual(
      Object.keys(s3.digests("silver/events/")),
      ["date=2026-03-01", "date=2026-03-02"].map((day) => `silver/events/${day}/part-00000.parquet`),
    );
  });

  it("opens a new visit after more than 30 minutes, and none for an exposure", async () => {
    const s3 = stored([
      curated({ occurred_at: "2026-03-01T10:00:00.000Z" }),
      curated({ occurred_at: "2026-03-01T10:30:00.000Z", event_type: "purchase", value: 19.99 }),
      curated({ occurred_at: "2026-03-01T11:00:00.001Z" }),
      curated({ occurred_at: "2026-03-01T15:00:00.000Z", event_type: "exposure" }),
      curated({ occurred_at: "2026-03-01T10:10:00.000Z", user_key: "bo" }),
    ]);
    await runEtl({ s3 }, CONFIG);
    const visits = await rows(s3, "silver", "sessions/", "user_key, started_at");
    assert.deepEqual(
      visits.map((row) => [row["user_key"], Number(row["events"]), row["duration_seconds"], row["revenue"]]),
      [
        ["ada", 2, 1800, 19.99],
        ["ada", 1, 0, 0],
        ["bo", 1, 0, 0],
      ],
    );
    assert.equal(new Set(visits.map((row) => row["session_key"])).size, 3);
  });

  it("weighs interactions by act and age, of those only who agreed to personalisation", async () => {
    const s3 = stored([
      curated({ item_id: "lamp", event_type: "purchase", occurred_at: "2026-03-15T00:00:00.000Z" }),
      curated({ item_id: "lamp", event_type: "view", occurred_at: "2026-03-01T00:00:00.000Z" }),
      curated({ item_id: "desk", event_type: "click", occurred_at: "2026-03-15T00:00:00.000Z" }),
      curated({ item_id: "desk", event_type: "exposure", occurred_at: "2026-03-15T00:00:00.000Z" }),
      curated({ user_key: "bo", item_id: "desk", consent_personalisation: false }),
    ]);
    await runEtl({ s3 }, CONFIG);
    const interactions = await rows(s3, "gold", "us-east-1/interactions/", "user_key, item_id");
    assert.deepEqual(
      interactions.map((row) => [row["user_key"], row["item_id"], row["weight"], Number(row["purchases"])]),
      [
        ["ada", "desk", 2, 0],
        ["ada", "lamp", 8.5, 1],
      ],
    );
    const users = await rows(s3, "gold", "us-east-1/user_features/", "user_key");
    assert.deepEqual(
      users.map((row) => row["user_key"]),
      ["ada"],
    );
    const popular = await rows(s3, "gold", "us-east-1/popular/", "place");
    assert.deepEqual(
      popular.map((row) => [row["region"], Number(row["place"]), row["item_id"], row["score"]]),
      [
        ["us-east-1", 1, "lamp", 8.5],
        ["us-east-1", 2, "desk", 2],
      ],
    );
    const items = await rows(s3, "gold", "us-east-1/item_features/", "item_id");
    assert.deepEqual(
      items.map((row) => [row["item_id"], Number(row["views"]), Number(row["exposures"]), Number(row["users"])]),
      [
        ["desk", 1, 1, 2],
        ["lamp", 1, 0, 1],
      ],
    );
  });

  it("gives equal bytes when run again, and writes nothing then", async () => {
    const events = tasteEvents({ users: 60, items: 100, groups: 5, eventsPerUser: 40, region: "us-east-1", days: 6 });
    const once = stored(events.slice(0, 900), events.slice(900));
    const other = stored(events.slice(900), events.slice(0, 900));
    const first = await runEtl({ s3: once }, CONFIG);
    await runEtl({ s3: other }, { ...CONFIG, threads: 4 });
    for (const tables of TABLES) assert.deepEqual(once.digests(tables), other.digests(tables));
    const puts = once.puts;
    const second = await runEtl({ s3: once }, CONFIG);
    assert.equal(once.puts, puts);
    assert.equal(second.unchanged, first.written);
    assert.deepEqual(second.ledger, first.ledger);
  });

  it("removes what an earlier run left and no longer belongs", async () => {
    const s3 = stored([curated()]);
    s3.put("silver", "events/date=1999-01-01/part-00000.parquet", "old");
    const { removed } = await runEtl({ s3 }, CONFIG);
    assert.equal(removed, 1);
    assert.equal(Object.keys(s3.digests("silver/events/date=1999")).length, 0);
  });

  it("answers an empty bucket with zeros", async () => {
    const { ledger, rows: counts } = await runEtl({ s3: new MemoryS3() }, CONFIG);
    assert.deepEqual(ledger, { verified: 0, silver: 0, duplicates: 0, late: 0 });
    assert.equal(counts["gold_interactions"], 0);
  });

  it("refuses a figure that is no number", async () => {
    await assert.rejects(
      runEtl({ s3: new MemoryS3() }, { ...CONFIG, parameters: { late_days: Number.NaN } }),
      /late_days/,
    );
  });
});
