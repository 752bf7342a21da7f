import { spawnSync } from "node:child_process";
import { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import { gatheringCache, redisCache, type CacheClient } from "../services/api/cache";
import { median, report, type Figure } from "./kit/figures";
import { redisPrograms, startRedis } from "./kit/redis";

const ROUNDS = 7;
/** Keys, bytes of a value (a list as it is answered), reads of a round, and how many wait at once: as many look-ups as the API has. */
const KEYS = 20_000;
const VALUE_BYTES = 570;
const READS = 200_000;
const TOGETHER = 512;
/** Reads of a round from this process's memory. */
const LOOKS = 500_000;

/**
 * What a read costs: our client of a real server beside that server's own benchmark (16 commands in flight on each of 50
 * connections), by time; and the memory of this process beside a Map. Rounds are interleaved, two are not counted.
 */
async function main(): Promise<void> {
  report(memory());
  const programs = redisPrograms();
  const { port, child } = await startRedis(programs);
  const redis = new Redis(port, "127.0.0.1");
  try {
    const value = "x".repeat(VALUE_BYTES);
    // As redis-benchmark names its own keys.
    const names = Array.from({ length: KEYS }, (_, at) => `key:${String(at).padStart(12, "0")}`);
    await Promise.all(names.map((name) => redis.set(name, value)));
    const benchmark = (): number => {
      const args = ["-p", String(port), "-P", "16", "-c", "50", "-t", "get", "-n", String(READS * 2)];
      const { stdout } = spawnSync(programs.benchmark, [...args, "-r", String(KEYS), "--csv"], {
        env: programs.env,
        encoding: "utf8",
      });
      return Number(/"GET","([\d.]+)"/.exec(stdout)?.[1]);
    };
    const rates = { gathering: [] as number[], single: [] as number[], benchmark: [] as number[] };
    for (let round = -2; round < ROUNDS; round += 1) {
      const figures = {
        gathering: await read(gatheringCache(redis), names),
        single: await read(redisCache(redis), names),
        benchmark: benchmark(),
      };
      if (round < 0) continue;
      for (const kind of ["gathering", "single", "benchmark"] as const) rates[kind].push(figures[kind]);
    }
    const most = median(rates.benchmark);
    const row = (what: string, rate: number): Figure => ({
      what: `${what}, ${TOGETHER} readers, values of ${VALUE_BYTES} B (${Math.round(rate / 1000)} k keys/s)`,
      value: rate / most,
      unit: "x",
      peer: `redis-benchmark -P 16 GET ${Math.round(most / 1000)} k keys/s`,
      rounds: ROUNDS,
    });
    report([
      { ...row("cache client of a single node, by MGET", median(rates.gathering)), goal: { least: 0.75 } },
      row("cache client of a sharded cache, by GET", median(rates.single)),
    ]);
  } finally {
    redis.disconnect();
    child.kill();
  }
}

/** Keys per second of so many readers, each of which asks for its next key when it has one. */
async function read(cache: CacheClient, names: readonly string[]): Promise<number> {
  let left = READS;
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: TOGETHER }, async () => {
      while ((left -= 1) >= 0) {
        next = (next + 7919) % names.length;
        const found = await cache.get(names[next] ?? "");
        if (found?.length !== VALUE_BYTES) throw new Error("want what was written");
      }
    }),
  );
  return READS / ((performance.now() - started) / 1000);
}

function memory(): Figure[] {
  const names = Array.from({ length: KEYS }, (_, at) => `/v1/users/u${at}/recommendations`);
  // A few users are asked for often, most seldom.
  const order = Array.from({ length: LOOKS }, (_, at) => names[Math.floor(((at * 0.618034) % 1) ** 2 * KEYS)] ?? "");
  const map = new Map(names.map((name) => [name, { name }]));
  const lru = new LRUCache<string, { name: string }>({ max: KEYS });
  const timed = new LRUCache<string, { name: string }>({ max: KEYS });
  for (const name of names) {
    lru.set(name, { name });
    timed.set(name, { name }, { ttl: 600_000 });
  }
  const ways = {
    map: (name: string) => map.get(name),
    lru: (name: string) => lru.get(name),
    timed: (name: string) => timed.get(name),
  };
  const kinds = Object.keys(ways) as (keyof typeof ways)[];
  const times = new Map<keyof typeof ways, number[]>(kinds.map((kind) => [kind, []]));
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const kind of kinds) {
      const look = ways[kind];
      const started = performance.now();
      let found = 0;
      for (const name of order) if (look(name) !== undefined) found += 1;
      const ns = ((performance.now() - started) * 1e6) / order.length;
      if (found !== order.length) throw new Error("want what was written");
      if (round >= 0) times.get(kind)?.push(ns);
    }
  }
  const of = (kind: keyof typeof ways): number => median(times.get(kind) ?? []);
  const peer = `Map ${of("map").toFixed(0)} ns`;
  const row = (what: string, kind: keyof typeof ways): Figure => ({
    what: `${what} (${of(kind).toFixed(0)} ns)`,
    value: of(kind) / of("map"),
    unit: "x",
    peer,
    rounds: ROUNDS,
  });
  return [
    { ...row("hit in the process's LRU, as answers at hand are kept", "lru"), goal: { most: 1.5 } },
    row("hit in the process's LRU with times to live, as lists are kept without a cache", "timed"),
  ];
}

void main();
