import assert from "node:assert/strict";
import fc from "fast-check";
import { planWarehouse, snapshotHours, warehouseBytes } from "../../../components/warehouse/plan";
import { TRAFFIC } from "../../kit/builders";

const provisioned = {
  mode: "provisioned",
  nodeType: "ra3.xlplus",
  nodes: 2,
  rpoMinutes: 480,
  queues: "roles",
} as const;
const serverless = { mode: "serverless", baseCapacityRpu: 8, rpoMinutes: 30 } as const;

describe("planWarehouse", () => {
  it("holds a month of 1,000 events/s of 600 B in 389 GB, far below two nodes", () => {
    assert.equal(warehouseBytes(TRAFFIC), 388_800_000_000);
    assert.deepEqual(planWarehouse(TRAFFIC, "standard", provisioned), provisioned);
  });

  it("never falls with load, nor below what the topology asks for", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 1, max: 10, noNaN: true }),
        fc.constantFrom(provisioned, serverless),
        (rate, factor, plan) => {
          const size = (eventsPerSecond: number): number => {
            const made = planWarehouse({ ...TRAFFIC, eventsPerSecond }, "standard", plan);
            return made.mode === "provisioned" ? made.nodes : made.baseCapacityRpu;
          };
          assert.ok(size(rate) >= (plan.mode === "provisioned" ? plan.nodes : plan.baseCapacityRpu));
          assert.ok(size(rate * factor) >= size(rate));
          assert.ok(plan.mode === "provisioned" || size(rate) % 8 === 0);
        },
      ),
    );
  });
});

describe("snapshotHours", () => {
  it("is the recovery point in whole hours, 1 to 24", () => {
    assert.deepEqual([5, 60, 119, 480, 10_000].map(snapshotHours), [1, 1, 1, 8, 24]);
  });
});
