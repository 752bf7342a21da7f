import { ItemMatrix } from "../kit/model/kernel/item-matrix";
import { TopK, type Ranking } from "../kit/model/top-k";

/**
 * Items of the first parts, below which the start of a search costs more than its rows; each later one holds a part of all
 * before it, so that little more is searched than must be.
 */
const LEAST_ITEMS = 4096;
const GROWTH = 0.5;

/** By how much a computed product may pass the product of the lengths: rounding of some hundred sums of 32-bit numbers. */
const ROUNDING = 1 + 1e-4;

interface Part {
  /** The longest of its items' factors. */
  readonly length: number;
  /** Items by their index in all, rising. */
  readonly items: Uint32Array;
  readonly search: TopK;
}

/**
 * Exact top-K over items in parts by the length of their factors, longest first. No product is larger than the product of
 * the lengths, so that the parts whose longest item cannot reach the worst of the K best so far are never looked at: with
 * models whose popular items are long, as they are, most of the catalogue. The lists are those of one search over all
 * items, ties by index included. Not re-entrant.
 */
export class LengthOrdered {
  private readonly parts: readonly Part[];
  /** Part of each item, and its index there. */
  private readonly partOf: Uint16Array;
  private readonly placeOf: Uint32Array;
  /** Parts that the last search looked at. */
  looked = 0;

  /**
   * @param factors row-major. @param maxK the longest list that will be asked for.
   * @param leastItems of a part. @default 4096
   */
  constructor(factors: Float32Array, width: number, maxK: number, leastItems = LEAST_ITEMS) {
    const count = factors.length / width;
    const lengths = Float64Array.from({ length: count }, (_, item) => lengthOf(factors, item * width, width));
    const order = Uint32Array.from({ length: count }, (_, item) => item).sort(
      (a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b,
    );
    this.partOf = new Uint16Array(count);
    this.placeOf = new Uint32Array(count);
    const parts: Part[] = [];
    for (let from = 0; from < count;) {
      const items = order.slice(from, from + Math.max(leastItems, Math.floor(from * GROWTH))).sort();
      const rows = new Float32Array(items.length * width);
      for (const [place, item] of items.entries()) {
        rows.set(factors.subarray(item * width, (item + 1) * width), place * width);
        this.partOf[item] = parts.length;
        this.placeOf[item] = place;
      }
      const length = lengths[order[from] ?? 0] ?? 0;
      parts.push({ length, items, search: new TopK(ItemMatrix.of(rows, width), maxK) });
      from += items.length;
    }
    this.parts = parts;
  }

  /** The best `k` items for a user's factors, without those excluded. */
  search(user: Float32Array, k: number, excluded: Uint32Array): Ranking {
    const length = lengthOf(user, 0, user.length) * ROUNDING;
    let best: Ranking = { indices: new Uint32Array(), scores: new Float32Array() };
    this.looked = 0;
    for (const [index, part] of this.parts.entries()) {
      // An item with the same score as the worst may still come before it.
      if (best.scores.length === k && (best.scores[k - 1] ?? 0) > length * part.length) break;
      const found = part.search.search(user, k, { excluded: this.within(index, excluded) });
      best = merge(best, found, part.items, k);
      this.looked += 1;
    }
    return best;
  }

  private within(part: number, items: Uint32Array): number[] {
    const found: number[] = [];
    for (const item of items) if (this.partOf[item] === part) found.push(this.placeOf[item] ?? 0);
    return found;
  }
}

/** The best `k` of two rankings, the second of which counts its items within a part. */
function merge(best: Ranking, found: Ranking, items: Uint32Array, k: number): Ranking {
  const size = Math.min(k, best.indices.length + found.indices.length);
  const indices = new Uint32Array(size);
  const scores = new Float32Array(size);
  for (let at = 0, one = 0, other = 0; at < size; at += 1) {
    const left = one < best.indices.length ? (best.scores[one] ?? 0) : -Infinity;
    const right = other < found.indices.length ? (found.scores[other] ?? 0) : -Infinity;
    const leftItem = best.indices[one] ?? Infinity;
    const rightItem = items[found.indices[other] ?? items.length] ?? Infinity;
    const first = left > right || (left === right && leftItem < rightItem);
    indices[at] = first ? leftItem : rightItem;
    scores[at] = first ? left : right;
    if (first) one += 1;
    else other += 1;
  }
  return { indices, scores };
}

function lengthOf(factors: Float32Array, at: number, width: number): number {
  let sum = 0;
  for (let f = at; f < at + width; f += 1) sum += (factors[f] ?? 0) ** 2;
  return Math.sqrt(sum);
}
