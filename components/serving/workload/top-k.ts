/** The K best of one scoring: indices and scores, best first. */
export interface Ranking {
  readonly indices: Uint32Array;
  readonly scores: Float32Array;
}

/**
 * Exact top-K by inner product over row-major factors. Keeps a heap of K, so the cost is that of the products.
 * Equal scores rank by index, so that a list never depends on the order in which it was searched.
 */
export class TopK {
  readonly items: number;
  private readonly heapScores: Float32Array;
  private readonly heapItems: Uint32Array;

  /** @throws RangeError when the factors are not a whole number of rows. */
  constructor(
    private readonly factors: Float32Array,
    private readonly width: number,
    maxK: number,
  ) {
    if (width < 1 || factors.length % width !== 0) {
      throw new RangeError(`want rows of ${width} factors, got ${factors.length} numbers`);
    }
    this.items = factors.length / width;
    this.heapScores = new Float32Array(maxK);
    this.heapItems = new Uint32Array(maxK);
  }

  /** The best `k` items for one user's factors, without those in `excluded`. Fewer when there are not as many. */
  search(user: Float32Array, k: number, excluded?: ReadonlySet<number>): Ranking {
    const { factors, width, heapScores } = this;
    const limit = Math.min(k, heapScores.length);
    const whole = width - (width % 4);
    let size = 0;
    for (let item = 0, offset = 0; item < this.items && limit > 0; item += 1, offset += width) {
      // Four sums: one alone would make each addition wait for the one before.
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let f = 0;
      for (; f < whole; f += 4) {
        a += (factors[offset + f] ?? 0) * (user[f] ?? 0);
        b += (factors[offset + f + 1] ?? 0) * (user[f + 1] ?? 0);
        c += (factors[offset + f + 2] ?? 0) * (user[f + 2] ?? 0);
        d += (factors[offset + f + 3] ?? 0) * (user[f + 3] ?? 0);
      }
      for (; f < width; f += 1) a += (factors[offset + f] ?? 0) * (user[f] ?? 0);
      const score = Math.fround(a + b + (c + d));
      // Items come in rising order: an equal score at a full heap loses to the lower index already there.
      if (size === limit && score <= (heapScores[0] ?? 0)) continue;
      if (excluded?.has(item) === true) continue;
      if (size < limit) {
        this.siftUp(size, score, item);
        size += 1;
      } else {
        this.siftDown(size, score, item);
      }
    }
    return this.drain(size);
  }

  /** Whether the first is worse than the second: lower score, or the same at a higher index. */
  private worse(scoreA: number, itemA: number, scoreB: number, itemB: number): boolean {
    return scoreA < scoreB || (scoreA === scoreB && itemA > itemB);
  }

  private siftUp(start: number, score: number, item: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const parentScore = this.heapScores[parent] ?? 0;
      const parentItem = this.heapItems[parent] ?? 0;
      if (!this.worse(score, item, parentScore, parentItem)) break;
      this.heapScores[at] = parentScore;
      this.heapItems[at] = parentItem;
      at = parent;
    }
    this.heapScores[at] = score;
    this.heapItems[at] = item;
  }

  /** Puts a pair in the root's place and lets it sink within the first `size` places. */
  private siftDown(size: number, score: number, item: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const right = child + 1;
      if (
        right < size &&
        this.worse(
          this.heapScores[right] ?? 0,
          this.heapItems[right] ?? 0,
          this.heapScores[child] ?? 0,
          this.heapItems[child] ?? 0,
        )
      ) {
        child = right;
      }
      const childScore = this.heapScores[child] ?? 0;
      const childItem = this.heapItems[child] ?? 0;
      if (!this.worse(childScore, childItem, score, item)) break;
      this.heapScores[at] = childScore;
      this.heapItems[at] = childItem;
      at = child;
    }
    this.heapScores[at] = score;
    this.heapItems[at] = item;
  }

  private drain(size: number): Ranking {
    const indices = new Uint32Array(size);
    const scores = new Float32Array(size);
    for (let left = size - 1; left >= 0; left -= 1) {
      scores[left] = this.heapScores[0] ?? 0;
      indices[left] = this.heapItems[0] ?? 0;
      this.siftDown(left, this.heapScores[left] ?? 0, this.heapItems[left] ?? 0);
    }
    return { indices, scores };
  }
}
