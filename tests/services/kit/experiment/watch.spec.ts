import assert from "node:assert/strict";
import { watchSplit, type SplitWatch } from "../../../../services/kit/experiment/watch";
import type { ExperimentRecord } from "../../../../contracts/tables/flags";
import { variantOf } from "../../../../contracts/models/assignment";
import { started } from "../../experiments/records";

const VARIANTS = [
  { name: "champion", weight: 9 },
  { name: "challenger", weight: 1 },
];

describe("the split as the API sees it", () => {
  let watch: SplitWatch | undefined;
  afterEach(() => {
    watch?.stop();
  });

  /** Looks as fast as the event loop goes; `next` waits for two more looks, of which the second began after the call. */
  function watching(first: ExperimentRecord | undefined | Error) {
    const state = { answer: first, looks: 0, failures: 0 };
    watch = watchSplit({
      read: () => {
        state.looks += 1;
        return state.answer instanceof Error ? Promise.reject(state.answer) : Promise.resolve(state.answer);
      },
      variants: VARIANTS,
      everyMs: 1,
      onFailure: () => {
        state.failures += 1;
      },
    });
    const next = async (): Promise<void> => {
      const until = state.looks + 2;
      while (state.looks < until) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    return { state, next, watch };
  }

  it("is the topology's where there is no experiment, then the experiment's, under its own id and lines of models", async () => {
    const { state, next, watch: seen } = watching(undefined);
    await seen.ready;
    assert.deepEqual(seen.split(), { experiment: "recommender", variants: VARIANTS });
    state.answer = started({ percent: 30, id: "autumn" });
    await next();
    assert.deepEqual(seen.split(), {
      experiment: "autumn",
      variants: [
        { name: "champion", weight: 70, model: "recommendations" },
        { name: "challenger", weight: 30, model: "recommendations:challenger" },
      ],
    });
  });

  it("stays as it was while the table is away, and is told", async () => {
    const { state, next, watch: seen } = watching(started({ percent: 30 }));
    await seen.ready;
    state.answer = new Error("away");
    await next();
    assert.equal(seen.split().variants[1]?.weight, 30);
    assert.ok(state.failures > 0);
  });

  it("moves users to the challenger only, as the state's share rises", async () => {
    const { state, next, watch: seen } = watching(started({ percent: 1 }));
    await seen.ready;
    const keys = Array.from({ length: 500 }, (_, user) => `user-${user}`);
    let before = new Set<string>();
    for (const percent of [1, 5, 20, 50, 100]) {
      state.answer = started({ percent });
      await next();
      const now = new Set(keys.filter((user) => variantOf(user, seen.split()).name === "challenger"));
      assert.ok([...before].every((user) => now.has(user)));
      assert.ok(Math.abs(now.size - percent * 5) < 50, `${now.size} users at ${percent} %`);
      before = now;
    }
    assert.equal(before.size, keys.length);
  });

  it("is not looked at any more once stopped", async () => {
    const { state, next, watch: seen } = watching(undefined);
    await next();
    seen.stop();
    // One that was under way may end.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { looks } = state;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(state.looks, looks);
  });
});
