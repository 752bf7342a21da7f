import assert from "node:assert/strict";
import { isOn, switchOf, type Patch } from "../../../../fleet/graph/patches/patch";

const PATCH: Patch = { name: "some-patch", packageName: "some-package", versions: ["1.2.3", "1.2.4"] };

describe("a patch of another package", () => {
  it("is on for the versions that it names, and off by its switch", () => {
    assert.equal(switchOf(PATCH), "MERIDIAN_PATCH_SOME_PATCH");
    assert.equal(isOn(PATCH, "1.2.4", {}), true);
    assert.equal(isOn(PATCH, "1.2.4", { MERIDIAN_PATCH_SOME_PATCH: "off" }), false);
  });

  it("is off for another version, and says so once", () => {
    const lines: string[] = [];
    const ask = (): boolean => isOn(PATCH, "2.0.0", {}, (line) => void lines.push(line));
    assert.deepEqual([ask(), ask()], [false, false]);
    assert.deepEqual(lines, ["patch some-patch is off: want some-package 1.2.3 or 1.2.4, got 2.0.0"]);
  });
});
