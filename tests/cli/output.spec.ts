import assert from "node:assert/strict";
import { table } from "../../fleet/views/table";
import { finishedLine } from "../../cli/kit/progress";
import type { StackResult } from "../../fleet/drive";

const RESULT: StackResult = {
  stack: "local.mesh",
  operation: "up",
  succeeded: true,
  seconds: 1.25,
  counts: { create: 2, update: 0, replace: 1, delete: 0, same: 7 },
  steps: [],
  violations: [],
  errors: [],
  types: {},
  kept: [],
  refused: [],
};

describe("what commands print", () => {
  it("sets numbers to the right and words to the left", () => {
    assert.deepEqual(
      table(
        ["name", "rows"],
        [
          ["a", 5],
          ["longer", 12_345],
        ],
      ),
      ["name      rows", "a            5", "longer  12,345"],
    );
  });

  it("says of a stack what was done, or what would be", () => {
    assert.equal(finishedLine(RESULT), "ok     local.mesh               2 created, 1 replaced (7 same, 1.3 s)");
    assert.match(finishedLine({ ...RESULT, operation: "plan" }), /2 to create, 1 to replace/);
    const nothing = { create: 0, update: 0, replace: 0, delete: 0, same: 10 };
    assert.match(finishedLine({ ...RESULT, counts: nothing }), /no changes \(10 same/);
    assert.match(finishedLine({ ...RESULT, succeeded: false }), /^FAILED/);
  });
});
