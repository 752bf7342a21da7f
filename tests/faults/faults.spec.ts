import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { FAULTS } from "./list";
import { formatFaults } from "./page";

const ROOT = path.resolve(__dirname, "../..");
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

describe("the planted faults", () => {
  it("are at least 30, all different, over components, regions, stacks, policies and fleet", () => {
    assert.ok(FAULTS.length >= 30);
    assert.equal(new Set(FAULTS.map(({ file, from }) => `${file} ${from}`)).size, FAULTS.length);
    const rooms = new Set(FAULTS.map(({ file }) => file.split("/")[0]));
    assert.deepEqual([...rooms].sort(), ["components", "fleet", "policies", "regions", "stacks"]);
  });

  it("each change a text that stands in its file exactly once", () => {
    const lost = FAULTS.filter(({ file, from, to }) => from === to || read(file).split(from).length !== 2);
    assert.deepEqual(
      lost.map(({ what, file }) => `${file}: ${what}`),
      [],
    );
  });

  it("are listed in tests/faults.md with the tests that catch them", () => {
    assert.equal(read("tests/faults.md"), formatFaults());
  });
});
