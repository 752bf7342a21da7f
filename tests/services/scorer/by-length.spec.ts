import assert from "node:assert/strict";
import fc from "fast-check";
import { ItemMatrix } from "../../../services/kit/model/kernel/item-matrix";
import { TopK } from "../../../services/kit/model/top-k";
import { LengthOrdered } from "../../../services/scorer/by-length";

const WIDTH = 3;

describe("search by length", () => {
  it("gives the lists of one search over all items, ties by index and exclusions included", () => {
    // Few different numbers, so that many products are equal, and many rows of zeros.
    const number = fc.constantFrom(-2, -1, 0, 0, 0, 0.5, 1, 3);
    const row = fc.tuple(number, number, number);
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 60 }),
        row,
        fc.integer({ min: 1, max: 12 }),
        fc.uniqueArray(fc.nat(59), { maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, user, k, out, leastItems) => {
          const factors = Float32Array.from(rows.flat());
          const taste = Float32Array.from(user);
          const excluded = Uint32Array.from(out.filter((item) => item < rows.length));
          const whole = new TopK(ItemMatrix.of(factors, WIDTH), 12).search(taste, k, { excluded });
          const found = new LengthOrdered(factors, WIDTH, 12, leastItems).search(taste, k, excluded);
          assert.deepEqual(found, whole);
        },
      ),
    );
  });

  it("looks no further than an item can reach", () => {
    // Each part's items are ten times as long as the next one's, and all point the same way.
    const factors = Float32Array.from({ length: 40 * WIDTH }, (_, n) => 10 ** -Math.floor(n / WIDTH / 10));
    const search = new LengthOrdered(factors, WIDTH, 5, 10);
    assert.deepEqual([...search.search(Float32Array.of(1, 1, 1), 5, Uint32Array.of(0, 2)).indices], [1, 3, 4, 5, 6]);
    assert.equal(search.looked, 1);
    // Away from all of them, the shortest are the best: every part is looked at.
    const away = search.search(Float32Array.of(-1, -1, -1), 5, new Uint32Array());
    assert.deepEqual([...away.indices], [30, 31, 32, 33, 34]);
    assert.equal(search.looked, 4);
  });

  it("looks at a part whose best is only as good as the worst so far: its index may be lower", () => {
    const factors = Float32Array.of(1, 0, 0, 1, 3, 0);
    const search = new LengthOrdered(factors, WIDTH, 1, 1);
    assert.deepEqual([...search.search(Float32Array.of(1, 0, 0), 1, new Uint32Array()).indices], [0]);
  });

  it("finds nothing among no items", () => {
    const { indices } = new LengthOrdered(new Float32Array(), WIDTH, 5).search(
      new Float32Array(WIDTH),
      5,
      new Uint32Array(),
    );
    assert.equal(indices.length, 0);
  });
});
