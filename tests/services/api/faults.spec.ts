import assert from "node:assert/strict";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createApi, type ApiOptions } from "../../../services/api/api";
import { Breaker, BreakerOpenError } from "../../../services/api/resilience/breaker";
import { beginDraining, drain, listen } from "../../../services/kit/http/server";
import { createRecommender, type Part, type Recommendation, type RecommendDeps } from "../../../services/api/recommend";
import { ENDPOINT_DOWN, LIST, LIVE, Parts, POPULAR, THROTTLED } from "./parts";

const DEADLINE_MS = 150;
/** What an answer may take on a loaded machine beyond its deadline. */
const SLACK_MS = 350;

/** An API over loopback on parts with faults. */
async function start(parts: Parts, changes: Partial<RecommendDeps> = {}, options: ApiOptions = {}) {
  const failures: Part[] = [];
  const errors: unknown[] = [];
  const deps = parts.deps({ deadlineMs: DEADLINE_MS, onFailure: (where) => failures.push(where), ...changes });
  const server = await createApi(createRecommender(deps), (error) => errors.push(error), { atHandMs: 0, ...options });
  const url = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
  const ask = async (path: string, init: RequestInit = {}) => {
    const started = performance.now();
    const answer = await fetch(`${url}${path}`, init);
    const list = (await answer.json()) as Recommendation;
    const ms = performance.now() - started;
    assert.equal(answer.status, 200, JSON.stringify(list));
    assert.ok(ms < DEADLINE_MS + SLACK_MS, `${path} took ${ms} ms`);
    return list;
  };
  const user = async (id: string) => {
    const { source, fallback, items } = await ask(`/v1/users/${id}/recommendations`);
    return { source, fallback, items };
  };
  const stop = async () => {
    await drain(server, 1_000);
    assert.deepEqual(errors, []);
  };
  return { server, url, ask, user, failures, stop };
}

