import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const DOCS = join(__dirname, "..", "docs");
/** Columns that a reader of the plain text has. */
const COLUMNS = 160;
/** The address of a link, which cannot be wrapped. */
const ADDRESS = /\]\([^)\s]*\)/g;
/** Pages with tables that are wider. */
const WIDE = ["data-flow.md", "features.md", "intake.md", "scale.md", "settings.md", "topologies.md", "warehouse.md"];

function isWide(page: string): boolean {
  return readFileSync(join(DOCS, page), "utf8")
    .split("\n")
    .map((line) => line.replaceAll(ADDRESS, "]"))
    .some((line) => line.length > COLUMNS);
}

describe("the pages in docs", () => {
  it("have no line of more than 160 columns, but for those named here", () => {
    const pages = readdirSync(DOCS, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"));
    assert.ok(pages.length > WIDE.length);
    assert.deepEqual(pages.filter(isWide).sort(), WIDE);
  });
});
