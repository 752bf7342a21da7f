import { z } from "zod";
import type { ScoredItem } from "../../tables/workload/records";
import type { CacheClient } from "./cache";

/** Prefix of all keys: the API's user in the cache may touch no others (components/cache). */
const KEY_PREFIX = "rec:";

/** A cached list and whether it is due to be read again. */
export interface CachedList {
  readonly items: readonly ScoredItem[];
  readonly stale: boolean;
}

const entrySchema = z.object({
  /** When it was written, milliseconds since 1970. */
  at: z.number(),
  items: z.array(z.object({ item_id: z.string(), score: z.number() })),
});

/** Lists in a cache. Each is fresh for a while, then still good enough to be shown while it is read again. */
export class ListCache {
  constructor(
    private readonly cache: CacheClient,
    private readonly options: {
      /** Milliseconds. */
      readonly freshMs: number;
      readonly staleMs: number;
      readonly now: () => number;
      readonly random: () => number;
    },
  ) {}

  /** `undefined` where there is none, or none that can be read. @throws what the cache throws. */
  async get(key: string): Promise<CachedList | undefined> {
    const text = await this.cache.get(`${KEY_PREFIX}${key}`);
    if (text === undefined) return undefined;
    const entry = entrySchema.safeParse(parsed(text));
    if (!entry.success) return undefined;
    const { at, items } = entry.data;
    return { items, stale: this.options.now() - at >= this.options.freshMs };
  }

  /** Times to live differ by up to a fifth, so that lists written at once do not all go at once. */
  async set(key: string, items: readonly ScoredItem[]): Promise<void> {
    const { freshMs, staleMs, now, random } = this.options;
    const cut = 1 - 0.2 * random();
    // The age that makes it stale is cut as well: it is written as if it were a little older.
    const at = now() - freshMs * (1 - cut);
    await this.cache.set(`${KEY_PREFIX}${key}`, JSON.stringify({ at, items }), (freshMs + staleMs) * cut);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
