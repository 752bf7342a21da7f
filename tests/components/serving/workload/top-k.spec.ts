import assert from "node:assert/strict";
import fc from "fast-check";
import { TopK } from "../../../../components/serving/workload/top-k";

describe("exact top-K", () => {
  it("ranks as sorting all scores would, ties by index, whatever is excluded", () => {
    const small = fc.integer({ min: -3, max: 3 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }).chain((width) =>
          fc.record({
            width: fc.constant(width),
            rows: fc.array(fc.array(small, { minLength: width, maxLength: width }), { maxLength: 40 }),
            user: fc.array(small, { minLength: width, maxLength: width }),
          }),
        ),
        fc.integer({ min: 0, max: 50 }),
        fc.array(fc.nat(40)),
        ({ width, rows, user }, k, excluded) => {
          const out = new Set(excluded);
          const expected = rows
            .map((row, item) => ({ item, score: row.reduce((sum, value, f) => sum + value * (user[f] ?? 0), 0) }))
            .filter(({ item }) => !out.has(item))
            .sort((a, b) => b.score - a.score || a.item - b.item)
            .slice(0, k);
          const search = new TopK(Float32Array.from(rows.flat()), width, 50);
          const { indices, scores } = search.search(Float32Array.from(user), k, out);
          assert.deepEqual(
            Array.from(indices),
            expected.map(({ item }) => item),
          );
          assert.deepEqual(
            Array.from(scores, (score) => score + 0),
            expected.map(({ score }) => score + 0),
          );
        },
      ),
    );
  });

  it("refuses factors that are not whole rows", () => {
    assert.throws(() => new TopK(new Float32Array(7), 2, 10), /rows of 2/);
  });
});
