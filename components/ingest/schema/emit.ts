import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLICKSTREAM_EVENT } from "./event";

/** Where the published JSON Schema stands. */
export const SCHEMA_FILE = join(__dirname, "clickstream-event.v1.schema.json");

/** The published JSON Schema, as text. A test fails when the file says something else: run this module to write it. */
export function schemaText(): string {
  return `${JSON.stringify(CLICKSTREAM_EVENT, null, 2)}\n`;
}

if (require.main === module) writeFileSync(SCHEMA_FILE, schemaText());
