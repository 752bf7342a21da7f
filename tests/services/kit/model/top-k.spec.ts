import assert from "node:assert/strict";
import fc from "fast-check";
import { BloomFilter } from "../../../../services/kit/model/bloom/bloom";
import { ItemMatrix } from "../../../../services/kit/model/kernel/item-matrix";
import { searchBytes, TopK, type Ranking, type SearchFilter } from "../../../../services/kit/model/top-k";
import { randomFrom } from "../../../../services/traffic/random";

const MAX_K = 60;

/** A product as the kernel makes it: eight sums of every eighth product, rounded to float32 at each step. */
function product(a: readonly number[], b: readonly number[]): number {
  const sums = new Float32Array(8);
  a.forEach((value, f) => {
    sums[f % 8] = sums[f % 8]! + Math.fround(value * b[f]!);
  });
  const [s0, s1, s2, s3] = [0, 1, 2, 3].map((lane) => Math.fround(sums[lane]! + sums[lane + 4]!));
  return Math.fround(Math.fround(s0! + s2!) + Math.fround(s1! + s3!));
}

/** What a search has to find: all scores sorted, equal ones by index. */
function sorted(
  rows: readonly (readonly number[])[],
  user: readonly number[],
  k: number,
  { excluded = [], only, seen }: SearchFilter,
): { item: number; score: number }[] {
  const [out, wanted] = [new Set(excluded), only === undefined ? undefined : new Set(only)];
  return rows
    .map((row, item) => ({ item, score: product(row, user) }))
    .filter(({ item }) => !out.has(item) && wanted?.has(item) !== false && seen?.has(item) !== true)
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .slice(0, k);
}

const pairs = ({ indices, scores }: Ranking) =>
  Array.from(indices, (item, place) => ({ item, score: scores[place]! + 0 }));

function filter(items: number): fc.Arbitrary<SearchFilter> {
  const list = fc.array(fc.nat(items + 4));
  const seen = list.map((added) => {
    const bloom = new BloomFilter(new Uint32Array(3), 4, added.length);
    for (const item of added) bloom.add(item);
    return bloom;
  });
  return fc.record({ excluded: list, only: list, seen }, { requiredKeys: [] });
}

function question(value: fc.Arbitrary<number>) {
  return fc.integer({ min: 1, max: 19 }).chain((width) => {
    const row = fc.array(value, { minLength: width, maxLength: width });
    const rows = fc.array(row, { maxLength: 70 });
    return fc.record({
      width: fc.constant(width),
      rows,
      asked: fc.array(fc.record({ user: row, k: fc.integer({ min: 0, max: MAX_K }), filter: filter(70) }), {
        minLength: 1,
        maxLength: 4,
      }),
    });
  });
}

