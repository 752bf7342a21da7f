import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_VOLUME_GIB, planSearch } from "../../../components/search/plan";
import { TRAFFIC } from "../../kit/builders";

describe("planSearch", () => {
  it("stores a week of 1,000 events/s of 600 B on three nodes over three zones", () => {
    // 51.84 GB x 7 x 2.75 = 998 GB = 929.4 GiB
    assert.deepEqual(planSearch(TRAFFIC, "standard", 3), {
      dataNodes: 3,
      zones: 3,
      volumeGiB: 310,
      dedicatedMasters: 3,
    });
  });

  it("stands in two zones where the region has no third, with as many nodes in each", () => {
    assert.deepEqual(planSearch(TRAFFIC, "standard", 3, 2), {
      dataNodes: 4,
      zones: 2,
      volumeGiB: 233,
      dedicatedMasters: 3,
    });
    assert.equal(planSearch(TRAFFIC, "standard", 3, 6).zones, 3);
    assert.equal(planSearch({ ...TRAFFIC, eventsPerSecond: 1 }, "small", 1, 2).zones, 1);
  });

  it("never falls with load, and divides nodes evenly over zones", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e5, noNaN: true }),
        fc.double({ min: 1, max: 10, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom("small" as const, "standard" as const),
        (rate, factor, nodes, size) => {
          const low = planSearch({ ...TRAFFIC, eventsPerSecond: rate }, size, nodes);
          const high = planSearch({ ...TRAFFIC, eventsPerSecond: rate * factor }, size, nodes);
          assert.ok(
            high.dataNodes * high.volumeGiB >= low.dataNodes * (low.volumeGiB - 1) && high.dataNodes >= low.dataNodes,
          );
          assert.equal(low.dataNodes % low.zones, 0);
          assert.ok(low.dataNodes >= nodes && low.volumeGiB <= MAX_VOLUME_GIB);
          assert.equal(low.zones === 3, size === "standard");
        },
      ),
    );
  });
});
