import assert from "node:assert/strict";
import { Failed } from "../../cli/kit/exit";
import { holdAcrossStacks } from "../../cli/kit/gate";
import { findTopology, loadTopology } from "../../regions/topology/load";

describe("the gate before plan and up", function () {
  const prod = loadTopology(findTopology("prod"));

  it("lets a fleet through that no cross-stack rule has anything against", async () => {
    await holdAcrossStacks(prod);
  });

  it("stops a fleet that a lost region would break, with each rule, stack and what to do", async () => {
    // No file can say this: the topology's checks refuse it first.
    const crowded = { ...prod, traffic: { ...prod.traffic, recommendationsPerSecond: 40_000 } };
    await assert.rejects(holdAcrossStacks(crowded), (error: Error) => {
      assert.ok(error instanceof Failed);
      assert.match(error.message, /nothing was begun\n/);
      assert.match(
        error.message,
        /\[mandatory\] C5 fleet-surviving-capacity \(prod\.eu-west-1\): maxCapacity: want at least/,
      );
      return true;
    });
  });
});
