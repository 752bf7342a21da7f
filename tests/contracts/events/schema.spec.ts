import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { CURATED_COLUMNS, bronzeColumns, duckdbType, glueColumns } from "../../../contracts/events/columns";
import { assertCompatible, breakingChanges } from "../../../contracts/events/compatibility";
import { duckdbView, parquetColumns, redshiftTable } from "../../../contracts/events/definitions";
import { generatedFiles, SCHEMA_FILE, schemaText } from "../../../contracts/events/emit";
import { CLICKSTREAM_EVENT, dayExists, eventProblems, instantOf, isEvent } from "../../../contracts/events/event";
import { transformEvent } from "../../../services/transform/transform";
import { anEvent } from "../../services/collector/fakes";

interface Property {
  readonly type?: string;
  readonly "x-data-class"?: string;
  readonly "x-consent"?: string;
  readonly properties?: Record<string, Property>;
}

const published = JSON.parse(readFileSync(SCHEMA_FILE, "utf8")) as {
  readonly properties: Record<string, Property>;
  readonly required: readonly string[];
};

/** Properties of the published schema by path. */
const leaves = new Map(
  Object.entries(published.properties).flatMap(([name, property]): [string, Property][] =>
    property.properties === undefined
      ? [[name, property]]
      : Object.entries(property.properties).map(([inner, leaf]) => [`${name}.${inner}`, leaf]),
  ),
);

describe("the event contract", () => {
  it("publishes the very schema that the validator is compiled from", () => {
    assert.deepEqual(published, JSON.parse(schemaText()), "run contracts/events/emit.ts");
  });

  it("gives every property a data class and a consent need", () => {
    for (const [path, property] of [...leaves, ...Object.entries(published.properties)]) {
      assert.match(property["x-data-class"] ?? "", /^(identifier|behaviour|technical)$/, path);
      assert.match(property["x-consent"] ?? "", /^(none|analytics|personalisation)$/, path);
    }
  });

  it("carries every property into a curated column, once, with its data class and consent need", () => {
    const from = CURATED_COLUMNS.flatMap((column) => ("from" in column ? [column.from] : []));
    assert.deepEqual(from.toSorted(), [...leaves.keys()].sort());
    for (const column of CURATED_COLUMNS) {
      if (!("from" in column)) continue;
      const property = leaves.get(column.from ?? "");
      assert.equal(column.dataClass, property?.["x-data-class"], column.name);
      assert.equal(column.consent, property?.["x-consent"], column.name);
    }
  });

  it("lets a column be null exactly where its property is optional", () => {
    for (const column of CURATED_COLUMNS) {
      if (!("from" in column)) continue;
      const optional = !published.required.includes(column.from.split(".", 1)[0] ?? "");
      assert.equal(column.nullable, optional, column.name);
    }
  });

  it("derives the tables' types: instants are text in JSON and timestamps in Parquet", () => {
    assert.equal(bronzeColumns().find(({ name }) => name === "occurred_at")?.type, "string");
    assert.equal(glueColumns("parquet").find(({ name }) => name === "occurred_at")?.type, "timestamp");
    assert.deepEqual(
      bronzeColumns().map(({ name }) => name),
      CURATED_COLUMNS.map(({ name }) => name),
    );
    assert.equal(duckdbType("instant"), "TIMESTAMP");
  });

  it("takes an event with all properties and one with the required ones only", () => {
    assert.deepEqual(eventProblems(anEvent()), []);
    const all = anEvent({
      ...{ sessionId: "s", value: 1.5, page: "/", referrer: "https://a.example/", userAgent: "x", ip: "::1" },
      ...{ variant: "a", modelVersion: "3" },
    });
    assert.ok(isEvent(all));
    assert.deepEqual(Object.keys(all).sort(), Object.keys(CLICKSTREAM_EVENT.properties).sort());
  });

  it("names the field that is wrong, what was wanted and what was there", () => {
    const cases: [object, string][] = [
      [{ itemId: undefined }, "itemId: want a value, got nothing"],
      [{ eventType: "hover" }, 'eventType: want one of view, click, add_to_cart, purchase, exposure, got "hover"'],
      [{ schemaVersion: 2 }, "schemaVersion: want 1, got 2"],
      [{ eventId: "42" }, 'eventId: want a UUID, got "42"'],
      [{ value: -1 }, "value: want a number >= 0, got -1"],
      [{ consent: { analytics: "yes", personalisation: true } }, 'consent.analytics: want type boolean, got "yes"'],
      [{ email: "a@b.example" }, "email: want no such field in this version, got one"],
    ];
    for (const [change, problem] of cases) {
      const event = JSON.parse(JSON.stringify(anEvent(change))) as unknown;
      assert.equal(isEvent(event), false);
      assert.deepEqual(eventProblems(event), [problem]);
    }
  });

  it("does not repeat personal data in a message", () => {
    const [problem = ""] = eventProblems(anEvent({ ip: `203.0.113.${"7".repeat(60)}` }));
    assert.equal(problem, "ip: want at most 45 characters, got 70 characters");
  });

  it("reads instants as the calendar has them", () => {
    for (const text of [
      "2026-01-31T09:30:00.123Z",
      "2024-02-29T23:59:59Z",
      "1969-12-31T00:00:00.5Z",
      "2000-03-01T00:00:00Z",
    ]) {
      assert.equal(instantOf(text), Date.parse(text), text);
    }
    assert.equal(dayExists("2026-02-29T00:00:00Z"), false);
    assert.ok(Number.isNaN(instantOf("2026-04-31T00:00:00Z")));
  });
});

