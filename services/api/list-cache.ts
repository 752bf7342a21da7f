import type { ScoredItem } from "../../contracts/tables/records";
import type { CacheClient } from "./cache";

/** Prefix of all keys: the API's user in the cache may touch no others (components/cache). */
const KEY_PREFIX = "rec:";

/** A cached list and whether it is due to be read again. */
export interface CachedList {
  readonly items: readonly ScoredItem[];
  readonly stale: boolean;
}

/**
 * A list as it is stored. Scores are one text, eight bytes each: as numbers they are most of what a list costs to write
 * and to read, and of what it takes up.
 */
interface Entry {
  /** When it was written, milliseconds since 1970. */
  readonly at: number;
  readonly ids: readonly string[];
  /** IEEE 754 doubles, little-endian, as base64. */
  readonly scores: string;
}

const SCORE_BYTES = Float64Array.BYTES_PER_ELEMENT;

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
    const entry = parsed(text);
    const items = entry === undefined ? undefined : itemsOf(entry);
    if (entry === undefined || items === undefined) return undefined;
    const { at } = entry;
    return { items, stale: this.options.now() - at >= this.options.freshMs };
  }

  /** Times to live differ by up to a fifth, so that lists written at once do not all go at once. */
  async set(key: string, items: readonly ScoredItem[]): Promise<void> {
    const { freshMs, staleMs, now, random } = this.options;
    const cut = 1 - 0.2 * random();
    // The age that makes it stale is cut as well: it is written as if it were a little older.
    const at = now() - freshMs * (1 - cut);
    await this.cache.set(`${KEY_PREFIX}${key}`, JSON.stringify(entryOf(at, items)), (freshMs + staleMs) * cut);
  }
}

function entryOf(at: number, items: readonly ScoredItem[]): Entry {
  const scores = Buffer.allocUnsafe(items.length * SCORE_BYTES);
  items.forEach(({ score }, place) => scores.writeDoubleLE(score, place * SCORE_BYTES));
  return { at, ids: items.map(({ item_id }) => item_id), scores: scores.toString("base64") };
}

/** `undefined` where the scores are not as many as the items. */
function itemsOf({ ids, scores }: Entry): ScoredItem[] | undefined {
  const bytes = Buffer.from(scores, "base64");
  if (bytes.length !== ids.length * SCORE_BYTES) return undefined;
  return ids.map((item_id, place) => ({ item_id, score: bytes.readDoubleLE(place * SCORE_BYTES) }));
}

/** Looked at by hand: a schema library takes longer for a list than all else that a hit costs. */
function parsed(text: string): Entry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isEntry(value) ? value : undefined;
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { at, ids, scores } = value as Partial<Record<keyof Entry, unknown>>;
  return (
    typeof at === "number" &&
    typeof scores === "string" &&
    Array.isArray(ids) &&
    ids.every((id: unknown) => typeof id === "string")
  );
}
