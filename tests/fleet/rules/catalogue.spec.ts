import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FLEET_RULES } from "../../../fleet/rules/catalogue";
import { DOCS_FILE, formattedPage } from "../../../fleet/rules/docs";
import { CATALOGUE } from "../../../policies/catalogue";

describe("the cross-stack rules", () => {
  it("share no id with each other or with the pack's", () => {
    const ids = [...CATALOGUE, ...FLEET_RULES].map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("have a name of their own each, after the part that they judge", () => {
    const names = FLEET_RULES.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^fleet-[a-z0-9]+(?:-[a-z0-9]+)*$/);
  });

  it("are one to a file, and every file's rule is asked", () => {
    const folder = join(__dirname, "..", "..", "..", "fleet", "rules");
    const files = readdirSync(folder).filter(
      (file) => !["catalogue.ts", "copies.ts", "docs.ts", "places.ts", "rule.ts"].includes(file),
    );
    assert.equal(files.length, FLEET_RULES.length);
  });

  it("are documented as they are", async () => {
    assert.equal(
      readFileSync(DOCS_FILE, "utf8"),
      await formattedPage(),
      "run node --require ./local/toolchain/register.cjs fleet/rules/docs.ts",
    );
  });
});
