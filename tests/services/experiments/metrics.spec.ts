import assert from "node:assert/strict";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import {
  variantDayOf,
  variantExposuresOf,
  variantItemsOf,
  type VariantDay,
} from "../../../services/experiments/metrics";
import { reportOf } from "../../../services/experiments/report";
import { findQuery } from "../../../queries";
import { renderQuery, type ParameterValues } from "../../../queries/render";
import { countsOf, dayOf, simulate, type SimulatedUser } from "./simulation";

type Row = readonly [id: string, user: string, type: string, variant: string | null, at: string, value: number | null];

/** Exposure, click and purchase of each user, at times within the watched day; and what must not count. */
function* eventsOf(users: Iterable<SimulatedUser>): Generator<Row> {
  let id = 0;
  const at = (day: string, seconds: number): string => new Date(Date.parse(day) + seconds * 1000).toISOString();
  for (const { key, day, variant, clicked, bought, spent } of users) {
    const start = (id * 7_919) % 86_400;
    const next = (): string => `e${String((id += 1)).padStart(8, "0")}`;
    yield [next(), key, "view", null, at(day, start - 60), null];
    yield [next(), key, "click", null, at(day, start - 30), null];
    yield [next(), key, "exposure", variant, at(day, start), null];
    yield [next(), key, "exposure", variant, at(day, start + 5), null];
    if (clicked) yield [next(), key, "click", null, at(day, start + 86_399), null];
    if (bought) {
      yield [next(), key, "purchase", null, at(day, start + 100), spent - 1];
      yield [next(), key, "purchase", null, at(day, start + 200), 1];
    }
    yield [next(), key, "purchase", null, at(day, start + 86_400), 50];
  }
}

