import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { CsvError, parse } from "csv-parse/sync";
import fc from "fast-check";
import { CURATED_COLUMNS, duckdbType } from "../../../contracts/events/columns";
import { convert, type Converted } from "../../../services/verifier/convert";
import { readCsv } from "../../../services/verifier/csv/csv";
import { aRow, row } from "./world";

const NAMES = CURATED_COLUMNS.map(({ name }) => name);
const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

function csv(rows: readonly Record<string, unknown>[], names: readonly string[] = NAMES): string {
  const line = (values: readonly unknown[]): string =>
    values
      .map((value) => quoted(typeof value === "string" ? value : JSON.stringify(value ?? null).replace("null", "")))
      .join(",");
  return [line(names), ...rows.map((one) => line(names.map((name) => one[name])))]
    .map((text) => `${text}\r\n`)
    .join("");
}

async function converted(body: string | Buffer, name: string): Promise<Converted> {
  const outcome = await convert(Buffer.from(body), name);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome;
}

/** What DuckDB finds in a file: its rows, or its columns and their types. */
async function query(
  file: Buffer | string,
  name: string,
  sql: (path: string) => string,
): Promise<Record<string, unknown>[]> {
  const folder = mkdtempSync(join(tmpdir(), "convert-"));
  const instance = await DuckDBInstance.create(":memory:");
  try {
    const path = join(folder, name);
    writeFileSync(path, file);
    const connection = await instance.connect();
    const rows = (await connection.runAndReadAll(sql(path))).getRowObjectsJson();
    connection.closeSync();
    return rows;
  } finally {
    instance.closeSync();
    rmSync(folder, { recursive: true });
  }
}

const rowsOf = (parquet: Buffer): Promise<Record<string, unknown>[]> =>
  query(parquet, "a.parquet", (path) => `SELECT * FROM '${path}'`);

describe("converting a file of events", () => {
  const rows = [
    aRow({ event_id: "1", page: null, value: null }),
    aRow({ event_id: "2", page: 'a "quoted", long\r\npage', occurred_at: "2026-01-31T23:59:59.123456Z" }),
    aRow({ event_id: "3", value: -1.5e-7, session_id: "ü – 😀" }),
  ];

  it("gives the contract's columns in their types and order, and every value as it was", async () => {
    const { parquet, records, refused } = await converted(
      rows.map((one) => JSON.stringify(one)).join("\n"),
      "a.ndjson",
    );
    assert.deepEqual([records, refused], [3, []]);
    const columns = await query(parquet, "a.parquet", (path) => `DESCRIBE SELECT * FROM '${path}'`);
    assert.deepEqual(
      columns.map((column) => [column["column_name"], column["column_type"]]),
      CURATED_COLUMNS.map(({ name, kind }) => [name, duckdbType(kind)]),
    );
    const found = await rowsOf(parquet);
    assert.deepEqual(
      found.map((one) => [one["event_id"], one["page"], one["value"], one["session_id"], one["occurred_at"]]),
      [
        ["1", null, null, "x", "2026-01-31 10:00:00"],
        ["2", 'a "quoted", long\r\npage', 1.5, "x", "2026-01-31 23:59:59.123456"],
        ["3", "x", -1.5e-7, "ü – 😀", "2026-01-31 10:00:00"],
      ],
    );
  });

  it("gives the same bytes for the same rows, as lines, as an array, as CSV in any order of columns, gzipped or not", async () => {
    const lines = rows.map((one) => JSON.stringify(one)).join("\n");
    const { parquet } = await converted(lines, "a.jsonl");
    const others = [
      await converted(`\uFEFF${lines}\n\n`, "a.ndjson"),
      await converted(gzipSync(lines), "A.JSON.GZ"),
      await converted(JSON.stringify(rows), "a.json"),
      await converted(csv(rows), "a.csv"),
      await converted(gzipSync(csv(rows, [...NAMES].reverse())), "a.csv.gz"),
    ];
    for (const other of others) assert.ok(other.parquet.equals(parquet));
  });

  it("leaves out and tells of each row that the contract or the column's type refuses, by line and column", async () => {
    const bad: readonly (readonly [object, string])[] = [
      [{ user_key: null }, "user_key: want a value, got null"],
      [{ consent_analytics: "yes" }, "consent_analytics: want boolean, got string"],
      [{ schema_version: 2 ** 31 }, "schema_version: want at most 32 bits, got more"],
      [{ occurred_at: "2026-02-30T10:00:00Z" }, "occurred_at: want a time that exists, got another"],
      [{ received_at: "2026-01-31T10:00:60Z" }, "received_at: want a time that exists, got another"],
      [{ received_at: "yesterday" }, "received_at: want instant, got string"],
    ];
    const mixed = [aRow({ event_id: "first" }), ...bad.map(([more]) => aRow(more)), aRow({ event_id: "last" })];
    const expected = bad.map(([, reason], at) => [at + 2, reason]);
    const lines = mixed.map((one) => JSON.stringify(one));
    const json = await converted(lines.join("\n"), "a.json");
    assert.deepEqual(
      json.refused.map(({ line, reason }) => [line, reason]),
      expected,
    );
    assert.equal(json.refused[0]?.source, lines[1]);
    assert.deepEqual(
      (await rowsOf(json.parquet)).map((one) => one["event_id"]),
      ["first", "last"],
    );
    const table = await converted(csv(mixed), "a.csv");
    // The header is the first line, and no text is no value.
    assert.deepEqual(
      table.refused.map(({ line, reason }) => [line - 1, reason]),
      expected,
    );
    assert.ok(table.parquet.equals(json.parquet));
    const odd = await converted(
      [
        row(),
        "{",
        row({ page: 5 }),
        row({ ip: "203.0.113.1" }),
        row({ page: "\ud800" }),
        row().replace(/1\.5/, "1e999"),
        "7",
      ].join("\n"),
      "a.json",
    );
    assert.deepEqual(
      odd.refused.map(({ line, reason }) => [line, reason]),
      [
        [2, "want JSON, got something else"],
        [3, "page: want string, got number"],
        [4, "ip: want no such column, got one"],
        [5, "page: want text, got half of a character"],
        [6, "value: want a finite number, got another"],
        [7, "want an object, got something else"],
      ],
    );
  });

  it("tells of CSV rows with too few fields or stray quotes, and goes on behind them", async () => {
    const [header = "", good = ""] = csv([aRow()]).split("\r\n");
    const { records, refused } = await converted(
      [header, good, "a,b", good.replace("x", 'x"'), good, `"${good}`].join("\n"),
      "a.csv",
    );
    assert.equal(records, 2);
    assert.deepEqual(
      refused.map(({ line, reason }) => [line, reason]),
      [
        [3, `want ${NAMES.length} fields, got 2`],
        [4, "want a quote at a field's beginning only, got one within"],
        [6, "want a closing quote, got the end of the file"],
      ],
    );
  });

  it("refuses a row that is a stray quote and no text", async () => {
    const { records, refused } = await converted(`${csv([aRow()])}""a\n`, "a.csv");
    assert.deepEqual([records, refused.map(({ line }) => line)], [1, [3]]);
  });

  it("counts lines, not rows, where a field goes over several", async () => {
    const rows = [aRow({ page: "one\ntwo\r\nthree" }), aRow({ value: "much" })];
    const { refused } = await converted(csv(rows), "a.csv");
    assert.deepEqual(
      refused.map(({ line }) => line),
      [5],
    );
  });

  it("refuses a file of which nothing can be taken, with the reason", async () => {
    const reason = async (body: string | Buffer, name: string): Promise<[string, string]> => {
      const outcome = await convert(Buffer.from(body), name);
      assert.ok(!outcome.ok);
      return [outcome.reason, outcome.detail];
    };
    assert.equal((await reason(row(), "a.avro"))[0], "format");
    assert.equal((await reason(Buffer.from([0xff, 0xfe]), "a.json"))[0], "format");
    assert.equal((await reason(gzipSync(row()).subarray(0, 30), "a.json.gz"))[0], "torn");
    assert.deepEqual(await reason("\n", "a.json"), ["empty", "want at least one record, got none"]);
    assert.deepEqual(await reason("", "a.csv"), ["columns", "want a header, got an empty file"]);
    assert.match((await reason("[{}", "a.json"))[1], /line 1: want a whole JSON array/);
    assert.match((await reason(row({ region: 1 }), "a.json"))[1], /got none; line 1: region: want string, got number/);
    const header = [...NAMES.filter((name) => name !== "region"), "page", "ip"];
    assert.deepEqual(await reason(csv([aRow()], header), "a.csv"), [
      "columns",
      '"ip": want no such column, got one; page: want it once, got it twice; region: want a column, got none',
    ]);
  });
});

