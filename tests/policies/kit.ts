import assert from "node:assert/strict";
import { Graph, type Resource } from "../../policies/kit/resource";
import { Settings, judge, type Rule } from "../../policies/kit/rule";
import { isBlock, type Properties, type Value } from "../../policies/kit/value";
import { plain } from "../../policies/kit/wire";
import type { Made, Mutations } from "../mutation/seed";

/** What a test says about a resource beside its inputs. */
export interface Said {
  readonly region?: Value;
  readonly outputs?: Properties;
  /** By property, the resources from which it is computed. */
  readonly uses?: Readonly<Record<string, readonly Resource[]>>;
  /** Stack in the URN. */
  readonly stack?: string;
}

/** A resource as the engine would show it, with inputs `props`. */
export function resource(type: string, name: string, props: Properties, said: Said = {}): Resource {
  return {
    urn: `urn:pulumi:${said.stack ?? "prod.eu-west-1"}::test::${type}::${name}`,
    type,
    name,
    props,
    outputs: said.outputs ?? {},
    region: said.region ?? props["region"],
    uses: Object.fromEntries(
      Object.entries(said.uses ?? {}).map(([property, from]) => [property, from.map(({ urn }) => urn)]),
    ),
  };
}

/** Resources that break a rule, and the properties of which it must complain: all of them, and no other. */
export interface Broken {
  readonly by: readonly Resource[];
  readonly at: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** The cases of one rule; each key ends the sentence "the rule ...". */
export interface Cases {
  /** Each must be complained of. */
  readonly complainsOf: Readonly<Record<string, Broken>>;
  /** Each must pass. */
  readonly accepts: Readonly<Record<string, readonly Resource[]>>;
  /** Each looks like a violation, or is nearly one, and must pass. */
  readonly spares: Readonly<Record<string, readonly Resource[]>>;
  /** What the rule does about a value that a preview cannot know: complains, or accepts for the reason it gives. */
  readonly unknown?: Readonly<Record<string, Broken | readonly Resource[]>>;
  /** What a repair makes of a resource's inputs; undefined when it must leave them alone. */
  readonly repairs?: Readonly<Record<string, { readonly from: Resource; readonly to: Properties | undefined }>>;
  /** Changes of real stacks, at least three that break the rule and one that only looks so: see `tests/mutation`. */
  readonly mutants: Mutations;
}

const mutations = new Map<string, Mutations>();

/** What the specs that are loaded say of mutants, by the rule's id. */
export function specified(): ReadonlyMap<string, Mutations> {
  return mutations;
}

/** Tests of one rule. */
export function specify(rule: Rule, cases: Cases): void {
  mutations.set(rule.id, cases.mutants);
  describe(`${rule.id} ${rule.name}`, () => {
    for (const [sentence, broken] of Object.entries(cases.complainsOf)) {
      it(`complains of ${sentence}`, () => {
        complains(rule, broken);
      });
    }
    for (const [sentence, good] of [...Object.entries(cases.accepts), ...Object.entries(cases.spares)]) {
      it(`accepts ${sentence}`, () => {
        accepts(rule, good);
      });
    }
    for (const [sentence, broken] of Object.entries(cases.unknown ?? {})) {
      it(`when a value is not known: ${sentence}`, () => {
        if ("by" in broken) complains(rule, broken);
        else accepts(rule, broken);
      });
    }
    for (const [sentence, { from, to }] of Object.entries(cases.repairs ?? {})) {
      it(`repairs ${sentence}`, () => {
        const patch = rule.remediate?.(from, new Settings(rule));
        assert.deepEqual(patch, to);
        const repaired = { ...from, props: { ...from.props, ...patch } };
        assert.equal(rule.remediate?.(repaired, new Settings(rule)), undefined, "a second repair has nothing to do");
      });
    }
    it("has an unknown value among its cases unless it only advises, and a repair if it can repair", () => {
      assert.ok(rule.level === "advisory" || cases.unknown !== undefined);
      const lenient = Object.values(cases.unknown ?? {}).some((one) => !("by" in one));
      assert.ok(!lenient || rule.unknowns !== undefined, "a rule that lets an unknown value pass says why");
      assert.equal(rule.remediate !== undefined, cases.repairs !== undefined);
    });
  });
}

function complains(rule: Rule, { by, at, settings }: Broken): void {
  const configuration = settings === undefined ? {} : { [rule.name]: settings };
  const violations = judge([rule], new Graph(by), configuration);
  assert.deepEqual(violations.map(({ property }) => property).sort(), [...at].sort());
  for (const { message, property } of violations) {
    assert.ok(
      message.startsWith(`${property}: want `) && message.includes(", got ") && message.endsWith(rule.fix),
      message,
    );
  }
}

function accepts(rule: Rule, resources: readonly Resource[]): void {
  assert.deepEqual(
    judge([rule], new Graph(resources)).map(({ message }) => message),
    [],
  );
}

/** Properties in which each string `"?"` is an unknown value. */
export function withUnknowns(props: object): Properties {
  const sentinel = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const value = plain(JSON.parse(JSON.stringify(props).replaceAll('"?"', `"${sentinel}"`)));
  assert.ok(isBlock(value));
  return value;
}

/** A policy document of these statements, as JSON text. */
export function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** The statement that gives anyone everything. */
export const ANYONE = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };

/** One resource of that type. */
export const one =
  (type: string, props: Properties): Made =>
  (stack) => [resource(type, "added", props, { stack, region: "eu-west-1" })];

/** A policy that lets anyone do anything. */
export const OPEN = policy(ANYONE);
/** A bucket policy that denies plain HTTP. */
export const DENY_PLAIN = policy({
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: "*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});