describe("a change of the event contract", () => {
  type Json = Record<string, unknown>;
  /** The published schema after a change of one property. */
  const changed = (change: (properties: Record<string, Json>, schema: Json & { required: string[] }) => void): Json => {
    const schema = structuredClone(published) as unknown as Json & { required: string[] };
    change(schema["properties"] as Record<string, Json>, schema);
    return schema;
  };
  const before = published as unknown as Json;

  it("is compatible when it only allows more", () => {
    const after = changed((properties, schema) => {
      schema["title"] = "Clickstream event, version 2";
      properties["schemaVersion"]!["const"] = 2;
      properties["campaign"] = { type: "string", maxLength: 64, "x-data-class": "technical", "x-consent": "analytics" };
      (properties["eventType"]!["enum"] as string[]).push("wishlist");
      properties["itemId"]!["maxLength"] = 256;
      properties["value"]!["minimum"] = -1;
      properties["userId"]!["description"] = "another description";
    });
    assert.deepEqual(breakingChanges(before, after), []);
    assert.deepEqual(breakingChanges(before, before), []);
  });

  it("is refused with the field named when it breaks who sends or who reads", () => {
    const cases: readonly (readonly [Parameters<typeof changed>[0], string, RegExp])[] = [
      [({ ...properties }, schema) => delete (schema["properties"] as Json)["page"] && properties, "page", /removed/],
      [(properties) => (properties["itemId"]!["type"] = "integer"), "itemId", /type "string" as before, got "integer"/],
      [(_, { required }) => required.push("sessionId"), "sessionId", /want it optional as before, got it required/],
      [(_, { required }) => required.splice(required.indexOf("itemId"), 1), "itemId", /got it optional/],
      [
        (properties, { required }) => (required.push("tenant"), (properties["tenant"] = { type: "string" })),
        "tenant",
        /want a new property optional/,
      ],
      [(properties) => (properties["eventType"]!["enum"] as string[]).shift(), "eventType", /"view" among its values/],
      [(properties) => (properties["page"]!["maxLength"] = 100), "page", /maxLength 2048 or wider as before, got 100/],
      [(properties) => (properties["page"]!["minLength"] = 1), "page", /minLength none as before, got 1/],
      [(properties) => (properties["value"]!["maximum"] = 10), "value", /maximum/],
      [(properties) => (properties["eventId"]!["pattern"] = "^x"), "eventId", /pattern/],
      [(properties) => (properties["variant"]!["format"] = "uuid"), "variant", /format none as before, got "uuid"/],
      [(properties) => (properties["page"]!["x-data-class"] = "identifier"), "page", /x-data-class "behaviour"/],
      [(properties) => (properties["userId"]!["x-consent"] = "none"), "userId", /x-consent "analytics" as before/],
      [
        (properties) => delete (properties["consent"]!["properties"] as Json)["analytics"],
        "consent.analytics",
        /want it kept, got it removed/,
      ],
    ];
    for (const [change, field, reason] of cases) {
      const after = changed(change);
      const [found, ...more] = breakingChanges(before, after);
      assert.equal(found?.field, field);
      assert.match(found.reason, reason);
      assert.deepEqual(more, []);
      assert.throws(
        () => {
          assertCompatible(before, after);
        },
        (error: Error) => error.message.includes(`  ${field}: want `),
      );
    }
    const opened = changed((_, schema) => delete schema["additionalProperties"]);
    assert.deepEqual(breakingChanges(before, opened), []);
    assert.deepEqual(
      breakingChanges(opened, before).map(({ field }) => field),
      [""],
    );
  });
});

