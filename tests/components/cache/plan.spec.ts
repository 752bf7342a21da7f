import assert from "node:assert/strict";
import fc from "fast-check";
import { LIST_ITEM_BYTES, LIST_OVERHEAD_BYTES, planCache } from "../../../components/cache/plan";
import { ListCache } from "../../../services/api/list-cache";
import { TRAFFIC } from "../../kit/builders";

describe("planCache", () => {
  it("holds a fifth of ten million users' lists of 20 items in two large shards", () => {
    // 1e7 x 0.2 x 920 B = 1.84 GB
    assert.deepEqual(planCache({ ...TRAFFIC, users: 1e7 }, "standard", "cache.r7g.large", 1), {
      shards: 2,
      replicasPerShard: 1,
    });
  });

  it("counts what a list takes up as the API writes it, without the engine's own 100 bytes", async () => {
    const written: string[] = [];
    const cache = {
      get: () => Promise.resolve(undefined),
      set: (key: string, value: string) => {
        written.push(key, value);
        return Promise.resolve();
      },
    };
    const times = { freshMs: 1, staleMs: 1, now: () => 1_767_225_600_000, random: () => 0 };
    const item = (place: number) => ({ item_id: String(place).padStart(20, "0"), score: 1 / (place + 3) });
    const key = `user/2026-03-01T03-00-00Z/${"a".repeat(64)}`;
    await new ListCache(cache, times).set(
      key,
      Array.from({ length: 20 }, (_, place) => item(place)),
    );
    const bytes = Buffer.byteLength(written.join(""));
    const planned = LIST_OVERHEAD_BYTES - 100 + 20 * LIST_ITEM_BYTES;
    assert.ok(bytes <= planned && bytes > planned * 0.95, `${bytes} of ${planned}`);
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
