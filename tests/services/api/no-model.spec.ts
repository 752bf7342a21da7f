import assert from "node:assert/strict";
import type { Server } from "node:http";
import { createApi } from "../../../services/api/api";
import { beginDraining, drain, listen } from "../../../services/kit/http/server";
import { createRecommender, type ItemList, type RecommendDeps } from "../../../services/api/recommend";
import { ENDPOINT_DOWN, LIST, Parts, POPULAR, THROTTLED } from "./parts";

const EMPTY = { items: [], source: "popular", fallback: "no_model", modelVersion: null };

describe("the API before a model is published, and its probes", () => {
  let parts: Parts;
  let server: Server | undefined;
  let url = "";

  beforeEach(() => {
    parts = new Parts();
    parts.model = undefined;
    parts.known.clear();
  });
  afterEach(async () => {
    if (server !== undefined) await drain(server, 500);
    server = undefined;
  });

  const start = async (changes: Partial<RecommendDeps> = {}): Promise<Server> => {
    // A busy machine must not make a part late: what is late has specs of its own.
    const recommender = createRecommender(parts.deps({ deadlineMs: 60_000, versionTtlMs: 0, ...changes }));
    server = await createApi(recommender, assert.ifError, { atHandMs: 0 });
    url = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
    return server;
  };
  const probe = async (path: string): Promise<readonly [number, string]> => {
    const answer = await fetch(`${url}${path}`);
    return [answer.status, ((await answer.json()) as { status: string }).status];
  };
  const ask = async (path: string, items?: readonly string[]) => {
    const posted = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ items }) };
    const answer = await fetch(`${url}${path}`, items === undefined ? {} : posted);
    assert.equal(answer.status, 200);
    const { items: list, source, fallback, modelVersion } = (await answer.json()) as ItemList;
    return { items: list, source, fallback, modelVersion };
  };

  it("is ready and healthy once its tables answer that there is none", async () => {
    await start();
    assert.deepEqual(await probe("/readyz"), [200, "ready"]);
    assert.deepEqual(await probe("/ready"), [200, "ready"]);
    assert.deepEqual(await probe("/health"), [200, "ok"]);
  });

  it("answers empty lists that say so, and the caller's own order", async () => {
    parts.faults.endpoint = { error: ENDPOINT_DOWN };
    await start();
    assert.deepEqual(await ask("/v1/users/ada/recommendations"), EMPTY);
    assert.deepEqual(await ask("/v1/items/lamp/similar"), EMPTY);
    assert.deepEqual(await ask("/v1/popular"), EMPTY);
    assert.deepEqual(await ask("/v1/users/ada/session", ["lamp"]), EMPTY);
    const { fallback, items } = await ask("/v1/users/ada/rerank", ["lamp", "desk"]);
    assert.deepEqual([fallback, items.map(({ item_id }) => item_id)], ["order", ["lamp", "desk"]]);
  });

  it("says so, too, where similar items are switched off", async () => {
    await start({ switches: { endpoint: () => true, similar: () => false } });
    assert.deepEqual(await ask("/v1/items/lamp/similar"), EMPTY);
  });

  it("says so to users of another variant, too", async () => {
    await start({
      variants: [
        { name: "champion", weight: 0 },
        { name: "challenger", weight: 1 },
      ],
    });
    assert.deepEqual(await ask("/v1/users/ada/recommendations"), EMPTY);
  });

  it("gives what is similar in a session, where the live model knows it, as no empty list", async () => {
    parts.known.add("lamp");
    await start();
    const { items, fallback } = await ask("/v1/users/ada/session", ["lamp"]);
    assert.deepEqual([items.map(({ item_id }) => item_id), fallback], [["sofa"], "popular"]);
  });

  it("answers as ever with the first request after CURRENT moves", async () => {
    await start();
    assert.equal((await ask("/v1/users/ada/recommendations")).fallback, "no_model");
    parts.model = { current: "v2" };
    const own = { items: LIST, source: "table", fallback: "none", modelVersion: "v2" };
    assert.deepEqual(await ask("/v1/users/ada/recommendations"), own);
    const popular = { items: POPULAR, source: "popular", modelVersion: "v2" };
    assert.deepEqual(await ask("/v1/popular"), { ...popular, fallback: "none" });
    assert.deepEqual(await ask("/v1/users/eve/recommendations"), { ...popular, fallback: "popular" });
  });

  it("answers popular items where it has some: those of a model that is published no longer", async () => {
    parts.model = { current: "v2" };
    await start();
    await ask("/v1/popular");
    parts.model = undefined;
    const popular = { items: POPULAR, source: "popular", fallback: "popular", modelVersion: "v2" };
    assert.deepEqual(await ask("/v1/users/ada/recommendations"), popular);
    assert.deepEqual(await probe("/readyz"), [200, "ready"]);
  });

  const away = {
    both: () => ({ published: () => Promise.reject(THROTTLED), list: () => Promise.reject(THROTTLED) }),
    "that of models": () => ({ ...parts.table, published: () => Promise.reject(THROTTLED) }),
    "that of lists": () => ({ ...parts.table, list: () => Promise.reject(THROTTLED) }),
  };
  for (const [which, table] of Object.entries(away)) {
    it(`is neither ready nor healthy while a table cannot be read (${which}), and runs all the same`, async () => {
      const failures: unknown[] = [];
      await start({ table: table(), onFailure: (where, error) => failures.push([where, error]) });
      assert.deepEqual(await probe("/readyz"), [503, "tables unreadable"]);
      assert.deepEqual(failures, [["table", THROTTLED]]);
      assert.deepEqual(await probe("/ready"), [503, "tables unreadable"]);
      assert.deepEqual(await probe("/health"), [503, "tables unreadable"]);
      assert.deepEqual(await probe("/livez"), [200, "ok"]);
    });
  }

  it("is not ready, either, while a model is published whose lists cannot be read", async () => {
    parts.model = { current: "v2" };
    await start({ table: away["that of lists"](), versionTtlMs: 60_000 });
    for (let time = 0; time < 2; time += 1) assert.deepEqual(await probe("/readyz"), [503, "tables unreadable"]);
  });

  it("stays ready while the tables are away, once it has read a model", async () => {
    parts.model = { current: "v2" };
    await start();
    assert.deepEqual(await probe("/readyz"), [200, "ready"]);
    parts.faults.table = { error: THROTTLED };
    assert.deepEqual(await probe("/readyz"), [200, "ready"]);
  });

  it("says `empty`, and not that there is no model, when the tables fail after they answered", async () => {
    await start();
    assert.equal((await ask("/v1/popular")).fallback, "no_model");
    parts.faults.table = { error: THROTTLED };
    assert.equal((await ask("/v1/popular")).fallback, "empty");
    assert.deepEqual(await probe("/readyz"), [503, "tables unreadable"]);
    parts.faults.table = {};
    assert.deepEqual(await probe("/readyz"), [200, "ready"]);
  });

  it("is healthy and not ready while it stops: its region can answer", async () => {
    beginDraining(await start());
    assert.deepEqual(await probe("/readyz"), [503, "stopping"]);
    assert.deepEqual(await probe("/health"), [200, "ok"]);
  });
});
