import assert from "node:assert/strict";
import { firstFailure } from "./first-failure";

/** What Mocha's spec reporter prints of failed tests. */
function mochaOutput(...messages: readonly string[]): string {
  const failures = messages.map(
    (message, index) => `  ${index + 1}) suite\n       test ${index + 1}:\n     ${message}\n\n`,
  );
  return `  suite\n    1) test 1\n    2) test 2\n\n  3 passing (6ms)\n  ${messages.length} failing\n\n${failures.join("")}\n`;
}

describe("the first failure of a run", () => {
  it("is told with its error, and without those that follow from it", () => {
    const told = firstFailure(mochaOutput("Error: local.us-east-1: EOF\n      at x.ts:1:1", "Error: no such table"));
    assert.equal(told, "  1) suite\n       test 1:\n     Error: local.us-east-1: EOF\n      at x.ts:1:1");
  });

  it("is told when it is the only one", () => {
    assert.equal(firstFailure(mochaOutput("Error: alone")), "  1) suite\n       test 1:\n     Error: alone");
  });

  it("is cut after twenty lines, with how many are left", () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n");
    const told = firstFailure(mochaOutput(lines, "Error: second")).split("\n");
    assert.equal(told.length, 21);
    assert.equal(told.at(-1), "  (12 more lines above)");
  });

  it("is the end of the output when the run ended without a list of failures", () => {
    const output = `${Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n")}\n`;
    const told = firstFailure(output).split("\n");
    assert.deepEqual([told.length, told[0], told.at(-1)], [20, "line 10", "line 29"]);
  });
});
