import assert from "node:assert/strict";
import { wantDistinct, wantInteger, wantMatch, wantNumber } from "../../../components/kit/want";
import { finding, refuse } from "../../../components/kit/refuse";
import { lineOf } from "../../../contracts/finding";
import type { Finding } from "../../../contracts/finding";

const told = (findings: readonly Finding[]): readonly string[] => findings.map(lineOf);

describe("the checks of arguments", () => {
  it("take a whole number within bounds, both of them included", () => {
    for (const got of [1, 5]) assert.deepEqual(wantInteger("n", got, "days", { min: 1, max: 5 }), []);
    for (const got of [0, 6, 1.5, NaN, Infinity]) {
      assert.equal(wantInteger("n", got, "days", { min: 1, max: 5 }).length, 1, String(got));
    }
    assert.deepEqual(told(wantInteger("n", 0, "days", { min: 1 })), [
      "n: want a whole number of days, at least 1, got 0",
    ]);
  });

  it("take a finite number within bounds", () => {
    assert.deepEqual(wantNumber("n", 0.5, "hours", { min: 0.5, max: 1 }), []);
    for (const got of [0.4, 1.1, NaN, Infinity]) {
      assert.equal(wantNumber("n", got, "hours", { min: 0.5, max: 1 }).length, 1, String(got));
    }
  });

  it("take text of a pattern", () => {
    assert.deepEqual(wantMatch("t", "ab", /^[a-z]+$/, "letters"), []);
    assert.deepEqual(told(wantMatch("t", "a1", /^[a-z]+$/, "letters")), ['t: want letters, got "a1"']);
  });

  it("name each entry that comes again, and a list that is too short", () => {
    assert.deepEqual(wantDistinct("l", ["a", "b"], "subnets"), []);
    assert.deepEqual(
      wantDistinct("l", ["a", "b", "a"], "subnets").map(({ path }) => path),
      ["l[2]"],
    );
    assert.deepEqual(
      wantDistinct("l", ["a", "a"], "subnets", 3).map(({ path }) => path),
      ["l", "l[1]"],
    );
  });

  it("refuse with all findings together, and nothing when there is none", () => {
    refuse("a thing", []);
    assert.throws(
      () => {
        refuse("a thing", [finding("a", "one", 2), finding("b", "three", 4)]);
      },
      (error: unknown) => {
        const { errors } = error as { readonly errors: readonly unknown[] };
        return errors.length === 2;
      },
    );
  });
});
