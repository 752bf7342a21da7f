import assert from "node:assert/strict";
import fc from "fast-check";
import { interleave } from "../../../services/api/cold-lists";
import { createRecommender } from "../../../services/api/recommend";
import type { Split } from "../../../contracts/models/assignment";
import { FRESH_KEY, POPULAR_KEY, popularKeyOf, type ScoredItem } from "../../../contracts/tables/records";
import { ENDPOINT_DOWN, LIST, LIVE, Parts, POPULAR, THROTTLED } from "./parts";

const item = (item_id: string, score = 1): ScoredItem => ({ item_id, score });
const ids = (items: readonly ScoredItem[]): string => items.map(({ item_id }) => item_id).join(" ");

/** A user whom no model knows, asked once; then again with the table away. */
async function askCold(rows: Readonly<Record<string, readonly ScoredItem[]>>) {
  const parts = new Parts();
  parts.rows.delete(`${POPULAR_KEY}/v2`);
  for (const [key, items] of Object.entries(rows)) parts.rows.set(`${key}/v2`, items);
  const { recommend, popular } = createRecommender(parts.deps());
  const answer = await recommend("eve");
  const plain = await popular();
  parts.faults.table = { error: THROTTLED };
  const { items, fallback, source } = await recommend("mia");
  return { answer, plain, away: { items, fallback, source } };
}

describe("the list of a user whom nobody knows", () => {
  const regional = ["a", "b", "c", "d", "e", "f"].map((name, place) => item(name, 9 - place));

  it("is what is popular in the region with a new item at each fifth place, from the table and from memory", async () => {
    const { answer, plain, away } = await askCold({
      [POPULAR_KEY]: POPULAR,
      [popularKeyOf("us-east-1")]: regional,
      [popularKeyOf("us-west-2")]: [item("far")],
      [FRESH_KEY]: [item("new", 0.3), item("b", 0.2)],
    });
    assert.deepEqual(
      [answer.source, answer.fallback, ids(answer.items), answer.modelVersion],
      ["popular", "fresh", "a b c d new e f", "v2"],
    );
    assert.deepEqual(away, { items: answer.items, fallback: "fresh", source: "popular" });
    assert.deepEqual([plain.fallback, ids(plain.items)], ["none", "a b c d e f"]);
  });

  it("is what is popular in the region where nothing is new, and for everybody where the region has no list", async () => {
    const near = await askCold({ [POPULAR_KEY]: POPULAR, [popularKeyOf("us-east-1")]: regional, [FRESH_KEY]: [] });
    assert.deepEqual([near.answer.fallback, ids(near.answer.items)], ["regional", "a b c d e f"]);
    assert.equal(near.away.fallback, "regional");
    const far = await askCold({ [POPULAR_KEY]: POPULAR, [popularKeyOf("us-east-1")]: [] });
    assert.deepEqual([far.answer.fallback, far.answer.items], ["popular", POPULAR]);
  });

  it("has every item once, popular ones in their order, and scores that do not rise", () => {
    const names = fc.uniqueArray(fc.constantFrom(..."a b c d e f g h i j k l m n o p".split(" ")), { maxLength: 14 });
    fc.assert(
      fc.property(names, names, (popular, fresh) => {
        const given = popular.map((name, place) => item(name, 100 - place));
        const mixed = interleave(
          given,
          fresh.map((name) => item(name, 0.5)),
        );
        assert.deepEqual(new Set(mixed.map(({ item_id }) => item_id)), new Set([...popular, ...fresh]));
        assert.equal(mixed.length, new Set([...popular, ...fresh]).size);
        assert.equal(ids(mixed.filter(({ item_id }) => popular.includes(item_id))), popular.join(" "));
        assert.ok(mixed.every(({ score }, place) => score <= (mixed[place - 1]?.score ?? Infinity)));
      }),
    );
  });
});

describe("the list of a user of another variant", () => {
  const OWN: readonly ScoredItem[] = [item("chair", 3)];
  const split = (challenger: number): Split => ({
    experiment: "x",
    variants: [
      { name: "champion", weight: 100 - challenger },
      { name: "challenger", weight: challenger },
    ],
  });
  const built = (percent = 100) => {
    const parts = new Parts();
    parts.lines.set("recommendations:challenger", { current: "b2", previous: "b1" });
    parts.rows.set("ada/b2", OWN);
    let now = split(percent);
    const recommender = createRecommender(parts.deps({ split: () => now, versionTtlMs: 0 }));
    const ask = async (user: string) => {
      const { items, source, fallback, modelVersion, variant } = await recommender.recommend(user);
      return { items, source, fallback, modelVersion, variant };
    };
    const move = (to: number): void => {
      now = split(to);
    };
    return { parts, ask, move };
  };

  it("is of the variant's own line of models, then from the cache, and the version is that line's", async () => {
    const { ask } = built();
    const own = { items: OWN, fallback: "none", modelVersion: "b2", variant: "challenger" };
    assert.deepEqual(await ask("ada"), { ...own, source: "table" });
    assert.deepEqual(await ask("ada"), { ...own, source: "cache" });
  });

  it("comes live where the line has none for the user, or is not published", async () => {
    const { parts, ask } = built();
    const live = { items: LIVE, source: "endpoint", modelVersion: "live", variant: "challenger" };
    assert.deepEqual(await ask("cy"), { ...live, fallback: "endpoint" });
    parts.lines.clear();
    assert.deepEqual(await ask("ada"), { ...live, fallback: "none" });
  });

  it("is the control's list, told so, where neither has one; and the user is still of the own variant", async () => {
    const { parts, ask } = built();
    parts.lines.clear();
    parts.faults.endpoint = { error: ENDPOINT_DOWN };
    const control = { items: LIST, source: "table", fallback: "control", modelVersion: "v2", variant: "challenger" };
    assert.deepEqual(await ask("ada"), control);
    // What is told of the control's list is not written into the control's place in the cache.
    assert.deepEqual(await ask("ada"), { ...control, source: "cache" });
  });

  it("follows the split from one request to the next", async () => {
    const { ask, move } = built(0);
    assert.deepEqual([(await ask("ada")).variant, (await ask("ada")).modelVersion], ["champion", "v2"]);
    move(100);
    assert.deepEqual([(await ask("ada")).variant, (await ask("ada")).modelVersion], ["challenger", "b2"]);
    move(0);
    assert.deepEqual([(await ask("ada")).variant, (await ask("ada")).modelVersion], ["champion", "v2"]);
  });

  it("does not ask the table for a line that is not published with every request", async () => {
    const parts = new Parts();
    const { recommend } = createRecommender(parts.deps({ split: () => split(100) }));
    await recommend("ada");
    const before = parts.calls.table;
    await recommend("cy");
    assert.equal(parts.calls.table, before);
  });
});
