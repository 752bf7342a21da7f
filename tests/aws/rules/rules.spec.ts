import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ALL_RULES, PROPERTY_RULES, ruleFindings, STACK_RULES, stackFindings } from "../../../aws/rules";
import type { ExampleNode } from "../../../aws/rules";
import { DOCS_FILE, formattedPage } from "../../../aws/rules/docs";
import { text, UNKNOWN } from "../../../aws/value";
import type { Properties, Value } from "../../../aws/value";
import { stackOf } from "./stack";

const HOME = "us-east-1";

/** Ids of the rules that refuse a resource. */
const refused = (type: string, inputs: Properties): readonly string[] => [
  ...new Set(ruleFindings(type, inputs, { region: text(inputs, "region") ?? HOME }).map(({ rule }) => rule.id)),
];

const refusedStack = (resources: readonly ExampleNode[]): readonly string[] => [
  ...new Set([
    ...resources.flatMap(({ type, inputs = {} }) => refused(type, inputs)),
    ...stackFindings(stackOf(resources)).map(({ rule }) => rule.id),
  ]),
];

/** Inputs of which only AWS knows each value in turn; where a resource stands is always known. */
const withUnknowns = (inputs: Properties): readonly Properties[] =>
  Object.keys(inputs)
    .filter((name) => name !== "region")
    .map((name): Properties => ({ ...inputs, [name]: UNKNOWN }));

describe("rules between properties", () => {
  it("are at least forty, each with an id of its own, AWS's documentation and examples", () => {
    assert.ok(ALL_RULES.length >= 40, String(ALL_RULES.length));
    assert.equal(new Set(ALL_RULES.map(({ id }) => id)).size, ALL_RULES.length);
    for (const { id, types, title, source, failing, passing } of ALL_RULES) {
      assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)+$/);
      assert.match(source, /^https:\/\/docs\.aws\.amazon\.com\/[^ ]+\.html(#[^ ]+)?$/, id);
      assert.ok(title.length > 0 && types.length > 0 && failing.length > 0 && passing.length > 0, id);
    }
  });

  for (const { id, types, failing, passing } of PROPERTY_RULES) {
    const [type = ""] = types;
    it(`${id} refuses its failing examples, alone, and passes the others`, () => {
      for (const inputs of failing) assert.deepEqual(refused(type, inputs), [id], JSON.stringify(inputs));
      for (const inputs of passing) assert.deepEqual(refused(type, inputs), [], JSON.stringify(inputs));
    });
  }

  for (const { id, failing, passing } of STACK_RULES)
    it(`${id} refuses its failing stacks, alone, and passes the others`, () => {
      for (const resources of failing) assert.deepEqual(refusedStack(resources), [id], JSON.stringify(resources));
      for (const resources of passing) assert.deepEqual(refusedStack(resources), [], JSON.stringify(resources));
    });

  it("refuse nothing because of a value that only AWS knows", () => {
    for (const { types, passing } of PROPERTY_RULES)
      for (const type of types)
        for (const inputs of passing.flatMap(withUnknowns)) assert.deepEqual(refused(type, inputs), [], show(inputs));
  });

  it("say where, what is wanted and what is there", () => {
    for (const { types, failing } of PROPERTY_RULES)
      for (const inputs of failing)
        for (const { path, want, got } of ruleFindings(types[0] ?? "", inputs, {
          region: text(inputs, "region") ?? HOME,
        })) {
          assert.ok(path !== "" && want !== "" && got !== "", `${types[0] ?? ""} ${path}: ${want}, ${got}`);
          assert.doesNotMatch(want, /undefined|NaN/);
        }
  });

  it("are those of the page in docs", async () => {
    assert.equal(readFileSync(DOCS_FILE, "utf8"), await formattedPage());
  });
});

function show(inputs: Properties): string {
  return JSON.stringify(inputs, (_key, value: Value) => (value === UNKNOWN ? "(unknown)" : value));
}
