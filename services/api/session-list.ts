import type { ScoredItem } from "../../contracts/tables/records";

/** Of an earlier place a list is worth so much less: the constant of the method's authors. */
const FUSION_K = 60;

/** The last items of a session that a list is made by: taste of the moment, at most so many look-ups. */
export const SESSION_ITEMS = 3;

/**
 * One list of several by reciprocal rank fusion, which needs no scores that can be compared: an item's score is the sum of
 * 1 / (60 + place) over the lists that have it. G. Cormack, C. Clarke, S. Büttcher, SIGIR 2009.
 * @param without items that are left out.
 */
export function fused(lists: readonly (readonly ScoredItem[])[], without: ReadonlySet<string>): ScoredItem[] {
  const scores = new Map<string, number>();
  for (const list of lists) {
    let place = 0;
    for (const { item_id } of list) {
      if (without.has(item_id)) continue;
      place += 1;
      scores.set(item_id, (scores.get(item_id) ?? 0) + 1 / (FUSION_K + place));
    }
  }
  return [...scores].map(([item_id, score]) => ({ item_id, score })).sort((a, b) => b.score - a.score);
}
