import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { assertCompatible } from "./compatibility";
import { dataFlowDocument } from "./data-flow";
import { duckdbView, redshiftTable } from "./definitions";
import { CLICKSTREAM_EVENT } from "./event";

/** Where the published JSON Schema stands. */
export const SCHEMA_FILE = join(__dirname, "clickstream-event.v1.schema.json");

/** The published JSON Schema, as text. */
export function schemaText(): string {
  return `${JSON.stringify(CLICKSTREAM_EVENT, null, 2)}\n`;
}

/** All that is generated from the contract, by file. A test fails when a file says something else. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const note = "-- Generated from the event contract by contracts/events/emit.ts.\n";
  return new Map([
    [SCHEMA_FILE, schemaText()],
    [join(__dirname, "generated", "events.redshift.sql"), note + redshiftTable("lake", "events")],
    [
      join(__dirname, "generated", "verified_events.duckdb.sql"),
      note + duckdbView("verified_events", "verified/events/**/*.ndjson.gz"),
    ],
    [join(__dirname, "..", "..", "docs", "data-flow.md"), dataFlowDocument()],
  ]);
}

/** Writes what is generated. @throws Error when the published schema would change in a breaking way, with each field. */
export function emit(): void {
  if (existsSync(SCHEMA_FILE)) {
    const published = JSON.parse(readFileSync(SCHEMA_FILE, "utf8")) as Record<string, unknown>;
    assertCompatible(published, JSON.parse(schemaText()) as Record<string, unknown>);
  }
  for (const [file, text] of generatedFiles()) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

if (require.main === module) emit();
