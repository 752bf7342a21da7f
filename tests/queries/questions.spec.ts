import assert from "node:assert/strict";
import fc from "fast-check";
import { ENGINES, findQuery, listQueries, QueryError, runQuery, type QueryConfig } from "../../queries";
import { parseQuery, type AnalystQuery } from "../../queries/catalogue";
import { renderQuery } from "../../queries/render";

const NOWHERE: QueryConfig = {
  region: "us-east-1",
  glueDatabase: "lake",
  athenaWorkgroup: "analysts",
  buckets: { silver: "silver", gold: "gold" },
  warehouse: "warehouse",
};

const badInput = (message: RegExp) => (error: unknown) =>
  error instanceof QueryError && error.kind === "bad-input" && message.test(error.message);

/** A question with one parameter of each type. */
const PROBE: AnalystQuery = {
  name: "probe",
  question: "?",
  engines: ENGINES,
  data: "none",
  parameters: [
    { name: "day", type: "date", default: "2026-01-01", meaning: "a day" },
    { name: "count", type: "integer", default: "1", meaning: "a number" },
    { name: "item", type: "string", default: "x", meaning: "a text" },
  ],
  sql: "SELECT ':day' AS a, :day AS b, :count AS c, :item AS d, 1::int AS e, SECONDS_BETWEEN(t.a, b) -- :nothing\nFROM t",
};

describe("the analysts' questions", () => {
  it("are at least six, each with its question, engines and class of data", () => {
    const queries = listQueries();
    assert.ok(queries.length >= 6);
    for (const { name, question, engines, data } of queries) {
      assert.match(question, /\?$/, name);
      assert.deepEqual(engines, ENGINES, name);
      assert.match(data, /^(behaviour|technical|identifier)\b/, name);
    }
  });

  it("use exactly the parameters that they declare, and render on every engine", () => {
    for (const query of listQueries()) {
      const used = new Set([...query.sql.matchAll(/(?<!:):([a-z_]\w*)/g)].map(([, name]) => name));
      assert.deepEqual(used, new Set(query.parameters.map(({ name }) => name)), query.name);
      for (const engine of ENGINES) {
        const sql = renderQuery(query, engine, query.name === "item_to_item" ? { item: "lamp" } : {});
        assert.doesNotMatch(sql, /SECONDS_BETWEEN|(?<!:):[a-z]/, query.name);
      }
    }
  });

  it("that nobody has asked before get the nearest name, or the list", async () => {
    assert.throws(() => findQuery("top_itmes"), badInput(/did you mean top_items\?/));
    assert.throws(() => findQuery("zzz"), badInput(/one of .*revenue_by_day/));
    await assert.rejects(runQuery("top_items", "athna", NOWHERE), badInput(/did you mean athena\?/));
  });

  it("are refused with a broken header", () => {
    assert.throws(() => parseQuery("x", "-- question: why?\nSELECT 1"), badInput(/engines/));
    assert.throws(
      () => parseQuery("x", "-- question: q?\n-- engines: oracle\n-- data: none\nSELECT 1"),
      badInput(/no engine oracle/),
    );
  });
});

describe("a question's parameters", () => {
  it("become literals outside of texts, comments and casts only", () => {
    const sql = renderQuery(PROBE, "redshift", { day: "2026-02-28", count: 7, item: "it's" });
    assert.equal(
      sql,
      "SELECT ':day' AS a, '2026-02-28' AS b, 7 AS c, 'it''s' AS d, 1::int AS e, datediff(second, t.a, b) -- :nothing\nFROM t",
    );
    assert.match(renderQuery(PROBE, "athena"), /date_diff\('second', t\.a, b\)/);
  });

  it("cannot end their literal, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (item) => {
        let sql: string;
        try {
          sql = renderQuery(PROBE, "athena", { item });
        } catch (error) {
          return badInput(/item: want a text/)(error);
        }
        const literal = /AS c, (.*) AS d, 1::int/s.exec(sql)?.[1] ?? "";
        return /^'(?:[^']|'')*'$/.test(literal) && literal.slice(1, -1).replaceAll("''", "'") === item;
      }),
    );
  });

  it("are all checked by type, and all problems are told at once", () => {
    assert.throws(
      () =>
        renderQuery(PROBE, "duckdb", { day: "2026-02-30", count: "1; DROP TABLE x", item: "back\\slash", dya: "1" }),
      badInput(
        /no parameter "dya": did you mean day\?.*day: want a date.*count: want a whole number.*item: want a text/,
      ),
    );
    assert.throws(() => renderQuery(findQuery("item_to_item"), "duckdb"), badInput(/item: .*got nothing/));
  });
});
