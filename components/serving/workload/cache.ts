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

/** Redis or Valkey, e.g. ElastiCache. */
export function redisCache(redis: Pick<Redis, "get" | "set">): CacheClient {
  return {
    get: async (key) => (await redis.get(key)) ?? undefined,
    set: async (key, value, ttlMs) => {
      await redis.set(key, value, "PX", Math.max(1, Math.round(ttlMs)));
    },
  };
}
