import type { BloomFilter } from "./bloom/bloom";
import { Codes } from "./kernel/codes";
import { ItemGraph, type GraphOptions, type ItemList } from "./kernel/graph";
import { ItemMatrix } from "./kernel/item-matrix";

/** The K best of one scoring: indices and scores, best first. */
export interface Ranking {
  readonly indices: Uint32Array;
  readonly scores: Float32Array;
}

/** What is not to be found. Items that are not there are ignored. */
export interface SearchFilter {
  readonly excluded?: Iterable<number>;
  /** Given: only these are looked at. @default all */
  readonly only?: Iterable<number>;
  /** What the user has seen; also leaves out the few that the filter takes for seen. */
  readonly seen?: BloomFilter | undefined;
}

/**
 * Lengths of the list that a search of the graph keeps. What is wanted, with what the filters take from before it, must be in the
 * first quarter, or is looked for exactly: deeper down are items that few others lead to, and however long the list,
 * one in twenty would be missing. The first finds over .98 of the best 20 (bench/graph.ts).
 */
const GRAPH_EFFORTS = [128, 400] as const;
const GRAPH_PART = 4;

/** All rows of fewer items are in the processor's cache, where codes gain little. */
const CODES_FROM = 8192;

interface Region {
  readonly at: number;
  readonly words: number;
}

/** Beyond such a part of all items, those that are looked at alone are reached faster by passing over the others. */
const FEW = 0.5;

/** Memory that a search of so many items takes: their factors, codes, lengths, and bits to mask them; with a graph, its links. */
export function searchBytes(items: number, width: number, graph = false): number {
  const numbers = ItemMatrix.strideOf(width);
  const row = numbers * 4 + (items < CODES_FROM && !graph ? 0 : Codes.bytesOf(numbers) + 8) + 4 + 1 / 8;
  return Math.ceil(items * (row + (graph ? ItemGraph.bytesOf() : 0)));
}

/**
 * Exact top-K by inner product, by SIMD over blocks of items: most cost a comparison of the most that their score can be
 * with the worst of the K best so far, and only those that pass it are multiplied out and held to the filters. Equal
 * scores rank by index, so that a list never depends on the order in which it was searched. A score that is no number is
 * never found.
 */
export class TopK {
  private readonly scoresAt: number;
  private readonly itemsAt: number;
  private readonly queryAt: number;
  private readonly maskAt: number;
  private seen: Region = { at: 0, words: 0 };
  private list: Region = { at: 0, words: 0 };
  private codes: Codes | undefined;
  private graph: ItemGraph | undefined;
  private inverseLengthsAt = 0;

  /**
   * @param maxK the longest list that will be asked for.
   * @param codesFrom items from which on a search looks at eight-bit codes first: they take a quarter of the matrix's
   * memory beside it. @default 8192
   */
  constructor(
    readonly matrix: ItemMatrix,
    private readonly maxK: number,
    codesFrom = CODES_FROM,
  ) {
    this.scoresAt = matrix.reserve(maxK * 4);
    this.itemsAt = matrix.reserve(maxK * 4);
    this.queryAt = matrix.reserve(matrix.stride * 4);
    this.maskAt = matrix.reserve(Math.ceil(matrix.items / 32) * 4);
    matrix.kernel.setBest(this.scoresAt, this.itemsAt);
    this.codes = matrix.items >= codesFrom ? new Codes(matrix) : undefined;
  }

  /**
   * Makes a graph for searches that are to be fast rather than exact. Until all items are in it, searches are exact, as they are
   * always for `only`, `similar`, and where more than 100 items are wanted or seen before those wanted.
   */
  addGraph(options: GraphOptions = {}): ItemGraph {
    this.codes ??= new Codes(this.matrix);
    this.graph = new ItemGraph(this.matrix, this.codes, Math.max(...GRAPH_EFFORTS), options);
    return this.graph;
  }

  /** The best `k` items for one user's factors. Fewer when there are not as many. */
  search(user: Float32Array, k: number, filter: SearchFilter = {}): Ranking {
    this.matrix.floats(this.queryAt, this.matrix.width).set(user);
    return this.find(k, 0, filter);
  }

