import assert from "node:assert/strict";
import fc from "fast-check";
import { planCache } from "../../../components/cache/plan";
import { TRAFFIC } from "../../kit/builders";

describe("planCache", () => {
  it("holds a fifth of ten million users' lists of 20 items in two large shards", () => {
    // 1e7 x 0.2 x 380 B = 760 MB
    assert.deepEqual(planCache({ ...TRAFFIC, users: 1e7 }, "standard", "cache.r7g.large", 1), {
      shards: 2,
      replicasPerShard: 1,
    });
  });

  it("never falls with users, and always has a replica to fail over to", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 0, max: 1e9 }),
        fc.nat(5),
        (users, more, replicas) => {
          const low = planCache({ ...TRAFFIC, users }, "small", "cache.m7g.large", replicas);
          const high = planCache({ ...TRAFFIC, users: users + more }, "small", "cache.m7g.large", replicas);
          assert.ok(low.shards >= 1 && high.shards >= low.shards);
          assert.equal(low.replicasPerShard, Math.max(1, replicas));
        },
      ),
    );
  });

  it("counts an unknown node type as a small one", () => {
    const users = 1e9;
    const known = planCache({ ...TRAFFIC, users }, "small", "cache.r7g.4xlarge", 1).shards;
    assert.ok(planCache({ ...TRAFFIC, users }, "small", "cache.r9z.4xlarge", 1).shards > known);
  });
});
