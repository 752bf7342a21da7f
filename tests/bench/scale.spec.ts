import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DOCS_FILE, formattedPage } from "../../bench/scale/docs";
import { shown } from "../../bench/scale/line";
import { scaleUp } from "../../bench/scale/lines";
import { findTopology, loadTopology } from "../../regions/topology/load";

describe("the paper scale-up", () => {
  it("is what the plans and the production topology say today", async () => {
    assert.equal(readFileSync(DOCS_FILE, "utf8"), await formattedPage());
  });

  it("has a formula, a unit and a source for each number", () => {
    const topology = loadTopology(findTopology("prod"));
    const region = topology.regions[0];
    assert.ok(region !== undefined);
    const lines = scaleUp(topology, region).flatMap((section) => section.lines);
    assert.ok(lines.length > 30);
    for (const { what, formula, value, unit, source } of lines) {
      assert.ok(Number.isFinite(value) && value > 0, what);
      assert.ok(formula !== "" && unit !== "" && source !== "", what);
    }
  });

  it("writes numbers that can be read", () => {
    assert.deepEqual([0, 0.12345, 7, 99.94, 100.4, 1234.5, 12_345_678].map(shown), [
      ...["0", "0.123", "7", "99.9", "100", "1,235", "12,345,678"],
    ]);
  });
});