  /** The `k` items most like one, by the cosine of their factors. */
  similar(item: number, k: number, filter: SearchFilter = {}): Ranking {
    const { matrix } = this;
    if (this.inverseLengthsAt === 0) {
      this.inverseLengthsAt = matrix.reserve(Math.ceil(matrix.items / 4) * 16);
      matrix.kernel.invertLengths(this.inverseLengthsAt);
    }
    const [inverse = 0] = matrix.floats(this.inverseLengthsAt + item * 4, 1);
    const query = matrix.floats(this.queryAt, matrix.width);
    query.set(matrix.row(item).map((factor) => factor * inverse));
    return this.find(k, this.inverseLengthsAt, { ...filter, excluded: [...(filter.excluded ?? []), item] });
  }

  private find(k: number, scales: number, filter: SearchFilter): Ranking {
    const { matrix } = this;
    const most = Math.min(k, this.maxK);
    if (most < 1 || matrix.items === 0) return { indices: new Uint32Array(), scores: new Float32Array() };
    this.placeSeen(filter.seen);
    const only = filter.only === undefined ? undefined : this.known(filter.only);
    const few = only !== undefined && only.length < matrix.items * FEW ? this.placeList(only) : undefined;
    const unmask = this.mask([...(filter.excluded ?? [])], few === undefined ? only : undefined);
    const found =
      few === undefined ? this.findAny(most, scales, only !== undefined) : this.findAmong(few, most, scales);
    unmask();
    return {
      indices: matrix.integers(this.itemsAt, found).slice(),
      scores: matrix.floats(this.scoresAt, found).slice(),
    };
  }

  private findAmong({ at, length }: ItemList, k: number, scales: number): number {
    return this.matrix.kernel.searchAmong(this.queryAt, k, scales, at, length);
  }

  /** By the graph where there is one and it finds enough that the filters leave; else exactly. */
  private findAny(k: number, scales: number, narrowed: boolean): number {
    const { queryAt } = this;
    if (this.graph?.isWhole === true && scales === 0 && !narrowed) {
      for (const effort of GRAPH_EFFORTS) {
        if (GRAPH_PART * k > effort) continue;
        const list = this.graph.search(queryAt, effort);
        if (list === undefined) break;
        const out = this.matrix.kernel.countOut(list.at, list.length);
        if (GRAPH_PART * (k + out) > effort) continue;
        const found = this.findAmong(list, k, scales);
        if (found === k) return found;
      }
    }
    return this.codes?.search(queryAt, k, scales) ?? this.matrix.kernel.search(queryAt, k, scales);
  }

  /** Sets the bits of what is not to be found; the function that it gives clears them again. */
  private mask(excluded: readonly number[], only: Uint32Array | undefined): () => void {
    const { items, kernel } = this.matrix;
    const words = this.matrix.integers(this.maskAt, Math.ceil(items / 32));
    const out = excluded.filter((item) => item < items);
    kernel.setMask(out.length > 0 || only !== undefined ? this.maskAt : 0);
    if (only !== undefined) words.fill(0xffffffff);
    for (const item of only ?? []) words[item >>> 5] = (words[item >>> 5] ?? 0) & ~(1 << (item & 31));
    for (const item of out) words[item >>> 5] = (words[item >>> 5] ?? 0) | (1 << (item & 31));
    return () => {
      if (only !== undefined) words.fill(0);
      for (const item of out) words[item >>> 5] = 0;
    };
  }

  /** Items that there are, each once. */
  private known(only: Iterable<number>): Uint32Array {
    return Uint32Array.from(new Set([...only].filter((item) => item < this.matrix.items)));
  }

  private placeSeen(seen: BloomFilter | undefined): void {
    const { matrix } = this;
    if (seen === undefined) {
      matrix.kernel.setBloom(0, 0, 0, 0);
      return;
    }
    const { words, bits, hashes, salt } = seen;
    this.seen = this.fitting(this.seen, words.length);
    matrix.integers(this.seen.at, words.length).set(words);
    matrix.kernel.setBloom(this.seen.at, bits, hashes, salt);
  }

  private placeList(list: Uint32Array): ItemList {
    this.list = this.fitting(this.list, list.length);
    this.matrix.integers(this.list.at, list.length).set(list);
    return { at: this.list.at, length: list.length };
  }

  /** The region, or one of twice what is wanted where it is too small: what is left behind is never more than what is used. */
  private fitting(region: Region, words: number): Region {
    return region.words >= words ? region : { at: this.matrix.reserve(words * 2 * 4), words: words * 2 };
  }
}