describe("what is generated from the contract", () => {
  it("stands in the repository as it is generated now", () => {
    for (const [file, text] of generatedFiles()) {
      if (file === SCHEMA_FILE) continue;
      assert.equal(readFileSync(file, "utf8"), text, `${file}: run contracts/events/emit.ts`);
    }
  });

  it("gives Redshift every column, none narrower than the contract allows", () => {
    const ddl = redshiftTable("lake", "events");
    for (const { name, nullable } of CURATED_COLUMNS) {
      assert.match(ddl, new RegExp(`^  "${name}" [A-Z ]+(\\(\\d+\\))?${nullable ? "" : " NOT NULL"},$`, "m"));
      assert.match(ddl, new RegExp(`^COMMENT ON COLUMN "lake"."events"."${name}" IS '.*';$`, "m"));
    }
    assert.match(ddl, /"item_id" VARCHAR\(512\)/);
    assert.match(ddl, /"event_type" VARCHAR\(11\)/);
  });

  it("reads curated events in DuckDB, and writes them with the Parquet columns that it names", async () => {
    const folder = mkdtempSync(join(tmpdir(), "contract-"));
    try {
      const lines = ["2026-01-31T09:30:00Z", "2026-01-31T09:30:00.123456Z"].map((occurredAt) => {
        const event = { ...anEvent({ occurredAt }), receivedAt: "2026-01-31T09:30:01.5Z", region: "us-east-1" };
        const outcome = transformEvent(Buffer.from(JSON.stringify(event)), () => "a".repeat(64));
        return outcome.result === "Ok" ? outcome.line : "";
      });
      writeFileSync(join(folder, "a.ndjson.gz"), gzipSync(lines.join("")));
      const connection = await (await DuckDBInstance.create(":memory:")).connect();
      await connection.run(duckdbView("verified_events", join(folder, "*.ndjson.gz")));
      const rows = await connection.runAndReadAll(
        "SELECT epoch_us(occurred_at), epoch_us(received_at), region FROM verified_events ORDER BY 1",
      );
      const micros = BigInt(Date.parse("2026-01-31T09:30:00Z")) * 1000n;
      assert.deepEqual(rows.getRows(), [
        [micros, micros + 1_500_000n, "us-east-1"],
        [micros + 123_456n, micros + 1_500_000n, "us-east-1"],
      ]);
      const parquet = join(folder, "a.parquet");
      await connection.run(`COPY (SELECT * FROM verified_events) TO '${parquet}' (FORMAT parquet)`);
      const schema = await connection.runAndReadAll(
        `SELECT name, type, converted_type, repetition_type FROM parquet_schema('${parquet}') WHERE type IS NOT NULL`,
      );
      assert.deepEqual(
        schema.getRows(),
        parquetColumns().map(({ name, physical, converted, repetition }) => [
          name,
          physical,
          converted ?? null,
          repetition,
        ]),
      );
      connection.closeSync();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
