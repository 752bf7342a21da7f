import type { Redis } from "ioredis";
import { LRUCache } from "lru-cache";

/** A cache of texts. A cache that is away must cost time, never answers: the API treats its errors as misses. */
export interface CacheClient {
  get(key: string): Promise<string | undefined>;
  /** @param ttlMs time to live, milliseconds. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
}

/** In this process: the local cloud, tests, and a small layer in front of a remote cache. */
export function memoryCache(maxEntries: number): CacheClient {
  const entries = new LRUCache<string, string>({ max: maxEntries });
  return {
    get: (key) => Promise.resolve(entries.get(key)),
    set: (key, value, ttlMs) => {
      entries.set(key, value, { ttl: ttlMs });
      return Promise.resolve();
    },
  };
}

/** Redis or Valkey in cluster mode, e.g. ElastiCache: keys of several slots cannot be asked for in one command. */
export function redisCache(redis: Pick<Redis, "get" | "set">): CacheClient {
  return {
    get: async (key) => (await redis.get(key)) ?? undefined,
    set: async (key, value, ttlMs) => {
      await redis.set(key, value, "PX", Math.max(1, Math.round(ttlMs)));
    },
  };
}

/** Keys in one MGET at most, so that one answer does not hold up those behind it. */
const MOST_TOGETHER = 256;

/** Keys that go out together, and what comes back. */
interface Batch {
  readonly keys: string[];
  readonly values: Promise<readonly (string | null)[]>;
}

/**
 * A single Redis or Valkey: what is asked for in one turn of the event loop goes out as one MGET, for about a quarter of the
 * processor time that as many GETs take.
 */
export function gatheringCache(redis: Pick<Redis, "get" | "set" | "mget">): CacheClient {
  let batch: Batch | undefined;
  const gather = (): Batch => {
    const keys: string[] = [];
    const values = new Promise<readonly (string | null)[]>((resolve, reject) => {
      // After what has arrived in this turn has been read.
      setImmediate(() => {
        batch = undefined;
        const [only] = keys;
        const answer =
          keys.length === 1 && only !== undefined ? redis.get(only).then((one) => [one]) : redis.mget(keys);
        answer.then(resolve, reject);
      });
    });
    return { keys, values };
  };
  return {
    get: (key) => {
      if (batch === undefined || batch.keys.length === MOST_TOGETHER) batch = gather();
      const at = batch.keys.push(key) - 1;
      return batch.values.then((values) => values[at] ?? undefined);
    },
    set: (key, value, ttlMs) => redisCache(redis).set(key, value, ttlMs),
  };
}
