import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { openEngine, type Engine } from "../../../services/etl/engine";
import { figuresOf, sqlOf, type KeptTable } from "../../../contracts/lake/pipeline";

const TABLE: KeptTable = {
  name: "visits_of_people",
  store: "silver",
  prefix: "visits/",
  partitionBy: "date",
  sortBy: ["user_key", "place"],
};

/** Users with several rows each, over two days, in no order. */
const ROWS = `
  SELECT concat('user-', i * 7919 % 60) AS user_key, i * 104729 % 1000 AS place, concat('2026-03-0', 1 + i % 2) AS date
  FROM range(1000) AS r(i)`;

describe("the files of a table", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "parquet-spec-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function exported(name: string, options: { fileRows: number; threads: number; dictionaries?: string[][] }) {
    const engine = await openEngine({ folder: join(folder, `${name}-engine`), ...options });
    const out = join(folder, name);
    await engine.createTable(TABLE.name, ROWS, options.dictionaries);
    assert.deepEqual(await engine.exportTable(TABLE, out), ["2026-03-01", "2026-03-02"]);
    const day = join(out, "date=2026-03-01");
    const files = readdirSync(day).sort();
    const ranges = await engine.rows(
      `SELECT filename, COUNT(*) AS n, MIN(user_key) AS low, MAX(user_key) AS high
       FROM read_parquet('${day}/*.parquet', filename = true) GROUP BY filename ORDER BY filename`,
    );
    const rows = await engine.rows(
      `SELECT user_key, place FROM read_parquet([${files.map((file) => `'${join(day, file)}'`).join(", ")}])`,
    );
    engine.close();
    return { files, ranges, rows, bytes: files.map((file) => readFileSync(join(day, file))) };
  }

  it("are cut by ranges of the order, rows of one value together, sorted over all of them", async () => {
    const { files, ranges, rows } = await exported("cut", { fileRows: 150, threads: 1 });
    assert.deepEqual(
      files,
      [0, 1, 2, 3].map((index) => `part-0000${index}.parquet`),
    );
    assert.equal(
      ranges.reduce((sum, { n }) => sum + Number(n), 0),
      500,
    );
    for (const { n } of ranges) assert.ok(Number(n) > 80 && Number(n) < 170, String(n));
    for (const [index, { low }] of ranges.entries()) {
      if (index > 0) assert.ok(String(ranges[index - 1]?.["high"]) < String(low));
    }
    const keys = rows.map((row) => `${String(row["user_key"])}/${String(row["place"]).padStart(5, "0")}`);
    assert.deepEqual(keys, [...keys].sort());
  });

  it("have the same bytes whatever the threads, and whether the engine keeps texts as numbers or not", async () => {
    const one = await exported("one", { fileRows: 150, threads: 1 });
    const other = await exported("other", { fileRows: 150, threads: 4, dictionaries: [["user_key"], ["date"]] });
    assert.deepEqual(other.bytes, one.bytes);
  });
});

describe("visits", () => {
  const GAP_MICROS = 30 * 60_000_000;
  let folder = "";
  let engine: Engine;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "visits-spec-"));
    engine = await openEngine({ folder, threads: 2 });
  });
  after(() => {
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Begin of each visit and its number of events, by going over the events one by one. */
  function oneByOne(micros: readonly number[]): (readonly [number, number])[] {
    const visits: [number, number][] = [];
    let last = Number.NEGATIVE_INFINITY;
    for (const at of [...micros].sort((a, b) => a - b)) {
      const open = visits.at(-1);
      if (open !== undefined && at - last <= GAP_MICROS) open[1] += 1;
      else visits.push([at, 1]);
      last = at;
    }
    return visits;
  }

  it("by slots are those that one finds event by event: at the gap to the microsecond, at one instant, before 1970", async () => {
    const step = fc.constantFrom(0, 0, 1, GAP_MICROS - 1, GAP_MICROS, GAP_MICROS + 1, 7_000_000, 3 * GAP_MICROS);
    const start = fc.constantFrom(-GAP_MICROS - 5, -3, 0, 1_772_359_200_000_000, 1_772_359_199_999_999);
    await fc.assert(
      fc.asyncProperty(start, fc.array(step, { minLength: 1, maxLength: 12 }), async (begin, steps) => {
        let at = begin;
        const micros = [begin, ...steps.map((by) => (at += by))];
        const rows = micros.map((one) => `('ada', make_timestamp(${one}))`).join(", ");
        await engine.createTable(
          "event_facts",
          `SELECT user_key, 'us-east-1' AS region, 'view' AS event_type, 'lamp' AS item_id, 0.0 AS value, 'desktop' AS device,
             occurred_at FROM (VALUES ${rows}) AS listed (user_key, occurred_at)`,
        );
        const found = await engine.rows(
          `SELECT epoch_us(started_at) AS began, events, epoch_us(ended_at) AS ended
           FROM (${sqlOf("silver_sessions", figuresOf({}))}) ORDER BY began`,
        );
        assert.deepEqual(
          found.map(({ began, events }) => [Number(began), Number(events)]),
          oneByOne(micros),
        );
      }),
      { numRuns: 60 },
    );
  });
});