describe("exact top-K", () => {
  const check = (value: fc.Arbitrary<number>, codesFrom?: number) => {
    fc.assert(
      fc.property(question(value), ({ width, rows, asked }) => {
        const search = new TopK(ItemMatrix.of(Float32Array.from(rows.flat()), width), MAX_K, codesFrom);
        for (const { user, k, filter } of asked) {
          const expected = sorted(rows, user, k, filter);
          const found = pairs(search.search(Float32Array.from(user), k, filter));
          assert.deepEqual(
            found,
            expected.map(({ item, score }) => ({ item, score: score + 0 })),
          );
        }
      }),
      { numRuns: 200 },
    );
  };

  it("ranks as sorting all scores would, ties by index, whatever is left out", () => {
    check(fc.integer({ min: -2, max: 2 }));
  });

  it("finds the same scores to the bit, also of factors that are no whole numbers", () => {
    check(fc.integer({ min: -4000, max: 4000 }).map((value) => Math.fround(value / 977)));
  });

  it("finds the same where codes rule items out, however much larger one number is than others", () => {
    const number = fc.integer({ min: -4000, max: 4000 }).map((value) => Math.fround(value / 977));
    check(number, 0);
    check(fc.integer({ min: -2, max: 2 }), 0);
    check(fc.oneof(number, fc.constantFrom(0, 1e-40, -3e-20, 1e-7, 400, -1e6, 1e15)).map(Math.fround), 0);
  });

  it("finds the same among many items, of which most are passed over by one comparison", () => {
    const random = randomFrom(7);
    const width = 16;
    const rows = Array.from({ length: 5003 }, () =>
      Array.from({ length: width }, () => Math.fround(random.next() * 2 - 1)),
    );
    const every = (step: number) => rows.flatMap((_, item) => (item % step === 0 ? [item] : []));
    for (const codesFrom of [0, Infinity]) {
      const search = new TopK(ItemMatrix.of(Float32Array.from(rows.flat()), width), MAX_K, codesFrom);
      for (const user of rows.slice(0, 5)) {
        for (const filter of [{}, { excluded: every(2) }, { only: every(3) }, { only: every(1), excluded: every(5) }]) {
          assert.deepEqual(pairs(search.search(Float32Array.from(user), 20, filter)), sorted(rows, user, 20, filter));
        }
      }
    }
  });

  it("finds the same where items are so alike that codes rule none out", () => {
    const random = randomFrom(3);
    const base = Array.from({ length: 12 }, () => random.next());
    const rows = Array.from({ length: 5000 }, () => base.map((value) => Math.fround(value + random.next() * 1e-4)));
    const search = new TopK(ItemMatrix.of(Float32Array.from(rows.flat()), 12), MAX_K, 0);
    assert.deepEqual(pairs(search.search(Float32Array.from(rows[1]!), 20)), sorted(rows, rows[1]!, 20, {}));
  });

  it("finds the items most like one by cosine, without itself", () => {
    const rows = [
      [1, 0],
      [2, 2],
      [0, 3],
      [9, 1],
      [0, 0],
      [-1, 0],
    ];
    const search = new TopK(ItemMatrix.of(Float32Array.from(rows.flat()), 2), MAX_K);
    const { indices, scores } = search.similar(0, 4);
    assert.deepEqual([...indices], [3, 1, 2, 4]);
    assert.ok(Math.abs(scores[1]! - Math.SQRT1_2) < 1e-6);
    assert.deepEqual([...search.similar(0, 2, { excluded: [3] }).indices], [1, 2]);
  });

  it("takes factors in pieces, wherever they are cut", () => {
    const values = Float32Array.from({ length: 15 }, (_, n) => n + 1);
    for (const width of [3, 5, 15]) {
      for (const size of [1, 7, 12, 60]) {
        const matrix = new ItemMatrix(values.length / width, width);
        const bytes = new Uint8Array(values.buffer);
        for (let at = 0; at < bytes.length; at += size) matrix.fill(at, bytes.subarray(at, at + size));
        const rows = Array.from({ length: matrix.items }, (_, item) => [...matrix.row(item)]);
        assert.deepEqual(rows.flat(), [...values]);
      }
    }
  });

  it("never finds a score that is no number", () => {
    for (const codesFrom of [0, Infinity]) {
      const search = new TopK(ItemMatrix.of(Float32Array.of(NaN, 1, 2, Infinity, -1), 1), MAX_K, codesFrom);
      assert.deepEqual([...search.search(Float32Array.of(1), 10).indices], [3, 2, 1, 4]);
      assert.deepEqual([...search.search(Float32Array.of(NaN), 10).indices], []);
      assert.deepEqual([...search.search(Float32Array.of(0), 10).indices], [1, 2, 4]);
    }
  });

  it("takes the memory that is counted for it, to a page", () => {
    const [items, width] = [20_000, 20];
    for (const graph of [false, true]) {
      const search = new TopK(new ItemMatrix(items, width), MAX_K);
      if (graph) search.addGraph();
      search.similar(0, 1);
      const counted = searchBytes(items, width, graph);
      assert.ok(Math.abs(search.matrix.bytes - counted) < 2 * 65_536, `${search.matrix.bytes}, counted ${counted}`);
    }
  });

  it("refuses factors that are not whole rows", () => {
    assert.throws(() => ItemMatrix.of(new Float32Array(7), 2), /rows of 2/);
  });
});
