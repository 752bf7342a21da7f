import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadPrefix } from "../../components/etl/workload/objects";
import { runEtl, VERIFIED_PREFIX } from "../../components/etl/workload/run";
import { LAKE_TABLES } from "../../components/etl/workload/tables";
import { ensureSpark, type Spark } from "../../local/toolchain";
import { curated, ndjson, tasteEvents, type Curated } from "../components/etl/workload/events";
import { MemoryS3 } from "../components/etl/workload/memory-s3";
import { contentOf, putFiles, sparkEtl, storesIn, type Content, type Stores } from "./spark-etl";

const BUCKETS = { bronze: "bronze", silver: "silver", gold: "gold" };
const RUN_DATE = "2026-03-12";

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

function input(): Record<string, Buffer> {
  const tastes = ["us-east-1", "eu-west-1"].flatMap((region) =>
    tasteEvents({ users: 150, items: 120, groups: 6, eventsPerUser: 40, region, days: 10 }),
  );
  const copies = tastes.filter((_, index) => index % 37 === 0);
  const events = [...awkward(), ...tastes, ...copies];
  const third = Math.ceil(events.length / 3);
  return {
    [`${VERIFIED_PREFIX}date=2026-03-01/hour=00/a.ndjson.gz`]: ndjson(events.slice(0, third)),
    [`${VERIFIED_PREFIX}date=2026-03-05/hour=07/b.ndjson.gz`]: ndjson(events.slice(third, 2 * third)),
    [`${VERIFIED_PREFIX}date=2026-03-11/hour=23/c.ndjson.gz`]: ndjson(events.slice(2 * third)),
  };
}

describe("the ETL on Spark", function () {
  this.timeout(600_000);

  const folder = mkdtempSync(join(tmpdir(), "meridian-spark-"));
  const duckdb = storesIn(join(folder, "duckdb"));
  const stores = storesIn(join(folder, "spark"));
  const objects = input();
  let spark: Spark;

  before(async () => {
    spark = await ensureSpark((line) => {
      console.log(line);
    });
    putFiles(stores.bronze, objects);
    const { code, stdout, stderr } = await sparkEtl(spark, stores, ["--limit", "age_hours_refuse=1000000"]);
    assert.equal(code, 0, `${stdout}\n${stderr}`.slice(-4_000));
    await embedded(objects, duckdb);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const content = (name: string, from: Stores): Promise<Content> => {
    const table = LAKE_TABLES.find((one) => one.name === name);
    assert.ok(table !== undefined);
    return contentOf(table, from, folder);
  };

  for (const { name } of LAKE_TABLES) {
    it(`gives ${name} as DuckDB does: columns, rows, and the order in which they stand`, async () => {
      const expected = await content(name, duckdb);
      const actual = await content(name, stores);
      assert.ok(expected.rows.length > 0, "DuckDB wrote no rows");
      assert.deepEqual(actual.columns, expected.columns);
      assert.deepEqual(actual.rows, expected.rows);
    });
  }

  it("writes the same report", () => {
    const report = (from: Stores): unknown =>
      JSON.parse(readFileSync(join(from.gold, "_quality", `run_date=${RUN_DATE}`, "report.json"), "utf8"));
    assert.deepEqual(report(stores), report(duckdb));
  });
});

/** Runs the embedded engine on objects, and copies what it published into folders. */
async function embedded(objects: Readonly<Record<string, Buffer>>, to: Stores): Promise<void> {
  const s3 = new MemoryS3();
  for (const [key, body] of Object.entries(objects)) s3.put(BUCKETS.bronze, key, body);
  await runEtl({ s3 }, { region: "us-east-1", buckets: BUCKETS, runDate: RUN_DATE });
  for (const bucket of ["silver", "gold"] as const) {
    await downloadPrefix(s3, { bucket: BUCKETS[bucket], prefix: "" }, to[bucket]);
  }
}