describe("the metrics of an experiment", function () {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;

  beforeEach(async () => {
    instance = await DuckDBInstance.create(":memory:");
    connection = await instance.connect();
    await connection.run(
      `CREATE TABLE silver_events (event_id VARCHAR, user_key VARCHAR, event_type VARCHAR, variant VARCHAR,
       occurred_at TIMESTAMP, value DOUBLE, date VARCHAR)`,
    );
  });
  afterEach(() => {
    connection.closeSync();
    instance.closeSync();
  });

  async function load(rows: Iterable<Row>): Promise<void> {
    const quoted = (text: string | null): string => (text === null ? "NULL" : `'${text}'`);
    const values = [...rows].map(
      ([id, user, type, variant, at, value]) =>
        `(${[id, user, type, variant].map(quoted).join()}, TIMESTAMP '${at.slice(0, 19).replace("T", " ")}', ${value ?? "NULL"}, '${at.slice(0, 10)}')`,
    );
    for (let from = 0; from < values.length; from += 5_000) {
      await connection.run(`INSERT INTO silver_events VALUES ${values.slice(from, from + 5_000).join()}`);
    }
  }

  async function ask(parameters: ParameterValues = {}): Promise<VariantDay[]> {
    const sql = renderQuery(findQuery("experiment_metrics"), "duckdb", parameters);
    const reader = await connection.runAndReadAll(sql);
    const cells = reader.getRowsJS().map((row) => row.map((cell) => (typeof cell === "bigint" ? Number(cell) : cell)));
    return cells.map((row) => variantDayOf(reader.columnNames(), row));
  }

  it("count each user once, for one day from the first exposure on, and no day before all its users were watched", async () => {
    const same = { click: 0.2, buy: 0.1 };
    const users = [
      ...simulate({ seed: 1, days: 6, usersPerDay: 120, behaviour: { champion: same, challenger: same } }),
    ];
    await load(eventsOf(users));
    const wanted = (days: number): VariantDay[] => countsOf(users.filter(({ day }) => day < dayOf(days)));
    // Events go on for one day after the last exposure; that day is not over, so neither is what ends in it.
    assert.deepEqual(await ask({ revenue_cap: 100_000 }), wanted(5));
    // A look on an earlier day shows the same days with the same figures: what is known is never taken back.
    for (const look of [2, 3, 5]) {
      assert.deepEqual(await ask({ revenue_cap: 100_000, to: dayOf(look + 1) }), wanted(look - 1));
    }
  });

  it("keep a user in the first variant, count who saw another, and cap what one user spends", async () => {
    await load([
      ["1", "ada", "exposure", "champion", "2026-03-01T10:00:00Z", null],
      ["2", "ada", "exposure", "challenger", "2026-03-01T11:00:00Z", null],
      ["3", "ada", "purchase", null, "2026-03-01T12:00:00Z", 700],
      ["4", "ada", "purchase", null, "2026-03-01T13:00:00Z", 700],
      ["5", "bo", "exposure", "challenger", "2026-03-01T10:00:00Z", null],
      ["6", "bo", "exposure", "champion", "2026-03-03T10:00:00Z", null],
      ["7", "cy", "exposure", null, "2026-03-01T10:00:00Z", null],
      ["8", "dee", "view", null, "2026-03-04T10:00:00Z", null],
    ]);
    const day = "2026-03-01";
    const none = { users: 1, clickers: 0, converters: 0, crossed: 0, revenue: 0, revenueSquares: 0 };
    assert.deepEqual(await ask(), [
      { ...none, day, variant: "challenger" },
      { ...none, day, variant: "champion", converters: 1, crossed: 1, revenue: 1_000, revenueSquares: 1_000_000 },
    ]);
  });

  it("lead to a report that finds a known effect, from the exposure log alone", async () => {
    const behaviour = { champion: { click: 0.2, buy: 0.05 }, challenger: { click: 0.3, buy: 0.05 } };
    await load(eventsOf(simulate({ seed: 4, days: 12, usersPerDay: 250, behaviour })));
    const { variants } = reportOf(await ask(), { name: "x", control: "champion", plannedUsers: 3_000 });
    assert.equal(variants[0]?.primary.verdict, "better");
    assert.ok(variants[0].guardrails.every(({ verdict }) => verdict === "unclear"));
  });

  it("tell how often items were shown and by which models, of exposures with a variant alone", async () => {
    await connection.run("ALTER TABLE silver_events ADD COLUMN item_id VARCHAR");
    await connection.run("ALTER TABLE silver_events ADD COLUMN model_version VARCHAR");
    const at = "TIMESTAMP '2026-03-02 10:00:00', NULL, '2026-03-02'";
    await connection.run(`INSERT INTO silver_events VALUES
      ('1', 'ada', 'exposure', 'a', ${at}, 'lamp', 'v1'), ('2', 'bo', 'exposure', 'a', ${at}, 'lamp', 'v1'),
      ('3', 'cy', 'exposure', 'a', ${at}, 'desk', NULL), ('4', 'dee', 'exposure', 'b', ${at}, 'desk', 'v2'),
      ('5', 'eve', 'exposure', NULL, ${at}, 'desk', 'v1'), ('6', 'ada', 'click', 'a', ${at}, 'desk', 'v1'),
      ('7', 'fay', 'exposure', 'b', TIMESTAMP '2026-03-01 10:00:00', NULL, '2026-03-01', 'rug', 'v2')`);
    const answer = async (name: string) => {
      const sql = renderQuery(findQuery(name), "duckdb", { from: "2026-03-02", to: "2026-03-03" });
      const reader = await connection.runAndReadAll(sql);
      return { columns: reader.columnNames(), rows: reader.getRowsJS() };
    };
    const shown = await answer("experiment_exposures");
    assert.deepEqual(
      shown.rows
        .map((row) => variantExposuresOf(shown.columns, row))
        .sort((x, y) => y.exposures - x.exposures)
        .slice(0, 1),
      [{ variant: "a", modelVersion: "v1", exposures: 2 }],
    );
    assert.equal(shown.rows.length, 3);
    const items = await answer("experiment_coverage");
    assert.deepEqual(
      items.rows.map((row) => variantItemsOf(items.columns, row)),
      [
        { variant: "a", times: 1, items: 1 },
        { variant: "a", times: 2, items: 1 },
        { variant: "b", times: 1, items: 1 },
      ],
    );
  });

  it("refuse a result that is not theirs", () => {
    assert.throws(
      () => variantDayOf(["day", "users"], ["2026-03-01", null]),
      /want a value in variant, users, crossed/,
    );
  });
});
