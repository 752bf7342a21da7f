import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOGUE, ruleFiles } from "../../policies/catalogue";
import { DOCS_FILE, formattedPage } from "../../policies/docs";

/** `s3/blockPublicAccess` -> `s3-block-public-access`. */
function nameOfFile(file: string): string {
  return file
    .replace("/", "-")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase();
}

describe("the catalogue of rules", () => {
  it("contains one rule for each file, named after it, in the order of the files", () => {
    assert.deepEqual(
      CATALOGUE.map(({ name }) => name),
      ruleFiles().map(nameOfFile),
    );
  });

  it("gives each rule an id of its own", () => {
    const ids = CATALOGUE.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[A-Z][0-9]{1,2}$/);
  });

  it("has a test beside each rule", () => {
    const missing = ruleFiles().filter((file) => !existsSync(join(__dirname, `${file}.spec.ts`)));
    assert.deepEqual(missing, []);
  });

  it("names types of pulumi-aws v7 only, all of which exist, beside awsx networks", () => {
    const packaged = join(__dirname, "..", "..", "node_modules", "@pulumi", "aws");
    const named = CATALOGUE.flatMap(({ types }) => types).filter((type) => type !== "awsx:ec2:Vpc");
    for (const type of new Set(named)) {
      const [, module = ""] = type.split(":");
      const file = join(packaged, `${module}.js`);
      assert.ok(existsSync(file) && readFileSync(file, "utf8").includes(`'${type}'`), `no type ${type}`);
    }
  });

  it("lets only those rules repair whose level says so", () => {
    for (const rule of CATALOGUE) {
      assert.ok(rule.remediate === undefined || rule.level === "remediate", rule.name);
    }
  });

  it("gives each setting a type, a default and a description", () => {
    for (const { name, settings } of CATALOGUE) {
      for (const [key, setting] of Object.entries(settings ?? {})) {
        assert.ok(setting.type !== undefined && setting.description !== "", `${name}.${key}`);
        assert.equal(setting.type, Array.isArray(setting.default) ? "array" : jsonType(setting));
      }
    }
  });
});

function jsonType({ type, default: value }: { readonly type?: unknown; readonly default: unknown }): string {
  return type === "integer" && Number.isInteger(value) ? "integer" : typeof value;
}

describe("docs/policies.md", () => {
  it("is what the rules say now: node --require ./local/toolchain/register.cjs policies/docs.ts writes it", async () => {
    assert.equal(readFileSync(DOCS_FILE, "utf8"), await formattedPage(CATALOGUE));
  });

  it("has an item and a section for each rule, and none for a rule that does not exist", () => {
    const text = readFileSync(DOCS_FILE, "utf8");
    const names = CATALOGUE.map(({ name }) => name).sort();
    const items = [...text.matchAll(/^- [A-Z][0-9]{1,2} \[([a-z0-9-]+)\]/gm)].map(([, name]) => name);
    const sections = [...text.matchAll(/^## ([a-z0-9-]+)$/gm)].map(([, name]) => name);
    assert.deepEqual(items.sort(), names);
    assert.deepEqual(sections.sort(), names);
  });
});
