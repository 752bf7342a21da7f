import assert from "node:assert/strict";
import { formatResult, type QueryResult } from "../../queries";
import { athenaCostUsd } from "../../queries/engines/athena";

const RESULT: QueryResult = {
  columns: ["item", "count", "note"],
  rows: [
    ["lamp", 12, 'a "quoted", text'],
    ["desk", 3, null],
    ["rug", 0, ""],
    ["bed", 1, "two\nlines"],
  ],
  bytesScanned: 2048,
  costUsd: 0.00005,
  seconds: 0.5,
  engine: "athena",
};

describe("a result", () => {
  it("is a table for the eye: numbers to the right, then what it cost", () => {
    const [head, rule, first, second] = formatResult(RESULT, "table").split("\n");
    assert.equal(head, "item  count  note");
    assert.equal(rule, "----  -----  ----------------");
    assert.equal(first, 'lamp     12  a "quoted", text');
    assert.equal(second, "desk      3");
    assert.match(formatResult(RESULT, "table"), /4 rows from athena in 0\.50 s, 2048 bytes scanned, 0\.000050 USD\n$/);
  });

  it("says when another engine answered", () => {
    assert.match(formatResult({ ...RESULT, engine: "redshift", simulated: true }, "table"), /redshift \(simulated\)/);
    assert.equal((JSON.parse(formatResult({ ...RESULT, simulated: true }, "json")) as QueryResult).simulated, true);
  });

  it("is CSV as RFC 4180 has it", () => {
    assert.equal(
      formatResult(RESULT, "csv"),
      'item,count,note\r\nlamp,12,"a ""quoted"", text"\r\ndesk,3,\r\nrug,0,""\r\nbed,1,"two\nlines"\r\n',
    );
  });

  it("is one JSON document with the rows as objects", () => {
    const document = JSON.parse(formatResult(RESULT, "json")) as Record<string, unknown>;
    assert.deepEqual(document, {
      bytesScanned: 2048,
      costUsd: 0.00005,
      seconds: 0.5,
      engine: "athena",
      columns: ["item", "count", "note"],
      rows: [
        { item: "lamp", count: 12, note: 'a "quoted", text' },
        { item: "desk", count: 3, note: null },
        { item: "rug", count: 0, note: "" },
        { item: "bed", count: 1, note: "two\nlines" },
      ],
    });
  });
});

describe("Athena's cost", () => {
  it("is 5 USD a TB, of 10 MB at least", () => {
    assert.equal(athenaCostUsd(1e12), 5);
    assert.equal(athenaCostUsd(0), 0.00005);
  });
});