describe("the API under faults answers within its deadline and says what it fell back to", () => {
  let parts: Parts;
  let api: Awaited<ReturnType<typeof start>> | undefined;
  beforeEach(() => {
    parts = new Parts();
  });
  afterEach(async () => {
    await api?.stop();
    api = undefined;
  });

  it("cache away: from the table", async () => {
    api = await start(parts);
    parts.faults.cache = { error: new Error("connection refused") };
    assert.deepEqual(await api.user("ada"), { source: "table", fallback: "none", items: LIST });
    assert.ok(api.failures.includes("cache"));
  });

  it("cache slow: from the table, and after some calls it is not waited for", async () => {
    api = await start(parts);
    parts.faults.cache = { delayMs: 400 };
    for (let call = 0; call < 6; call += 1) assert.equal((await api.user("ada")).source, "table");
    const asked = parts.calls.cache;
    const started = performance.now();
    await api.user("ada");
    assert.equal(parts.calls.cache, asked);
    assert.ok(performance.now() - started < 300);
  });

  it("table throttled: cached lists go on, others come live, the rest is popular; and it is not hammered", async () => {
    api = await start(parts, { versionTtlMs: 0, breakerMs: 60_000 });
    await api.user("ada");
    await sleep(5);
    parts.faults.table = { error: THROTTLED };
    assert.deepEqual(await api.user("ada"), { source: "cache", fallback: "none", items: LIST });
    assert.deepEqual(await api.user("cy"), { source: "endpoint", fallback: "endpoint", items: LIVE });
    assert.deepEqual(await api.user("eve"), { source: "popular", fallback: "popular", items: POPULAR });
    for (let call = 0; call < 10; call += 1) await api.user(`user-${call}`);
    const asked = parts.calls.table;
    for (let call = 0; call < 10; call += 1) await api.user(`other-${call}`);
    assert.equal(parts.calls.table, asked);
  });

  it("table slow: live within the deadline", async () => {
    api = await start(parts);
    await api.user("eve");
    parts.faults.table = { delayMs: 2_000 };
    assert.deepEqual(await api.user("cy"), { source: "endpoint", fallback: "endpoint", items: LIVE });
  });

  it("table and endpoint away before anything was read: an empty list, stated as such", async () => {
    parts.faults.table = { error: THROTTLED };
    parts.faults.endpoint = { error: ENDPOINT_DOWN };
    api = await start(parts);
    assert.deepEqual(await api.user("ada"), { source: "popular", fallback: "empty", items: [] });
    assert.equal((await fetch(`${api.url}/readyz`)).status, 503);
    assert.equal((await fetch(`${api.url}/livez`)).status, 200);
  });

  for (const [what, fault] of [
    ["answers 5xx", { error: ENDPOINT_DOWN }],
    ["is slow", { delayMs: 2_000 }],
  ] as const) {
    it(`endpoint ${what}: the table's list for a variant that is served live, popular items, the caller's order`, async () => {
      const variants = [
        { name: "champion", weight: 0 },
        { name: "challenger", weight: 1 },
      ];
      api = await start(parts, { variants });
      assert.deepEqual(await api.user("ada"), { source: "endpoint", fallback: "none", items: LIVE });
      parts.known.clear();
      parts.known.add("bo");
      parts.faults.endpoint = fault;
      assert.deepEqual(await api.user("bo"), { source: "table", fallback: "previous", items: LIST });
      const similar = await api.ask("/v1/items/lamp/similar");
      assert.deepEqual([similar.fallback, similar.items], ["popular", POPULAR]);
      const body = JSON.stringify({ items: ["b", "a"] });
      const ranked = await api.ask("/v1/users/ada/rerank", {
        method: "POST",
        body,
        headers: { "content-type": "application/json" },
      });
      assert.deepEqual(
        [ranked.source, ranked.fallback, ranked.items.map(({ item_id }) => item_id)],
        ["request", "order", ["b", "a"]],
      );
    });
  }

  it("a list that is due is shown at once and read again behind the answer, once", async () => {
    let time = 0;
    api = await start(parts, { now: () => time, ttlMs: 1_000, staleMs: 9_000, random: () => 0, versionTtlMs: 60_000 });
    await api.user("ada");
    time = 1_000;
    parts.rows.set("ada/v2", LIVE);
    parts.faults.table = { delayMs: 20 };
    const asked = parts.calls.table;
    const both = await Promise.all([api.user("ada"), api.user("ada")]);
    for (const found of both) assert.deepEqual(found, { source: "cache", fallback: "stale", items: LIST });
    await sleep(60);
    assert.equal(parts.calls.table, asked + 1);
    assert.deepEqual(await api.user("ada"), { source: "cache", fallback: "none", items: LIVE });
  });

  it("callers who want the same list share one look-up", async () => {
    api = await start(parts);
    parts.faults.table = { delayMs: 20 };
    const { user } = api;
    await Promise.all(Array.from({ length: 40 }, () => user("ada")));
    // The version, the popular lists of region and zone, the new items, and ada's list.
    assert.ok(parts.calls.table <= 5, `${parts.calls.table} reads`);
  });

  it("too many look-ups at once: popular items at once, instead of a queue", async () => {
    api = await start(parts, { maxLookups: 4 });
    await api.user("eve");
    parts.faults.table = { delayMs: 50 };
    const { user } = api;
    const found = await Promise.all(Array.from({ length: 20 }, (_, n) => user(`user-${n}`)));
    assert.equal(found.filter(({ source }) => source === "popular").length, 20);
    assert.ok(parts.calls.table < 20);
  });

  it("too many requests at once: 503 with Retry-After, while probes are still answered", async () => {
    api = await start(parts, {}, { maxRequests: 2 });
    await api.user("eve");
    parts.faults.table = { delayMs: 80 };
    const { url } = api;
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => fetch(`${url}/v1/users/user-${n}/recommendations`)),
    );
    const shed = answers.filter(({ status }) => status === 503);
    assert.ok(shed.length > 0 && shed.length < 12, `${shed.length} shed`);
    assert.ok(shed.every(({ headers }) => headers.get("retry-after") === "1"));
    const waiting = [1, 2].map((n) => fetch(`${url}/v1/users/slow-${n}/recommendations`));
    await sleep(20);
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    await Promise.all(waiting);
  });

  it("stopping: not ready, requests under way are answered, and connections are not kept", async () => {
    api = await start(parts);
    await api.user("eve");
    parts.faults.table = { delayMs: 60 };
    const { url, server } = api;
    const underWay = fetch(`${url}/v1/users/ada/recommendations`);
    await sleep(20);
    beginDraining(server);
    assert.equal((await fetch(`${url}/readyz`)).status, 503);
    const stopped = drain(server, 1_000);
    const answer = await underWay;
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("connection"), "close");
    await stopped;
    await assert.rejects(fetch(`${url}/livez`));
    api = undefined;
  });

  it("an answer is given again as it is for a moment, from this process's memory, and not after it", async () => {
    let time = 0;
    api = await start(parts, {}, { atHandMs: 1_000, now: () => time });
    assert.equal((await api.user("ada")).source, "table");
    const asked = { ...parts.calls };
    assert.deepEqual(await api.user("ada"), { source: "cache", fallback: "none", items: LIST });
    assert.deepEqual(parts.calls, asked);
    time = 1_000;
    await api.user("ada");
    assert.equal(parts.calls.cache, asked.cache + 1);
  });

  it("a caller who hangs up in the middle of a body does no harm", async () => {
    api = await start(parts);
    const { url } = api;
    await new Promise<void>((resolve) => {
      const sent = request(`${url}/v1/users/ada/rerank`, { method: "POST", headers: { "content-length": 100 } });
      sent.once("error", () => {
        resolve();
      });
      sent.write('{"items":');
      setTimeout(() => sent.destroy(), 20);
    });
    await sleep(20);
    await api.user("ada");
  });
});

describe("a circuit breaker", () => {
  it("opens after failures in a row, lets one trial through after a while, and closes by its success", async () => {
    let time = 0;
    const breaker = new Breaker({ failures: 3, openMs: 100, now: () => time, random: () => 0 });
    const fail = () => breaker.run(() => Promise.reject(new Error("away")));
    const work = () => breaker.run(() => Promise.resolve("done"));
    await assert.rejects(fail(), /away/);
    await work();
    for (let call = 0; call < 3; call += 1) await assert.rejects(fail(), /away/);
    await assert.rejects(work(), BreakerOpenError);
    time = 100;
    let release: (value: string) => void = () => undefined;
    const trial = breaker.run(() => new Promise<string>((resolve) => (release = resolve)));
    await assert.rejects(work(), BreakerOpenError);
    release("back");
    assert.equal(await trial, "back");
    assert.equal(await work(), "done");
  });

  it("opens again when the trial fails", async () => {
    let time = 0;
    const breaker = new Breaker({ failures: 1, openMs: 100, now: () => time, random: () => 0 });
    const fail = () => breaker.run(() => Promise.reject(new Error("away")));
    await assert.rejects(fail(), /away/);
    time = 100;
    await assert.rejects(fail(), /away/);
    time = 150;
    await assert.rejects(fail(), BreakerOpenError);
  });
});
