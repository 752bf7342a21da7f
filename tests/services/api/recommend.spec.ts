import assert from "node:assert/strict";
import type { Server } from "node:http";
import { createApi } from "../../../services/api/api";
import { memoryCache, redisCache, type CacheClient } from "../../../services/api/cache";
import { drain, listen } from "../../../services/kit/http/server";
import { createRecommender, recommend, type RecommendDeps } from "../../../services/api/recommend";
import type { PublishedModel, RecommendationTable } from "../../../services/kit/dynamodb/table-reader";
import { assignVariant } from "../../../contracts/models/assignment";
import { MODEL_NAME, POPULAR_KEY, type ScoredItem } from "../../../contracts/tables/records";

const LIST: ScoredItem[] = [
  { item_id: "lamp", score: 2 },
  { item_id: "desk", score: 1 },
];
const POPULAR: ScoredItem[] = [{ item_id: "rug", score: 9 }];

/** A table in memory; `away` makes it fail, `slowMs` makes it late. */
class FakeTable implements RecommendationTable {
  reads = 0;
  away = false;
  slowMs = 0;
  model: PublishedModel | undefined = { current: "v2", previous: "v1" };
  readonly rows = new Map<string, ScoredItem[]>([
    ["ada/v2", LIST],
    ["bo/v1", LIST],
    [`${POPULAR_KEY}/v2`, POPULAR],
  ]);

  async published(_?: AbortSignal, model = MODEL_NAME): Promise<PublishedModel | undefined> {
    await this.answer();
    return model === MODEL_NAME ? this.model : undefined;
  }

  async list(userKey: string, version: string): Promise<readonly ScoredItem[] | undefined> {
    if (!userKey.startsWith("#")) this.reads += 1;
    await this.answer();
    return this.rows.get(`${userKey}/${version}`);
  }

  private async answer(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.slowMs));
    if (this.away) throw new Error("the table is away");
  }
}

function deps(changes: Partial<RecommendDeps> = {}): RecommendDeps & { readonly table: FakeTable } {
  return {
    region: "us-east-1",
    cache: memoryCache(100),
    table: new FakeTable(),
    variants: [{ name: "champion", weight: 1 }],
    userKeyOf: (id) => id,
    ...changes,
  } as RecommendDeps & { readonly table: FakeTable };
}

describe("a recommendation", () => {
  it("comes from the table first, then from the cache, with region, version and variant", async () => {
    const all = deps();
    const { recommend: ask } = createRecommender(all);
    const answer = await ask("ada", { limit: 1 });
    assert.deepEqual(answer, {
      userId: "ada",
      items: [LIST[0]],
      source: "table",
      fallback: "none",
      region: "us-east-1",
      modelVersion: "v2",
      variant: "champion",
    });
    const again = await ask("ada", { limit: 2 });
    assert.deepEqual([again.source, again.items], ["cache", LIST]);
    assert.equal(all.table.reads, 1);
  });

  it("is the previous version's list where the published one has none for the user, and is not cached then", async () => {
    const { recommend: ask } = createRecommender(deps());
    for (let time = 0; time < 2; time += 1) {
      const { source, modelVersion } = await ask("bo");
      assert.deepEqual([source, modelVersion], ["table", "v1"]);
    }
  });

  it("is popular items for a user whom no version knows", async () => {
    const { source, items, modelVersion } = await recommend(deps(), "eve");
    assert.deepEqual([source, items, modelVersion], ["popular", POPULAR, "v2"]);
  });

  it("is popular items when the table is away, and an empty list before anything was ever read", async () => {
    const failures: string[] = [];
    const all = deps({ onFailure: (where) => failures.push(where), versionTtlMs: 0 });
    const { recommend: ask } = createRecommender(all);
    all.table.away = true;
    assert.deepEqual((await ask("ada")).items, []);
    all.table.away = false;
    await ask("eve");
    all.table.away = true;
    const { source, items } = await ask("eve");
    assert.deepEqual([source, items], ["popular", POPULAR]);
    assert.ok(failures.includes("table"));
  });

  it("keeps its deadline: popular items when the table is slow", async () => {
    const all = deps({ deadlineMs: 30 });
    const { recommend: ask } = createRecommender(all);
    await ask("eve");
    all.table.slowMs = 2_000;
    const started = performance.now();
    const { source } = await ask("ada");
    assert.equal(source, "popular");
    assert.ok(performance.now() - started < 1_000);
  });

  it("does not need the cache: its errors are misses", async () => {
    const away: CacheClient = {
      get: () => Promise.reject(new Error("away")),
      set: () => Promise.reject(new Error("away")),
    };
    const failures: string[] = [];
    const { source } = await recommend(deps({ cache: away, onFailure: (where) => failures.push(where) }), "ada");
    assert.equal(source, "table");
    assert.ok(failures.every((where) => where === "cache") && failures.length > 0);
  });

  it("is read once for callers who ask at the same time", async () => {
    const all = deps();
    const { recommend: ask } = createRecommender(all);
    await Promise.all(Array.from({ length: 50 }, () => ask("ada")));
    assert.equal(all.table.reads, 1);
  });

  it("follows the published version once the old one is no longer believed", async () => {
    let time = 0;
    const all = deps({ now: () => time, versionTtlMs: 5_000 });
    const { recommend: ask } = createRecommender(all);
    await ask("ada");
    all.table.model = { current: "v3", previous: "v2" };
    all.table.rows.set("ada/v3", POPULAR);
    assert.equal((await ask("ada")).modelVersion, "v2");
    time = 5_000;
    assert.equal((await ask("ada")).modelVersion, "v3");
  });

  it("is cached for the time to live, less up to a fifth, so that not all expire at once", async () => {
    const ttls: number[] = [];
    const cache: CacheClient = {
      get: () => Promise.resolve(undefined),
      set: (_, __, ttlMs) => {
        ttls.push(ttlMs);
        return Promise.resolve();
      },
    };
    for (const draw of [0, 0.999])
      await recommend(deps({ cache, ttlMs: 600, staleMs: 400, random: () => draw }), "ada");
    assert.equal(ttls[0], 1_000);
    assert.ok((ttls[1] ?? 0) > 799 && (ttls[1] ?? 0) < 810);
  });
});

