import assert from "node:assert/strict";
import fc from "fast-check";
import { planTraining, scalingSteps, USERS_PER_SHARD } from "../../../components/training/plan";
import { TRAFFIC } from "../../kit/builders";

describe("planTraining", () => {
  it("cuts a million users into 20 shards that fit one instance's memory", () => {
    // (1e6 x 40 x 16 B + 1.05e6 x 64 x 4 B) x 2 = 1.82 GB
    assert.deepEqual(planTraining(TRAFFIC, "standard", 20), {
      shards: 20,
      instances: 2,
      memoryGiB: 2,
      onDemandBase: 1,
    });
  });

  it("never falls with users, covers all of them, and stays below its ceiling", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 1, max: 500 }),
        (users, more, ceiling) => {
          const low = planTraining({ ...TRAFFIC, users }, "standard", ceiling);
          const high = planTraining({ ...TRAFFIC, users: users + more }, "standard", ceiling);
          assert.ok(low.shards * USERS_PER_SHARD >= users);
          assert.ok(high.shards >= low.shards && high.instances >= low.instances && high.memoryGiB >= low.memoryGiB);
          assert.ok(low.instances >= 1 && high.instances <= ceiling);
        },
      ),
    );
  });
});

describe("scalingSteps", () => {
  it("covers every number of missing instances once, and never adds more than is missing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (max, missing) => {
        const steps = scalingSteps(max);
        assert.ok(steps.length <= 20);
        const hit = steps.filter(({ from, to }) => from <= missing && (to === undefined || missing < to));
        assert.equal(hit.length, 1);
        assert.ok((hit[0]?.add ?? Infinity) <= missing);
      }),
    );
  });
});
