import assert from "node:assert/strict";
import { flag } from "../../cli/flag";
import { BadInput } from "../../cli/kit/exit";

const problemsOf = async (...args: Parameters<typeof flag>): Promise<string[]> => {
  try {
    await flag(...args);
  } catch (error) {
    if (error instanceof BadInput) return error.problems.map(({ path, reason }) => `${path}: ${reason}`);
  }
  return [];
};

describe("meridian flag", () => {
  it("refuses a flag that there is not, a turn that is none and a turn without a reason, all at once", async () => {
    assert.deepEqual(await problemsOf("serving.simlar", "of", { env: "local" }), [
      'name: want serving.endpoint or serving.similar or serving.exposures or serving.updates, got "serving.simlar"',
      'turn: want on or off, got "of"',
      "--reason: want why, for whoever meets the flag later, got nothing",
    ]);
    assert.deepEqual(await problemsOf("serving.similar", undefined, { env: "local", reason: "slow" }), [
      'turn: want on or off, got ""',
    ]);
  });
});
