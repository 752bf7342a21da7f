import assert from "node:assert/strict";
import { compileDocument, evaluate, explain } from "../../../../fleet/check/access";
import type { ContextKeys, Verdict } from "../../../../fleet/check/access";
import { allow, documentOf, layersOf, OBJECT, QUEUE, requestOf, role, to, when } from "./cases/case";
import type { Case } from "./cases/case";
import { OPERATOR_CASES, SET_CASES } from "./cases/conditions";
import { KMS_CASES } from "./cases/kms";
import { MATCHING_CASES } from "./cases/matching";
import { ORDER_CASES } from "./cases/order";

const said = (verdict: Verdict): string => (verdict.kind === "missing" ? `missing ${verdict.layers[0]}` : verdict.kind);

function judges(cases: readonly Case[]): void {
  for (const one of cases) {
    it(`${one.name} (${one.source})`, () => {
      assert.equal(said(evaluate(requestOf(one), layersOf(one.policies))), one.want);
    });
  }
}

describe("AWS's policy logic", () => {
  it("is held to at least 150 cases, none twice", () => {
    const cases = [...ORDER_CASES, ...KMS_CASES, ...MATCHING_CASES];
    assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length);
    assert.ok(cases.length >= 150, String(cases.length));
    assert.ok(OPERATOR_CASES.length + SET_CASES.length >= 90);
  });

  describe("which policies a request needs, and which decides", () => {
    judges(ORDER_CASES);
  });
  describe("keys", () => {
    judges(KMS_CASES);
  });
  describe("actions, resources, variables and what is not known", () => {
    judges(MATCHING_CASES);
  });

  describe("conditions", () => {
    for (const { operator, policy, request, holds } of [...OPERATOR_CASES, ...SET_CASES]) {
      it(`${operator} ${JSON.stringify(policy)} ${holds ? "holds" : "does not hold"} for ${request === undefined ? "no key" : JSON.stringify(request)}`, () => {
        const context: ContextKeys = request === undefined ? {} : { "test:key": request };
        const verdict = evaluate(
          { principal: role, action: "s3:GetObject", resource: OBJECT, context },
          layersOf({ identity: [allow("s3:*", "*", when(operator, "Test:Key", policy))] }),
        );
        assert.equal(verdict.kind, holds ? "allowed" : "missing");
      });
    }

    it("cannot be judged when the operator is not known", () => {
      const policies = { identity: [allow("s3:*", "*", when("StringSounds", "test:key", "a"))] };
      const verdict = evaluate({ principal: role, action: "s3:GetObject", resource: OBJECT }, layersOf(policies));
      assert.equal(verdict.kind, "unjudged");
    });

    it("must all hold, whichever operator they are of", () => {
      const Condition = { StringEquals: { "t:a": "1", "t:b": "2" }, Bool: { "t:c": "true" } };
      const judge = (context: Record<string, string>): string =>
        evaluate(
          { principal: role, action: "s3:GetObject", resource: OBJECT, context },
          layersOf({ identity: [allow("s3:*", "*", { Condition })] }),
        ).kind;
      assert.equal(judge({ "t:a": "1", "t:b": "2", "t:c": "true" }), "allowed");
      for (const key of ["t:a", "t:b", "t:c"]) {
        assert.equal(judge({ "t:a": "1", "t:b": "2", "t:c": "true", [key]: "x" }), "missing", key);
      }
    });
  });

  it("names the statements that allow, of each layer that was needed", () => {
    const verdict = evaluate(
      { principal: role, action: "s3:GetObject", resource: OBJECT },
      layersOf({
        identity: [
          { ...allow("s3:Get*"), Sid: "Read" },
          { ...allow("s3:Put*"), Sid: "Write" },
        ],
        boundary: [{ ...allow("s3:*"), Sid: "Limit" }],
      }),
    );
    assert.ok(verdict.kind === "allowed");
    assert.deepEqual(
      verdict.by.map((one) => ("sid" in one ? one.sid : one.name)),
      ["Read", "Limit"],
    );
  });

  it("names the statement that denies", () => {
    const policies = { identity: [allow("*"), { ...allow("s3:*"), Effect: "Deny", Sid: "No" }] };
    const verdict = evaluate({ principal: role, action: "s3:GetObject", resource: OBJECT }, layersOf(policies));
    assert.ok(verdict.kind === "denied");
    assert.equal(verdict.by.sid, "No");
  });

  it("names the layers that are missing, the first one first", () => {
    const request = { principal: role, action: "s3:GetObject", resource: OBJECT };
    const layers = layersOf({ scps: [[allow("sqs:*")]], boundary: [allow("sqs:*")] });
    const verdict = evaluate(request, layers);
    assert.ok(verdict.kind === "missing");
    assert.deepEqual(verdict.layers, ["scp", "identity", "boundary"]);
  });

  it("explains by the statement that comes nearest", () => {
    const request = { principal: role, action: "sqs:SendMessage", resource: QUEUE, context: { "t:a": "2" } };
    const layers = layersOf({
      identity: [
        { ...allow("sqs:*", OBJECT), Sid: "Elsewhere" },
        { ...allow("sqs:*", QUEUE, when("StringEquals", "t:a", "1")), Sid: "Nearly" },
      ],
    });
    const [first, second] = explain(request, layers, "identity");
    assert.equal(first?.statement.sid, "Nearly");
    assert.equal(first.fails, "StringEquals t:a: want 1, got 2");
    assert.equal(second?.fails, "it names other resources");
    const resource = layersOf({ resource: [allow("sqs:*", QUEUE, to({ Service: "s3.amazonaws.com" }))] });
    assert.equal(explain(request, resource, "resource")[0]?.fails, "it names other principals");
  });

  it("takes a document that is no document for one that cannot be judged", () => {
    for (const given of ["{", "[]", 7, null]) {
      const identity = [compileDocument(given, { name: "broken", urn: "" })];
      const verdict = evaluate({ principal: role, action: "s3:GetObject", resource: OBJECT }, { identity });
      assert.equal(verdict.kind, "unjudged", String(given));
    }
    const text = JSON.stringify(documentOf([allow("s3:*")]));
    const identity = [compileDocument(text, { name: "text", urn: "" })];
    assert.equal(evaluate({ principal: role, action: "s3:GetObject", resource: OBJECT }, { identity }).kind, "allowed");
  });
});
