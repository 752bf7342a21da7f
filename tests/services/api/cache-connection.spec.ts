import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { connectCache, type CacheConnection, type CacheSettings } from "../../../services/api/cache-connection";
import { cacheToken } from "../../../services/api/cache-token";
import { createRecommender } from "../../../services/api/recommend";
import { selfSigned } from "./certificate";
import { LIST, Parts } from "./parts";
import { startValkey, type FakeValkey, type FakeValkeyOptions } from "./valkey";

const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
const WHO = { region: "us-east-1", cacheName: "meridian-test-cache", userName: "meridian-test-api" };
const NOW = new Date("2026-03-01T00:00:00Z");

describe("the cache's client", () => {
  let valkey: FakeValkey | undefined;
  let connection: CacheConnection | undefined;
  afterEach(async () => {
    connection?.close();
    await valkey?.stop();
    connection = valkey = undefined;
  });

  async function open(options: FakeValkeyOptions = {}, settings: Partial<CacheSettings> = {}) {
    valkey = await startValkey(options);
    connection = await connectCache({ host: "127.0.0.1", port: valkey.port, tls: false, now: () => NOW, ...settings });
    return { valkey, connection };
  }

  /** Waits until the cache answers. */
  async function answering(cache: CacheConnection): Promise<void> {
    for (let left = 100; ; left -= 1) {
      try {
        await cache.get("rec:nothing");
        return;
      } catch (error) {
        if (left === 0) throw error;
        await sleep(20);
      }
    }
  }

  for (const cluster of [true, false]) {
    it(`reads and writes ${cluster ? "a sharded cache" : "a single node"}, with nothing that its user may not do`, async () => {
      const { valkey: server, connection: cache } = await open({}, { cluster });
      await answering(cache);
      assert.equal(await cache.get("rec:a"), undefined);
      await cache.set("rec:a", '{"x":1}', 1234.4);
      assert.equal(await cache.get("rec:a"), '{"x":1}');
      assert.equal(server.store.get("rec:a")?.ttlMs, 1234);
      const names = new Set(
        server.commands.map(([word = "", next = ""]) => (word === "CLUSTER" ? `${word} ${next}` : word)),
      );
      for (const name of names) assert.match(name, /^(GET|SET|PING|QUIT|READONLY|CLIENT|CLUSTER SLOTS)$/i);
    });
  }

  it("asks a single node for all keys of a moment at once, and for each alone in a sharded one", async () => {
    for (const [cluster, word, times] of [
      [false, "MGET", 3],
      [true, "GET", 600],
    ] as const) {
      const { valkey: server, connection: cache } = await open({}, { cluster });
      await answering(cache);
      for (let at = 0; at < 600; at += 2) await cache.set(`rec:${at}`, `v${at}`, 1000);
      server.commands.length = 0;
      const found = await Promise.all(Array.from({ length: 600 }, (_, at) => cache.get(`rec:${at}`)));
      assert.deepEqual(
        found,
        Array.from({ length: 600 }, (_, at) => (at % 2 === 0 ? `v${at}` : undefined)),
      );
      assert.equal(server.commands.filter(([name]) => name === word).length, times);
      assert.equal(server.commands.length, times);
      connection?.close();
      await valkey?.stop();
    }
  });

  it("tells everybody who asked together that the cache is away", async () => {
    const { valkey: server, connection: cache } = await open({}, { cluster: false });
    await answering(cache);
    server.cut();
    const found = await Promise.allSettled(Array.from({ length: 5 }, (_, at) => cache.get(`rec:${at}`)));
    assert.deepEqual(
      found.map(({ status }) => status),
      Array.from({ length: 5 }, () => "rejected"),
    );
  });

  it("comes in over TLS as the IAM user, by a token that it makes itself", async () => {
    const certificate = selfSigned();
    const wanted = await cacheToken(WHO, CREDENTIALS, NOW);
    const seen: string[][] = [];
    const { connection: cache } = await open(
      {
        tls: certificate,
        allows: (user, password) => {
          seen.push([user, password]);
          return user === WHO.userName && password === wanted;
        },
      },
      { tls: { ca: certificate.cert }, identity: { ...WHO, credentials: () => Promise.resolve(CREDENTIALS) } },
    );
    await answering(cache);
    assert.ok(seen.length > 0 && seen.every(([user]) => user === WHO.userName));
    assert.match(
      wanted,
      /^meridian-test-cache\/\?Action=connect&User=meridian-test-api&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260301%2Fus-east-1%2Felasticache%2Faws4_request&X-Amz-Date=20260301T000000Z&X-Amz-Expires=900&X-Amz-Security-Token=token&X-Amz-Signature=e05b7496505922114d99c540b4c8f14042986be93a86ea7745edcbc599095f8d&X-Amz-SignedHeaders=host$/,
    );
  });

  it("does not trust a certificate that nobody vouches for", async () => {
    const errors: unknown[] = [];
    const { connection: cache } = await open(
      { tls: selfSigned() },
      { tls: {}, onError: (error) => errors.push(error) },
    );
    await sleep(150);
    await assert.rejects(cache.get("rec:a"));
    assert.ok(errors.length > 0);
  });

  it("fails at once while the cache is away, and is there again when it comes back", async () => {
    const { valkey: server, connection: cache } = await open();
    await answering(cache);
    await cache.set("rec:a", "x", 60_000);
    await server.stop();
    await sleep(20);
    const started = performance.now();
    await assert.rejects(cache.get("rec:a"));
    assert.ok(performance.now() - started < 1_000);
    valkey = await startValkey({ port: server.port });
    await answering(cache);
    assert.equal(await cache.get("rec:a"), undefined);
  });

  it("costs an answer nothing but time when it hangs: the API passes it over", async () => {
    const { valkey: server, connection: cache } = await open();
    await answering(cache);
    const parts = new Parts();
    const recommender = createRecommender(parts.deps({ cache }));
    assert.equal((await recommender.recommend("ada")).source, "table");
    await sleep(20);
    assert.equal((await recommender.recommend("ada")).source, "cache");
    assert.ok([...server.store.keys()].every((key) => key.startsWith("rec:")));
    server.answers = false;
    const started = performance.now();
    const { source, items } = await recommender.recommend("ada");
    assert.deepEqual([source, items], ["table", LIST]);
    assert.ok(performance.now() - started < 400);
  });
});
