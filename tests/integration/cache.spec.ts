import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { API_ACCESS } from "../../components/cache/cache";
import { connectCache, type CacheConnection } from "../../services/api/cache-connection";
import { cacheToken } from "../../services/api/cache-token";
import { ListCache } from "../../services/api/list-cache";
import { startRedis, type RedisProcess } from "../kit/redis";

const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const WHO = { region: "us-east-1", cacheName: "meridian-test-cache", userName: "meridian-test-api" };
const NOW = new Date("2026-03-01T00:00:00Z");

/** What the API does with its cache, on a server that is no fake: its protocol, its clock, its access lists. */
describe("the API's cache on a real server", function () {
  let folder = "";
  let server: RedisProcess | undefined;
  let cache: CacheConnection | undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "redis-"));
  });
  afterEach(async () => {
    cache?.close();
    await server?.stop();
    cache = server = undefined;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Waits until the cache answers. */
  async function answering(connection: CacheConnection): Promise<void> {
    for (let left = 200; ; left -= 1) {
      try {
        await connection.get("rec:nothing");
        return;
      } catch (error) {
        if (left === 0) throw error;
        await sleep(20);
      }
    }
  }

  it("keeps lists on a single node until their time is over, and many are read at once", async () => {
    server = await startRedis({ folder });
    cache = await connectCache({ host: "127.0.0.1", port: server.port, cluster: false, tls: false });
    await answering(cache);
    const lists = new ListCache(cache, { freshMs: 200, staleMs: 200, now: Date.now, random: () => 0 });
    const items = Array.from({ length: 100 }, (_, place) => ({ item_id: `item-${place} é`, score: 1 / (place + 3) }));
    await Promise.all(Array.from({ length: 300 }, (_, user) => lists.set(`user/${user}`, items)));
    const found = await Promise.all(Array.from({ length: 301 }, (_, user) => lists.get(`user/${user}`)));
    assert.deepEqual(found[299], { items, stale: false });
    assert.equal(found.filter((list) => list !== undefined).length, 300);
    assert.equal(found[300], undefined);
    const commands = String(await server.admin.call("INFO", "commandstats"));
    assert.match(commands, /cmdstat_mget:calls=2,/);
    await sleep(500);
    assert.equal(await lists.get("user/1"), undefined);
  });

  it("serves the API's user in a sharded cache, by its token and its access list, and nothing beyond", async () => {
    server = await startRedis({ folder, cluster: true });
    const token = await cacheToken(WHO, CREDENTIALS, NOW);
    await server.admin.call("ACL", "SETUSER", WHO.userName, ...API_ACCESS.split(" "), `>${token}`);
    cache = await connectCache({
      host: "127.0.0.1",
      port: server.port,
      tls: false,
      identity: { ...WHO, credentials: () => Promise.resolve(CREDENTIALS) },
      now: () => NOW,
    });
    await answering(cache);
    await cache.set("rec:a", "1", 60_000);
    await cache.set("rec:b", "2", 60_000);
    assert.equal(await cache.get("rec:a"), "1");
    assert.equal(await cache.get("rec:b"), "2");
    assert.equal(await cache.get("rec:c"), undefined);
    await assert.rejects(cache.get("session:a"), /NOPERM/);
    await assert.rejects(cache.set("session:a", "1", 1000), /NOPERM/);
  });

  it("fails at once while the server is away, and is there again when it comes back", async () => {
    server = await startRedis({ folder });
    const { port } = server;
    cache = await connectCache({ host: "127.0.0.1", port, cluster: false, tls: false });
    await answering(cache);
    await server.stop();
    await assert.rejects(cache.get("rec:a"));
    server = await startRedis({ folder, port });
    await answering(cache);
    assert.equal(await cache.get("rec:a"), undefined);
  });
});
