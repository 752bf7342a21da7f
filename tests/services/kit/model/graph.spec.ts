import assert from "node:assert/strict";
import { ItemMatrix } from "../../../../services/kit/model/kernel/item-matrix";
import { TopK, type SearchFilter } from "../../../../services/kit/model/top-k";
import { tastes, type Tastes } from "./vectors";

const K = 20;

describe("the graph of items", function () {
  const counts = { items: 12_000, users: 150, width: 32, tastes: 60 };
  let given: Tastes;
  let exact: TopK;
  let byGraph: TopK;
  const user = (at: number) => given.users.subarray(at * given.width, (at + 1) * given.width);
  const find = (search: TopK, at: number, filter: SearchFilter = {}, k = K) => [
    ...search.search(user(at), k, filter).indices,
  ];
  /** Part of the best by exact search that is found by the graph. */
  const recall = (filterOf: (at: number) => SearchFilter = () => ({}), k = K) => {
    let found = 0;
    for (let at = 0; at < counts.users; at += 1) {
      const best = new Set(find(exact, at, filterOf(at), k));
      found += find(byGraph, at, filterOf(at), k).filter((item) => best.has(item)).length / k;
    }
    return found / counts.users;
  };

  before(() => {
    given = tastes(11, counts);
    exact = new TopK(ItemMatrix.of(given.items, given.width), 500);
    byGraph = new TopK(ItemMatrix.of(given.items, given.width), 500);
    byGraph.addGraph().insert(counts.items);
  });

  it("finds at least .98 of the best 20, with the very scores of an exact search", () => {
    const value = recall();
    assert.ok(value >= 0.98, `recall@20 ${value}`);
    const [walked, searched] = [byGraph.search(user(0), K), exact.search(user(0), K)];
    const scores = new Map(Array.from(searched.indices, (item, place) => [item, searched.scores[place]]));
    for (const [place, item] of walked.indices.entries()) {
      if (scores.has(item)) assert.equal(walked.scores[place], scores.get(item));
    }
    assert.deepEqual(
      [...walked.scores],
      [...walked.scores].sort((a, b) => b - a),
    );
  });

  it("finds as much of short and long lists", () => {
    for (const k of [1, 5, 100]) {
      const value = recall(() => ({}), k);
      assert.ok(value >= 0.98, `recall@${k} ${value}`);
      if (k === 100) assert.ok(value < 1, "an exact search would find all");
    }
    assert.equal(
      recall(() => ({}), 500),
      1,
      "very long ones are exact",
    );
  });

  it("finds as much of what filters leave, however many of the best a user has seen", () => {
    for (const seen of [10, 40, 70, 100, 170, 1000]) {
      const all = new TopK(ItemMatrix.of(given.items, given.width), seen);
      const lists = Array.from({ length: counts.users }, (_, at) => find(all, at, {}, seen));
      const filterOf = (at: number) => ({ excluded: lists[at]! });
      const value = recall(filterOf);
      assert.ok(value >= 0.98, `${seen} seen: recall@20 ${value}`);
      for (let at = 0; at < 10; at += 1) {
        const left = find(byGraph, at, filterOf(at));
        assert.equal(left.length, K);
        assert.ok(left.every((item) => !lists[at]!.includes(item)));
      }
    }
  });

  it("leaves searches among given items, and those by likeness, exact", () => {
    const only = Array.from({ length: 9000 }, (_, n) => n);
    for (let at = 0; at < 20; at += 1) {
      assert.deepEqual(find(byGraph, at, { only }), find(exact, at, { only }));
      assert.deepEqual(find(byGraph, at, { only: only.slice(0, 50) }), find(exact, at, { only: only.slice(0, 50) }));
      assert.deepEqual(byGraph.similar(at, K), exact.similar(at, K));
    }
  });

  it("is used when it is whole, and the same however it was put together", () => {
    const search = new TopK(ItemMatrix.of(given.items, given.width), 500);
    const graph = search.addGraph();
    while (!graph.isWhole) {
      assert.deepEqual(find(search, 3), find(exact, 3));
      graph.insert(2500);
    }
    for (let at = 0; at < 50; at += 1) assert.deepEqual(find(search, at), find(byGraph, at));
  });

  it("holds whatever items there are: one, none, all the same, all zeros", () => {
    for (const items of [0, 1, 5, 200]) {
      for (const value of [0, 1]) {
        const search = new TopK(ItemMatrix.of(new Float32Array(items * 3).fill(value), 3), 10);
        search.addGraph().insert(items);
        const expected = Array.from({ length: Math.min(items, 4) }, (_, n) => n);
        const found = [...search.search(Float32Array.of(1, 1, 1), 4).indices];
        assert.equal(found.length, expected.length);
        assert.deepEqual([...search.search(Float32Array.of(0, 0, 0), 4).indices], expected);
      }
    }
  });
});
