import { FRESH_KEY, POPULAR_KEY, popularKeyOf, type ScoredItem } from "../../contracts/tables/records";
import type { RecommendationTable } from "../kit/dynamodb/table-reader";

/** Lists for those whom no model knows, as last seen, and the model version that they came with. */
export interface ColdLists {
  /** What is popular, by the region's own list where there is one. */
  readonly popular: readonly ScoredItem[];
  /** The same with new items that do well between: what a user whom nobody knows gets. */
  readonly mixed: readonly ScoredItem[];
  /** What `mixed` is: `regional` and `popular` where there are no new items. */
  readonly level: "fresh" | "regional" | "popular";
  readonly version: string | null;
}

export const NO_COLD_LISTS: ColdLists = { popular: [], mixed: [], level: "popular", version: null };

/** Every fifth place is a new item's: enough to learn of it, few enough for the page to stay popular. */
const FRESH_EVERY = 5;

/** Reads a region's lists of one model version; `undefined` where there is none. @throws what the table throws. */
export async function coldLists(
  table: RecommendationTable,
  region: string,
  version: string,
  signal: AbortSignal,
): Promise<ColdLists | undefined> {
  const [regional, fresh] = await Promise.all([
    table.list(popularKeyOf(region), version, signal),
    table.list(FRESH_KEY, version, signal),
  ]);
  const near = regional !== undefined && regional.length > 0 ? regional : undefined;
  const popular = near ?? (await table.list(POPULAR_KEY, version, signal));
  if (popular === undefined) return undefined;
  const mixed = interleave(popular, fresh ?? []);
  const level = mixed === popular ? (near === undefined ? "popular" : "regional") : "fresh";
  return { popular, mixed, level, version };
}

/**
 * Popular items with a new one at each fifth place, each item once. A new item takes the score of the one that it is placed
 * before, since a share of views says nothing beside a popularity, and scores fall along a list.
 */
export function interleave(popular: readonly ScoredItem[], fresh: readonly ScoredItem[]): readonly ScoredItem[] {
  const known = new Set(popular.map(({ item_id }) => item_id));
  const left = fresh.filter(({ item_id }) => !known.has(item_id)).map(({ item_id }) => item_id);
  if (left.length === 0) return popular;
  const mixed: ScoredItem[] = [];
  const add = (score: number): void => {
    const item_id = left.shift();
    if (item_id !== undefined) mixed.push({ item_id, score });
  };
  for (const item of popular) {
    if (mixed.length % FRESH_EVERY === FRESH_EVERY - 1) add(item.score);
    mixed.push(item);
  }
  while (left.length > 0) add(popular.at(-1)?.score ?? 0);
  return mixed;
}
