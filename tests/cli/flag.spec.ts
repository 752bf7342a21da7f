import assert from "node:assert/strict";
import flag from "../../cli/flag";
import { parse } from "../../cli/kit/command";
import { lineOf, FindingsError } from "../../contracts/finding";

const refused = async (...words: readonly string[]): Promise<readonly string[]> => {
  try {
    await flag.run(parse("flag", flag, words));
  } catch (error) {
    if (error instanceof FindingsError) return error.findings.map(lineOf);
  }
  return [];
};

describe("meridian flag", () => {
  it("refuses a flag and a turn that do not exist, both at once", async () => {
    assert.deepEqual(await refused("serving.simlar", "of"), [
      'name: want one of serving.endpoint, serving.similar, serving.exposures, serving.updates, got "serving.simlar"; did you mean serving.similar?',
      'turn: want one of on, off, got "of"; did you mean on?',
    ]);
  });

  it("refuses a turn without a reason, and a reason without a turn", async () => {
    assert.deepEqual(await refused("serving.similar", "on"), [
      "--reason: want why, for whoever meets the flag later, got nothing",
    ]);
    assert.deepEqual(await refused("serving.similar", "--reason", "slow"), ["turn: want on or off, got none"]);
  });
});
