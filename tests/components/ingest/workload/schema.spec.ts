import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CURATED_COLUMNS, bronzeColumns, duckdbType, glueColumns } from "../../../../components/ingest/schema/columns";
import { SCHEMA_FILE, schemaText } from "../../../../components/ingest/schema/emit";
import {
  CLICKSTREAM_EVENT,
  dayExists,
  eventProblems,
  instantOf,
  isEvent,
} from "../../../../components/ingest/schema/event";
import { anEvent } from "./fakes";

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
    assert.deepEqual(published, JSON.parse(schemaText()), "run components/ingest/schema/emit.ts");
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
