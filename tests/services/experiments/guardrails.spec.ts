import assert from "node:assert/strict";
import fc from "fast-check";
import {
  guardrailsOf,
  LIMIT_DEFAULTS,
  rarefied,
  type Guardrail,
  type GuardrailFigures,
} from "../../../services/experiments/guardrails";
import { started } from "./records";

const NOTHING: GuardrailFigures = { serving: [], exposures: [], items: [] };
const judge = (figures: Partial<GuardrailFigures>, name: Guardrail["name"]): Guardrail => {
  const record = started({ percent: 5 });
  const found = guardrailsOf({ ...NOTHING, ...figures }, record).find((guardrail) => guardrail.name === name);
  assert.ok(found);
  return found;
};
const serving = (errors: number, p99Ms: number | null, predictions = 1_000) => [
  { variant: "champion", predictions: 10_000, errors: 10, p99Ms: 20 },
  { variant: "challenger", predictions, errors, p99Ms },
];

describe("a guardrail of an experiment", () => {
  it("on latency and errors fails beyond its limit, and does not judge by a few predictions or none", () => {
    assert.equal(judge({ serving: serving(0, LIMIT_DEFAULTS.latency_ms) }, "latency").verdict, "pass");
    assert.equal(judge({ serving: serving(0, LIMIT_DEFAULTS.latency_ms + 1) }, "latency").verdict, "fail");
    assert.equal(judge({ serving: serving(0, null) }, "latency").verdict, "unknown");
    assert.equal(judge({ serving: serving(10, 20) }, "errors").verdict, "pass");
    const fails = judge({ serving: serving(11, 20) }, "errors");
    assert.deepEqual([fails.verdict, fails.told], ["fail", "failed predictions of challenger: 1.1 % (at most 1 %)"]);
    assert.equal(judge({ serving: serving(50, 900, 99) }, "errors").verdict, "unknown");
    assert.equal(judge({}, "latency").verdict, "unknown");
  });

  it("on coverage holds both arms to the same number of exposures", () => {
    const flat = (variant: string, items: number, times: number) => ({ variant, items, times });
    // A hundredth of the exposures, but the same spread over the items: no harm.
    const wide = [flat("champion", 400, 500), flat("challenger", 400, 5)];
    const fair = judge({ items: wide }, "coverage");
    assert.equal(fair.verdict, "pass");
    assert.ok(Math.abs((fair.control ?? 0) - (fair.treatment ?? 0)) < 8, `${fair.control} ${fair.treatment}`);
    const narrow = judge({ items: [flat("champion", 400, 500), flat("challenger", 20, 100)] }, "coverage");
    assert.equal(narrow.verdict, "fail");
    assert.match(narrow.told, /challenger shows 20 items in 2000 exposures, champion 39\d/);
    assert.equal(
      judge({ items: [flat("champion", 400, 500), flat("challenger", 1, 499)] }, "coverage").verdict,
      "unknown",
    );
  });

  it("on coverage does so too where the new variant has most of the users", () => {
    // A few items nearly always: what the rest adds in many exposures does not show in as few as the control's.
    const items = [
      { variant: "champion", items: 380, times: 2 },
      { variant: "challenger", items: 10, times: 10_000 },
      { variant: "challenger", items: 300, times: 1 },
    ];
    assert.equal(judge({ items }, "coverage").verdict, "fail");
  });

  it("on stand-ins counts lists of versions that the control's users got, and of none", () => {
    const rows = (own: number, others: number, none: number) => [
      { variant: "champion", modelVersion: "a1", exposures: 9_000 },
      { variant: "challenger", modelVersion: "b1", exposures: own },
      { variant: "challenger", modelVersion: "a1", exposures: others },
      { variant: "challenger", modelVersion: null, exposures: none },
    ];
    assert.deepEqual(
      [judge({ exposures: rows(500, 250, 250) }, "stand_ins")].map(({ verdict, treatment }) => [verdict, treatment]),
      [["pass", 0.5]],
    );
    assert.equal(judge({ exposures: rows(499, 251, 250) }, "stand_ins").verdict, "fail");
    assert.equal(judge({ exposures: rows(0, 100, 99) }, "stand_ins").verdict, "unknown");
  });
});

describe("rarefaction", () => {
  it("is what drawing at random comes to", () => {
    const rows = [
      { variant: "a", times: 1, items: 30 },
      { variant: "a", times: 10, items: 7 },
    ];
    const urn = rows.flatMap(({ times, items }, row) =>
      Array.from({ length: items }, (_, item) => Array.from({ length: times }, () => `${row}/${item}`)).flat(),
    );
    let [state, seen] = [42, 0];
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    const runs = 2_000;
    for (let run = 0; run < runs; run += 1) {
      const left = [...urn];
      const drawn = new Set<string>();
      for (let draw = 0; draw < 20; draw += 1) drawn.add(left.splice(random(left.length), 1)[0] ?? "");
      seen += drawn.size;
    }
    assert.ok(Math.abs(seen / runs - rarefied(rows, 20)) < 0.1, `${seen / runs} beside ${rarefied(rows, 20)}`);
  });

  it("is all items for all exposures, one for one, and never more than either", () => {
    const rows = fc.array(
      fc.record({
        variant: fc.constant("a"),
        times: fc.integer({ min: 1, max: 50 }),
        items: fc.integer({ min: 1, max: 20 }),
      }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(rows, fc.double({ min: 0, max: 1, noNaN: true }), (given, part) => {
        const items = given.reduce((sum, row) => sum + row.items, 0);
        const all = given.reduce((sum, row) => sum + row.items * row.times, 0);
        assert.ok(Math.abs(rarefied(given, all) - items) < 1e-9);
        assert.ok(Math.abs(rarefied(given, 1) - 1) < 1e-6);
        const draws = Math.floor(part * all);
        assert.ok(rarefied(given, draws) <= Math.min(items, draws) + 1e-6);
      }),
    );
  });
});
