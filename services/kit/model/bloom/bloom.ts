/** Bits and hash functions of a Bloom filter. */
export interface BloomShape {
  /** A multiple of 32. */
  readonly bits: number;
  readonly hashes: number;
}

const WORD_BITS = 32;
/** In a smaller filter the hashes of one item meet each other, and the formulas hold no more. */
const MIN_BITS = 64;
/** 256 KiB: 146,000 items at one in a thousand. A larger set gets no more, and a higher rate. */
const MAX_BITS = 2 ** 21;

/**
 * The smallest filter for so many items at a rate of false positives: bits = -n ln p / (ln 2)^2, hashes = bits / n x ln 2.
 * Broder and Mitzenmacher, Network Applications of Bloom Filters: A Survey, Internet Mathematics 1 (2004), section 2.1.
 * @throws RangeError when the rate is not between 0 and 1.
 */
export function bloomShape(items: number, rate: number): BloomShape {
  if (!(rate > 0 && rate < 1)) throw new RangeError(`want a rate between 0 and 1, got ${rate}`);
  const wanted = (-Math.max(items, 1) * Math.log(rate)) / Math.LN2 ** 2;
  const bits = Math.min(Math.max(Math.ceil(wanted / WORD_BITS) * WORD_BITS, MIN_BITS), MAX_BITS);
  // More than the rate needs would only cost time: a small set in the smallest filter has bits to spare.
  const hashes = Math.min((bits / Math.max(items, 1)) * Math.LN2, -Math.log2(rate));
  return { bits, hashes: Math.max(1, Math.ceil(hashes)) };
}

/** Part of the items that are not in a filter which it takes for being: (1 - e^(-hashes x items / bits))^hashes, the same source. */
export function falsePositiveRate(items: number, { bits, hashes }: BloomShape): number {
  return (1 - Math.exp((-hashes * items) / bits)) ** hashes;
}

/**
 * A set of item numbers that forgets none that was added and holds some that were not. Each place is hashed from the one
 * before; two hashes for all places, as is usual, doubled the rate of filters of a hundred bits. `isSeen` of search.as
 * reads the same bits.
 */
export class BloomFilter {
  /** @param salt moves the false positives: filters of other salts have others. */
  constructor(
    readonly words: Uint32Array,
    readonly hashes: number,
    readonly salt: number,
  ) {}

  get bits(): number {
    return this.words.length * WORD_BITS;
  }

  add(item: number): void {
    this.everyBit(item, (bit) => {
      this.words[bit >>> 5] = (this.words[bit >>> 5] ?? 0) | (1 << (bit & 31));
      return true;
    });
  }

  has(item: number): boolean {
    return this.everyBit(item, (bit) => (((this.words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1);
  }

  private everyBit(item: number, holds: (bit: number) => boolean): boolean {
    const { bits } = this;
    let place = mix(item ^ this.salt);
    for (let hash = 0; hash < this.hashes; hash += 1) {
      // Exact: both factors together have at most 32 + 21 bits.
      if (!holds(Math.floor((place * bits) / 2 ** 32))) return false;
      place = mix(place + GOLDEN);
    }
    return true;
  }
}

/** 2^32 over the golden ratio: what is hashed again must not be what was hashed. */
const GOLDEN = 0x9e3779b9;

/** The last step of MurmurHash3 (public domain, github.com/aappleby/smhasher). */
function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** What each of many users has seen, a filter a user in one array, in place of the lists that it is made of. */
export class SeenItems {
  private constructor(
    private readonly words: Uint32Array,
    /** First word of each user, and the end of the last. */
    private readonly starts: Uint32Array,
    private readonly counts: Uint32Array,
    private readonly rate: number,
    private readonly salt: number,
  ) {}

  /**
   * @param rows where each user's items begin in `items`, and the end of the last.
   * @param rate false positives of each filter.
   */
  static of(rows: Uint32Array, items: Uint32Array, rate: number, salt: number): SeenItems {
    const counts = rows.subarray(1).map((end, user) => end - (rows[user] ?? 0));
    const starts = new Uint32Array(rows.length);
    counts.forEach((count, user) => {
      starts[user + 1] = (starts[user] ?? 0) + (count === 0 ? 0 : bloomShape(count, rate).bits / WORD_BITS);
    });
    const seen = new SeenItems(new Uint32Array(starts.at(-1) ?? 0), starts, counts, rate, salt);
    counts.forEach((_, user) => {
      const filter = seen.user(user);
      for (const item of items.subarray(rows[user], rows[user + 1])) filter?.add(item);
    });
    return seen;
  }

  get bytes(): number {
    return this.words.byteLength + this.starts.byteLength + this.counts.byteLength;
  }

  /** One user's filter; none for a user who has seen nothing. */
  user(user: number): BloomFilter | undefined {
    const count = this.counts[user] ?? 0;
    if (count === 0) return undefined;
    const words = this.words.subarray(this.starts[user], this.starts[user + 1]);
    return new BloomFilter(words, bloomShape(count, this.rate).hashes, this.salt);
  }
}
