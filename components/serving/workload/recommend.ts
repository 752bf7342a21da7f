import { POPULAR_KEY, type ScoredItem } from "../../tables/workload/records";
import type { CacheClient } from "./cache";
import type { PublishedModel, RecommendationTable } from "./table-reader";
import { assignVariant, type Variant } from "./variants";

/** Longest list that can be asked for. */
export const MAX_LIMIT = 100;
export const DEFAULT_LIMIT = 10;

/** Where an answer came from: each further one is a fallback. */
export type RecommendationSource = "cache" | "table" | "popular";

/** An answer of the recommendation API. */
export interface Recommendation {
  readonly userId: string;
  readonly items: readonly ScoredItem[];
  readonly source: RecommendationSource;
  readonly region: string;
  /** `null` when no model is published, or none could be asked for in time. */
  readonly modelVersion: string | null;
  readonly variant: string;
}

/** What the recommendation API stands on. */
export interface RecommendDeps {
  readonly region: string;
  readonly cache: CacheClient;
  readonly table: RecommendationTable;
  readonly variants: readonly Variant[];
  /** The user's pseudonym: the same function as the transform's. */
  readonly userKeyOf: (userId: string) => string;
  /** Longest wait for cache and table together, milliseconds. @default 150 */
  readonly deadlineMs?: number;
  /** How long a list stays in the cache, milliseconds; each by up to a fifth less, so that not all expire at once. @default 300000 */
  readonly ttlMs?: number;
  /** How long the published version is believed, milliseconds. @default 5000 */
  readonly versionTtlMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
  /** Told of every failed call behind an answer; the answer itself does not fail. */
  readonly onFailure?: (where: "cache" | "table", error: unknown) => void;
}

/** A recommender: holds the memory between calls (version, popular list, calls under way). */
export interface Recommender {
  readonly recommend: (userId: string, options?: { readonly limit?: number }) => Promise<Recommendation>;
  /** Whether a model can be read: what `/ready` answers. */
  readonly ready: () => Promise<boolean>;
}

interface Found {
  readonly items: readonly ScoredItem[];
  readonly source: RecommendationSource;
  readonly version: string | null;
}

/** Bad input of a caller, told in the caller's terms. */
export class BadRequestError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadRequestError";
  }
}

/** One recommendation without memory between calls: for a command line. */
export function recommend(
  deps: RecommendDeps,
  userId: string,
  options: { readonly limit?: number } = {},
): Promise<Recommendation> {
  return createRecommender(deps).recommend(userId, options);
}

/**
 * Cache, then table (the published version, else the one before), then popular items; within the deadline. Callers who
 * ask for one user at the same time share one read.
 */
export function createRecommender(deps: RecommendDeps): Recommender {
  const underWay = new Map<string, Promise<Found>>();
  const memory = createMemory(deps);
  const deadlineMs = deps.deadlineMs ?? 150;

  const find = async (userKey: string): Promise<Found> => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort(new Error(`no answer within ${deadlineMs} ms`));
    }, deadlineMs);
    try {
      return (await withDeadline(lookUp(deps, memory, userKey, abort.signal), abort.signal)) ?? memory.popular();
    } catch (error) {
      deps.onFailure?.("table", error);
      return memory.popular();
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    recommend: async (userId, { limit = DEFAULT_LIMIT } = {}) => {
      checkRequest(userId, limit);
      const userKey = deps.userKeyOf(userId);
      let found = underWay.get(userKey);
      if (found === undefined) {
        found = find(userKey).finally(() => underWay.delete(userKey));
        underWay.set(userKey, found);
      }
      const { items, source, version } = await found;
      return {
        userId,
        items: items.slice(0, limit),
        source,
        region: deps.region,
        modelVersion: version,
        variant: assignVariant(userKey, deps.variants),
      };
    },
    ready: async () => {
      try {
        return (await memory.published(AbortSignal.timeout(deadlineMs))) !== undefined;
      } catch (error) {
        deps.onFailure?.("table", error);
        return false;
      }
    },
  };
}

function checkRequest(userId: string, limit: number): void {
  if (userId === "" || userId.length > 256) throw new BadRequestError("user id: want 1 to 256 characters");
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new BadRequestError(`limit: want a whole number from 1 to ${MAX_LIMIT}, got ${limit}`);
  }
}

async function lookUp(
  deps: RecommendDeps,
  memory: Memory,
  userKey: string,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const published = await memory.published(signal);
  if (published === undefined) return undefined;
  const cacheKey = `recommendations/${published.current}/${userKey}`;
  const cached = await fromCache(deps, cacheKey);
  if (cached !== undefined) return { items: cached, source: "cache", version: published.current };
  for (const version of [published.current, published.previous]) {
    if (version === undefined) continue;
    const items = await deps.table.list(userKey, version, signal);
    if (items === undefined) continue;
    if (version === published.current) remember(deps, cacheKey, items);
    return { items, source: "table", version };
  }
  await memory.refreshPopular(published.current, signal);
  return undefined;
}

async function fromCache(deps: RecommendDeps, key: string): Promise<readonly ScoredItem[] | undefined> {
  try {
    const text = await deps.cache.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as ScoredItem[]);
  } catch (error) {
    deps.onFailure?.("cache", error);
    return undefined;
  }
}

/** Writes behind: the answer does not wait for it. */
function remember(deps: RecommendDeps, key: string, items: readonly ScoredItem[]): void {
  const jitter = 1 - 0.2 * (deps.random ?? Math.random)();
  deps.cache.set(key, JSON.stringify(items), (deps.ttlMs ?? 300_000) * jitter).catch((error: unknown) => {
    deps.onFailure?.("cache", error);
  });
}

interface Memory {
  published(signal: AbortSignal): Promise<PublishedModel | undefined>;
  refreshPopular(version: string, signal: AbortSignal): Promise<void>;
  popular(): Found;
}

/** The published version and the popular list as last seen: what answers when nothing else does. */
function createMemory(deps: RecommendDeps): Memory {
  const now = deps.now ?? Date.now;
  let version: { readonly value: PublishedModel | undefined; readonly until: number } | undefined;
  let reading: Promise<PublishedModel | undefined> | undefined;
  let popular: Found = { items: [], source: "popular", version: null };

  const refreshPopular = async (current: string, signal: AbortSignal): Promise<void> => {
    if (popular.version === current) return;
    const items = await deps.table.list(POPULAR_KEY, current, signal);
    if (items !== undefined) popular = { items, source: "popular", version: current };
  };
  const read = async (signal: AbortSignal): Promise<PublishedModel | undefined> => {
    const value = await deps.table.published(signal);
    version = { value, until: now() + (deps.versionTtlMs ?? 5000) };
    // While the table answers: the list must be at hand when it does not.
    if (value !== undefined) await refreshPopular(value.current, signal);
    return value;
  };
  return {
    published: (signal) => {
      if (version !== undefined && version.value !== undefined && now() < version.until) {
        return Promise.resolve(version.value);
      }
      reading ??= read(signal)
        .catch((error: unknown) => {
          // A version that was right a while ago beats none: its rows stay for days.
          if (version?.value === undefined) throw error;
          deps.onFailure?.("table", error);
          return version.value;
        })
        .finally(() => {
          reading = undefined;
        });
      return reading;
    },
    refreshPopular,
    popular: () => popular,
  };
}

function withDeadline<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", stop);
    });
  });
}