describe("reading CSV", () => {
  it("finds the records that csv-parse finds, up to the first fault, and a fault where it finds one", () => {
    const text = fc.array(fc.constantFrom("a", "b", " ", ",", ",", '"', '""', "\n", "\r\n"), { maxLength: 30 });
    let [faulty, whole] = [0, 0];
    fc.assert(
      fc.property(
        text.map((pieces) => pieces.join("")),
        (csvText) => {
          const ours = [...readCsv(csvText)];
          const at = ours.findIndex(({ fault }) => fault !== undefined);
          const theirs: string[][] = [];
          let fails = false;
          try {
            parse(csvText, {
              record_delimiter: ["\r\n", "\n"],
              relax_column_count: true,
              skip_empty_lines: true,
              on_record: (record: string[]) => {
                theirs.push(record);
                return null;
              },
            });
          } catch (error) {
            assert.ok(error instanceof CsvError);
            fails = true;
          }
          assert.equal(at >= 0, fails);
          // A line of one quoted field without text is no record here.
          const records = theirs.filter((fields) => fields.length > 1 || fields[0] !== "");
          assert.deepEqual(
            ours.slice(0, fails ? at : undefined).map(({ fields }) => fields),
            records,
          );
          faulty += Number(fails);
          whole += Number(!fails && records.length > 1);
        },
      ),
      { numRuns: 2_000 },
    );
    assert.ok(faulty > 100 && whole > 100, `${faulty} faulty, ${whole} whole`);
  });

  it("finds what DuckDB finds, whatever stands in the fields", async () => {
    const field = fc.string({ unit: fc.constantFrom(...'ab,"\n\r é'.split("")), maxLength: 6 });
    const table = fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom("\n", "\r\n"), async (wanted, end) => {
        const text = wanted
          .map((fields) => fields.map((one) => `"${one.replaceAll('"', '""')}"`).join(",") + end)
          .join("");
        const found = [...readCsv(text)].map(({ fields }) => fields);
        assert.deepEqual(found, wanted);
        const theirs = await query(
          text,
          "a.csv",
          (
            path,
          ) => `SELECT * FROM read_csv('${path}', header = false, auto_detect = false, delim = ',', quote = '"', escape = '"',
            columns = {'a': 'VARCHAR', 'b': 'VARCHAR', 'c': 'VARCHAR'}, new_line = ${end === "\n" ? "'\\n'" : "'\\r\\n'"})`,
        );
        assert.deepEqual(
          theirs.map((one) => [one["a"] ?? "", one["b"] ?? "", one["c"] ?? ""]),
          wanted,
        );
      }),
      { numRuns: 30 },
    );
  });
});
