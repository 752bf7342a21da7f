import type { Codes } from "./codes";
import type { ItemMatrix } from "./item-matrix";

/** How a graph is built. */
export interface GraphOptions {
  /** Neighbours of an item in each layer above the lowest, where it has twice as many. @default 16 */
  readonly neighbours?: number;
  /** Length of the list that is kept while neighbours are looked for. @default 100 */
  readonly effort?: number;
}

/** What a graph is, beside its links. */
export interface GraphShape {
  readonly items: number;
  readonly neighbours: number;
  readonly effort: number;
  /** The item at which every search begins, and its level. */
  readonly entry: number;
  readonly top: number;
}

/** A part of the kernel's memory that holds numbers of items. */
export interface ItemList {
  readonly at: number;
  readonly length: number;
}

interface Region {
  readonly at: number;
  readonly bytes: number;
}

const NEIGHBOURS = 16;
const EFFORT = 100;
const MAX_LEVEL = 16;

/** HNSW over the codes of a matrix's items, in the same memory: see graph.as. The same items always make the same graph. */
export class ItemGraph {
  private readonly neighbours: number;
  private readonly effort: number;
  /** Items that are in the graph. */
  private inserted = 0;
  private readonly outAt: number;
  /** Where links lie, and how many bytes they are. */
  private readonly linksAt: readonly Region[];

  /** @param maxEffort the longest list that a search will keep. */
  constructor(
    private readonly matrix: ItemMatrix,
    private readonly codes: Codes,
    private readonly maxEffort: number,
    options: GraphOptions = {},
  ) {
    const { neighbours = NEIGHBOURS, effort = EFFORT } = options;
    this.neighbours = neighbours;
    this.effort = effort;
    const { items, kernel } = matrix;
    const levels = Uint8Array.from({ length: items }, (_, item) => levelOf(item, neighbours));
    const starts = new Uint32Array(items);
    let upperWords = 0;
    levels.forEach((level, item) => {
      starts[item] = upperWords;
      upperWords += level * (1 + neighbours);
    });
    const levelsAt = matrix.reserve(items);
    const [base, upper] = [items * (1 + 2 * neighbours) * 4, upperWords * 4].map((bytes) => ({
      at: matrix.reserve(bytes),
      bytes,
    })) as [Region, Region];
    this.linksAt = [base, upper];
    const startsAt = matrix.reserve(items * 4);
    const metAt = matrix.reserve(items * 4);
    const pool = Math.max(maxEffort, effort, 2 * neighbours + 1) + 1;
    const scoresAt = matrix.reserve(pool * 4);
    const itemsAt = matrix.reserve(pool * 4);
    this.outAt = matrix.reserve(pool * 4);
    const roomAt = matrix.reserve(3 * (2 * neighbours + 4) * 4 + 2 * codes.codeBytes * 2);
    new Uint8Array(kernel.memory.buffer, levelsAt, items).set(levels);
    matrix.integers(startsAt, items).set(starts);
    kernel.setGraph(levelsAt, base.at, upper.at, startsAt, neighbours);
    kernel.setWalk(metAt, scoresAt, itemsAt, roomAt);
  }

  /**
   * Bytes of an item: 1 + 2m words of the lowest layer, its level, where its upper links start, when it was met; and the upper
   * links of one in m - 1.
   */
  static bytesOf(neighbours = NEIGHBOURS): number {
    return (1 + 2 * neighbours) * 4 + 1 + 4 + 4 + ((1 + neighbours) * 4) / (neighbours - 1);
  }

  /** Whether all items are in it. */
  get isWhole(): boolean {
    return this.inserted === this.matrix.items;
  }

  /** Takes in so many more items. */
  insert(count: number): void {
    const to = Math.min(this.matrix.items, this.inserted + count);
    this.matrix.kernel.insert(this.inserted, to, this.effort);
    this.inserted = to;
  }

  /** What tells this graph from another of the same items; of a whole one, all that it is with `links`. */
  get shape(): GraphShape {
    const { matrix, neighbours, effort } = this;
    return { items: matrix.items, neighbours, effort, entry: matrix.kernel.entryOf(), top: matrix.kernel.topOf() };
  }

  /** Its links as they lie in memory, to be written, or to be read into before `adopt`. Good until memory is reserved. */
  get links(): Uint8Array[] {
    return this.linksAt.map(({ at, bytes }) => new Uint8Array(this.matrix.kernel.memory.buffer, at, bytes));
  }

  /** Takes the links that were read for those of a whole graph. */
  adopt({ entry, top }: GraphShape): void {
    this.matrix.kernel.setEntry(entry, top);
    this.inserted = this.matrix.items;
  }

  /** About the `effort` best items for the query that lies there, in no order; undefined for one that holds no numbers. */
  search(queryAt: number, effort: number): ItemList | undefined {
    const query = this.codes.encode(queryAt);
    if (query === undefined) return undefined;
    const { kernel } = this.matrix;
    return {
      at: this.outAt,
      length: kernel.walkTo(query.at, query.step, Math.min(effort, this.maxEffort), this.outAt),
    };
  }
}

/** floor(-ln(u) / ln(m)) of a number u in (0, 1] that comes from the item's own by the last step of MurmurHash3. */
function levelOf(item: number, m: number): number {
  let bits = Math.imul(item ^ (item >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  const uniform = (((bits ^ (bits >>> 16)) >>> 0) + 1) / 2 ** 32;
  return Math.min(MAX_LEVEL, Math.floor(-Math.log(uniform) / Math.log(m)));
}
