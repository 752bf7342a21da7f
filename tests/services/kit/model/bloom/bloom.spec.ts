import assert from "node:assert/strict";
import { BloomFilter as LibraryFilter } from "bloom-filters";
import fc from "fast-check";
import {
  BloomFilter,
  bloomShape,
  falsePositiveRate,
  SeenItems,
  type BloomShape,
} from "../../../../../services/kit/model/bloom/bloom";

describe("a Bloom filter of seen items", () => {
  it("is sized by the formula: 10,000 items at one in a hundred take 9.6 bits each and seven hashes", () => {
    const shape = bloomShape(10_000, 0.01);
    assert.equal(shape.hashes, 7);
    assert.ok(shape.bits / 10_000 > 9.58 && shape.bits / 10_000 < 9.6, `${shape.bits} bits`);
    assert.equal(bloomShape(1_000_000, 0.001).bits, 2 ** 21, "the largest there is");
    for (const rate of [0, 1, -1, NaN]) assert.throws(() => bloomShape(10, rate), /between 0 and 1/);
  });

  it("agrees with the library bloom-filters: what was added is in both, and of the rest as few in either", () => {
    const rate = 0.01;
    let [ours, theirs, asked] = [0, 0, 0];
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1_000_000), { minLength: 20, maxLength: 300 }), fc.nat(1000), (items, salt) => {
        const { bits, hashes } = bloomShape(items.length, rate);
        const own = new BloomFilter(new Uint32Array(bits / 32), hashes, salt);
        const library = LibraryFilter.create(items.length, rate);
        for (const item of items) {
          own.add(item);
          library.add(String(item));
        }
        for (const item of items) assert.ok(own.has(item) && library.has(String(item)), String(item));
        for (let item = 2_000_000; item < 2_000_200; item += 1) {
          asked += 1;
          ours += Number(own.has(item));
          theirs += Number(library.has(String(item)));
        }
      }),
      { numRuns: 40 },
    );
    // One in a hundred of 8,000 is 80, and chance adds or takes some 9 (one standard deviation).
    for (const found of [ours, theirs]) assert.ok(found / asked < 2 * rate, `${found} of ${asked}`);
  });

  it("forgets nothing that was added", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 31)), fc.nat(), (items, salt) => {
        const { bits, hashes } = bloomShape(items.length, 0.01);
        const filter = new BloomFilter(new Uint32Array(bits / 32), hashes, salt);
        for (const item of items) filter.add(item);
        assert.ok(items.every((item) => filter.has(item)));
      }),
    );
  });

  /** Part of other items that filters of so many take for seen. */
  function measure(items: number, shape: BloomShape): { rate: number; deviation: number } {
    // Many filters of few items: one alone may be far from the mean.
    const filters = Math.ceil(4000 / items) + 4;
    const probes = Math.ceil(400_000 / filters);
    let wrong = 0;
    for (let salt = 0; salt < filters; salt += 1) {
      const filter = new BloomFilter(new Uint32Array(shape.bits / 32), shape.hashes, salt * 2_654_435);
      for (let item = 0; item < items; item += 1) filter.add(item * 3);
      for (let probe = 0; probe < probes; probe += 1) wrong += filter.has(probe * 3 + 1) ? 1 : 0;
    }
    const expected = falsePositiveRate(items, shape);
    return { rate: wrong / (filters * probes), deviation: Math.sqrt(expected / (filters * probes)) };
  }

  for (const [items, rate] of [
    [40, 0.01],
    [1000, 0.01],
    [1000, 0.001],
    [20_000, 0.02],
  ] as const) {
    it(`takes as many of the others for seen as the formula says: ${items} items at ${rate}`, () => {
      const shape = bloomShape(items, rate);
      const expected = falsePositiveRate(items, shape);
      assert.ok(expected <= rate * 1.03, `${expected} by the formula`);
      const measured = measure(items, shape);
      // The formula is that of independent hashes; the filters themselves differ in how full they are.
      const most = 4 * measured.deviation + 0.15 * expected;
      assert.ok(Math.abs(measured.rate - expected) < most, `${measured.rate}, want ${expected}`);
    });
  }

  it("keeps its rate with few items too, in the smallest filters", () => {
    for (const items of [1, 2, 5, 12]) {
      for (const rate of [0.05, 0.01, 0.001]) {
        const measured = measure(items, bloomShape(items, rate)).rate;
        assert.ok(measured < rate, `${items} items at ${rate}: ${measured}`);
      }
    }
  });

  it("keeps one filter a user in one array, and none for who has seen nothing", () => {
    const rows = Uint32Array.of(0, 3, 3, 5);
    const seen = SeenItems.of(rows, Uint32Array.of(7, 8, 9, 1, 7), 0.001, 5);
    assert.deepEqual(
      [7, 8, 9, 1, 2, 3].map((item) => seen.user(0)?.has(item)),
      [true, true, true, false, false, false],
    );
    assert.equal(seen.user(1), undefined);
    assert.deepEqual(
      [1, 7, 8].map((item) => seen.user(2)?.has(item)),
      [true, true, false],
    );
  });

  it("takes less than half the memory of the lists that it stands for, at one in a thousand", () => {
    const users = 200;
    const each = 100;
    const rows = Uint32Array.from({ length: users + 1 }, (_, user) => user * each);
    const items = Uint32Array.from({ length: users * each }, (_, n) => n * 17);
    assert.ok(SeenItems.of(rows, items, 0.001, 1).bytes < (items.byteLength + rows.byteLength) / 2);
  });
});