describe("the Redis cache", () => {
  it("sets with a time to live in whole milliseconds and reads a missing key as nothing", async () => {
    const calls: unknown[][] = [];
    const redis = {
      get: () => Promise.resolve(null),
      set: (...args: unknown[]) => {
        calls.push(args);
        return Promise.resolve("OK");
      },
    };
    const cache = redisCache(redis as unknown as Parameters<typeof redisCache>[0]);
    assert.equal(await cache.get("k"), undefined);
    await cache.set("k", "v", 12.6);
    assert.deepEqual(calls, [["k", "v", "PX", 13]]);
  });
});

describe("the assignment of variants", () => {
  const weights = [
    { name: "a", weight: 9 },
    { name: "off", weight: 0 },
    { name: "b", weight: 1 },
  ];

  it("is sticky and follows the weights", () => {
    const counts: Record<string, number> = {};
    for (let user = 0; user < 20_000; user += 1) {
      const variant = assignVariant(`user-${user}`, weights);
      assert.equal(assignVariant(`user-${user}`, weights), variant);
      counts[variant] = (counts[variant] ?? 0) + 1;
    }
    assert.equal(counts["off"], undefined);
    assert.ok(Math.abs((counts["b"] ?? 0) - 2_000) < 150, JSON.stringify(counts));
  });

  it("moves only users whom a raised weight must move", () => {
    const raised = [weights[0]!, weights[1]!, { name: "b", weight: 3 }];
    for (let user = 0; user < 2_000; user += 1) {
      if (assignVariant(`user-${user}`, weights) === "b") assert.equal(assignVariant(`user-${user}`, raised), "b");
    }
  });

  it("refuses weights that are negative, no numbers, or all zero", () => {
    for (const weight of [-1, Number.NaN, 0]) {
      assert.throws(() => assignVariant("ada", [{ name: "a", weight }]), RangeError);
    }
  });
});

describe("the recommendation API", () => {
  let server: Server;
  let url = "";
  const all = deps();
  before(async () => {
    server = await createApi(createRecommender(all), assert.ifError);
    url = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
  });
  after(() => drain(server));

  it("answers a user's recommendations", async () => {
    const answer = await fetch(`${url}/v1/users/ada/recommendations?limit=1`);
    assert.equal(answer.status, 200);
    const body = (await answer.json()) as { items: ScoredItem[] };
    assert.deepEqual(body.items, [LIST[0]]);
  });

  it("refuses a bad limit, a bad id, a bad path and a bad method, and says what it wants", async () => {
    for (const limit of ["0", "101", "-1", "1.5", "ten", ""]) {
      const answer = await fetch(`${url}/v1/users/ada/recommendations?limit=${limit}`);
      assert.equal(answer.status, 400, limit);
      assert.match(await answer.text(), /whole number from 1 to 100/);
    }
    assert.equal((await fetch(`${url}/v1/users/%ff/recommendations`)).status, 400);
    assert.equal((await fetch(`${url}/v1/users/${"x".repeat(300)}/recommendations`)).status, 400);
    assert.equal((await fetch(`${url}/v2/users/ada`)).status, 404);
    assert.equal((await fetch(`${url}/health`, { method: "DELETE" })).status, 405);
  });

  it("answers its probes while it runs and a model can be read", async () => {
    for (const path of ["health", "livez", "ready", "readyz"]) {
      assert.equal((await fetch(`${url}/${path}`)).status, 200, path);
    }
  });
});
