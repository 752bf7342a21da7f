import assert from "node:assert/strict";
import fc from "fast-check";
import { planEtl, vcpusOf } from "../../../components/etl/plan";
import { TRAFFIC } from "../../kit/builders";

describe("planEtl", () => {
  it("needs 3 units for 1,000 events/s of 600 B, so it keeps its minimum", () => {
    // 1,000 x 86,400 x 600 B = 51.84 GB; over 7,200 s x 5 MiB/s = 1.37 vCPU; x 1.5 = 2.06.
    assert.deepEqual(planEtl(TRAFFIC, "standard", 256), {
      minimumUnits: 8,
      maximumUnits: 8,
      maximumOnDemandUnits: 8,
      maximumCoreUnits: 8,
    });
    assert.equal(planEtl({ ...TRAFFIC, eventsPerSecond: 100_000 }, "standard", 1024).maximumUnits, 206);
  });

  it("never falls with load, never leaves its bounds", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 3e6, noNaN: true }),
        fc.double({ min: 1, max: 10, noNaN: true }),
        fc.integer({ min: 1, max: 4096 }),
        fc.constantFrom("small" as const, "standard" as const),
        (rate, factor, ceiling, size) => {
          const low = planEtl({ ...TRAFFIC, eventsPerSecond: rate }, size, ceiling);
          const high = planEtl({ ...TRAFFIC, eventsPerSecond: rate * factor }, size, ceiling);
          assert.ok(high.maximumUnits >= low.maximumUnits);
          assert.ok(low.minimumUnits >= 1 && low.minimumUnits <= low.maximumUnits && low.maximumUnits <= ceiling);
          for (const part of [low.maximumCoreUnits, low.maximumOnDemandUnits]) {
            assert.ok(part >= low.minimumUnits && part <= low.maximumUnits);
          }
        },
      ),
    );
  });
});

describe("vcpusOf", () => {
  it("reads the size of an instance type", () => {
    assert.deepEqual(
      ["t4g.medium", "m7g.large", "m7g.xlarge", "r6i.2xlarge", "m7i.48xlarge"].map(vcpusOf),
      [1, 2, 4, 8, 192],
    );
    assert.ok(Number.isNaN(vcpusOf("m7i.metal")) && Number.isNaN(vcpusOf("m7i")));
  });
});
