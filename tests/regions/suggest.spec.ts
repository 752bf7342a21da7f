import assert from "node:assert/strict";
import fc from "fast-check";
import { didYouMean, editDistance, nearestWord } from "../../regions/suggest";

describe("a mistyped word", () => {
  it("is compared by insertions, deletions, substitutions and swaps", () => {
    assert.equal(editDistance("", "abc"), 3);
    assert.equal(editDistance("kitten", "sitting"), 3);
    assert.equal(editDistance("prdo", "prod"), 1);
    assert.equal(editDistance("same", "same"), 0);
  });

  it("has a distance that is symmetric, zero only to itself, and at most the longer length", () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (left, right) => {
        const distance = editDistance(left, right);
        assert.equal(distance, editDistance(right, left));
        assert.equal(distance === 0, left === right);
        assert.ok(distance <= Math.max(left.length, right.length));
      }),
    );
  });

  it("finds the nearest candidate, the earlier of equals, and none when nothing is near", () => {
    assert.equal(nearestWord("nodTyp", ["nodes", "nodeType"]), "nodeType");
    assert.equal(nearestWord("eu-west-9", ["eu-west-2", "eu-west-1"]), "eu-west-2");
    assert.equal(nearestWord("moon", ["us-east-1"]), undefined);
    assert.equal(nearestWord("", ["a"]), undefined);
    assert.equal(nearestWord("x".repeat(100_000), ["x".repeat(99_999)]), undefined);
  });

  it("becomes a question, or nothing", () => {
    assert.equal(didYouMean("prdo", ["prod"]), "; did you mean prod?");
    assert.equal(didYouMean("zzz", ["prod"]), "");
  });
});
