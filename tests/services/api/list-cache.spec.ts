import assert from "node:assert/strict";
import fc from "fast-check";
import { memoryCache } from "../../../services/api/cache";
import { ListCache } from "../../../services/api/list-cache";

describe("lists in a cache", () => {
  const times = { freshMs: 1000, staleMs: 2000, now: () => 5000, random: () => 0 };

  it("come back as they were, scores to the last bit", async () => {
    const item = fc.record({ item_id: fc.string(), score: fc.double({ noNaN: true }) }, { noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 100 }), async (items) => {
        const lists = new ListCache(memoryCache(10), times);
        await lists.set("a", items);
        assert.deepEqual(await lists.get("a"), { items, stale: false });
      }),
    );
  });

  it("are stale when their time is over", async () => {
    let now = 5000;
    const lists = new ListCache(memoryCache(10), { ...times, now: () => now });
    await lists.set("a", [{ item_id: "i", score: 1 }]);
    now += 999;
    assert.equal((await lists.get("a"))?.stale, false);
    now += 1;
    assert.equal((await lists.get("a"))?.stale, true);
  });

  it("are missing where what stands there is no list of ours", async () => {
    const scores = Buffer.alloc(8).toString("base64");
    for (const text of [
      "{",
      "null",
      "1",
      "{}",
      JSON.stringify({ at: 1, items: [{ item_id: "i", score: 1 }] }),
      JSON.stringify({ at: "1", ids: ["i"], scores }),
      JSON.stringify({ at: 1, ids: [1], scores }),
      JSON.stringify({ at: 1, ids: ["i", "j"], scores }),
      JSON.stringify({ at: 1, ids: ["i"], scores: 8 }),
    ]) {
      const cache = memoryCache(10);
      await cache.set("rec:a", text, 1000);
      assert.equal(await new ListCache(cache, times).get("a"), undefined, text);
    }
  });
});
