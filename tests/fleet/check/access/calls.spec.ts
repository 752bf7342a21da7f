import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CALLS } from "../../../../aws/calls";
import type { CallRow } from "../../../../aws/call";
import { DOCS_FILE, formattedPage } from "../../../../fleet/check/access/docs";

const AWS = join(__dirname, "../../../../aws");

describe("the rows of what AWS calls", () => {
  it("are those of every folder of aws/", async () => {
    const folders = readdirSync(AWS).filter((name) => existsSync(join(AWS, name, "calls.ts")));
    const kept = await Promise.all(
      folders.map(async (name) => {
        const { calls } = (await import(join(AWS, name, "calls.ts"))) as { readonly calls: readonly CallRow[] };
        return calls;
      }),
    );
    assert.deepEqual(
      CALLS.map(({ id }) => id),
      kept.flat().map(({ id }) => id),
    );
  });

  it("are at least 90, each with an id of its own, a type and its AWS page", () => {
    assert.ok(CALLS.length >= 90, String(CALLS.length));
    assert.equal(new Set(CALLS.map(({ id }) => id)).size, CALLS.length);
    for (const { id, types, property, title, source } of CALLS) {
      assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)+$/);
      assert.ok(types.length > 0 && property !== "" && title !== "", id);
      assert.match(source, /^https:\/\/docs\.aws\.amazon\.com\/.+/, id);
    }
  });

  it("are listed in docs/access.md", async () => {
    const run = "run node --require ./local/toolchain/register.cjs fleet/check/access/docs.ts";
    assert.equal(readFileSync(DOCS_FILE, "utf8"), await formattedPage(), run);
  });
});
