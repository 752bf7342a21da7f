import assert from "node:assert/strict";
import fc from "fast-check";
import { assignVariant, variantOf, type Variant } from "../../../contracts/models/assignment";

const weights = fc.uniqueArray(
  fc.record({ name: fc.string({ minLength: 1, maxLength: 8 }), weight: fc.nat({ max: 1_000 }) }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 5 },
);
const split = weights.filter((variants) => variants.some(({ weight }) => weight > 0));
const users = fc.array(fc.string(), { minLength: 1, maxLength: 50 });
const of = (variants: readonly Variant[]) => (user: string) => assignVariant(user, variants, "x");

describe("the variant of a user", () => {
  it("changes to the raised variant alone when one weight is raised, whatever the number and order of the variants", () => {
    const cases = fc.tuple(split, users, fc.nat(), fc.integer({ min: 1, max: 1_000 }));
    fc.assert(
      fc.property(cases, ([before, keys, which, more]) => {
        const at = which % before.length;
        const raised = before.map((variant, index) =>
          index === at ? { ...variant, weight: variant.weight + more } : variant,
        );
        for (const user of keys) {
          const [was, is] = [of(before)(user), of(raised)(user)];
          assert.ok(is === was || is === before[at]?.name, `${was} -> ${is}, raised ${before[at]?.name ?? ""}`);
        }
      }),
    );
  });

  it("goes to the challenger and never back as its share of 100 rises, and back as it falls", () => {
    const at = (percent: number): Variant[] => [
      { name: "champion", weight: 100 - percent },
      { name: "challenger", weight: percent },
    ];
    fc.assert(
      fc.property(users, fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 2 }), (keys, steps) => {
        const rising = steps.toSorted((a, b) => a - b);
        for (const user of keys) {
          const seen = rising.map((percent) => of(at(percent))(user));
          const moved = seen.indexOf("challenger");
          assert.ok(moved === -1 || seen.slice(moved).every((name) => name === "challenger"), seen.join());
        }
      }),
    );
  });

  it("does not depend on the order or the scale of the weights, nor is a variant of weight 0 ever it", () => {
    fc.assert(
      fc.property(split, users, fc.integer({ min: 1, max: 9 }), (variants, keys, factor) => {
        const other = variants.toReversed().map(({ name, weight }) => ({ name, weight: weight * factor }));
        for (const user of keys) {
          const found = variantOf(user, { experiment: "x", variants });
          assert.ok(found.weight > 0);
          assert.equal(of(other)(user), found.name);
        }
      }),
    );
  });

  it("is drawn anew by another experiment, in the same shares", () => {
    const halves = [
      { name: "a", weight: 1 },
      { name: "b", weight: 1 },
    ];
    const keys = Array.from({ length: 10_000 }, (_, user) => `user-${user}`);
    const both = keys.filter((user) => assignVariant(user, halves, "x") === assignVariant(user, halves, "y"));
    // Two fair coins agree in half of all throws; 250 is five standard deviations.
    assert.ok(Math.abs(both.length - 5_000) < 250, `${both.length} of 10,000 agree`);
  });
});
