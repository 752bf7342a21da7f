/** A seeded source of random numbers; the same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform 32-bit unsigned integer. */
  uint32(): number;
  /** Uniform integer in [0, below). */
  below(below: number): number;
}

/** sfc32, Chris Doty-Humphrey's small fast counting generator (PractRand), seeded through splitmix32. */
export function randomFrom(seed: number): Random {
  let mixing = seed >>> 0;
  const mix = (): number => {
    mixing = (mixing + 0x9e3779b9) | 0;
    let z = mixing;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let a = mix();
  let b = mix();
  let c = mix();
  let counter = 1;
  const uint32 = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i += 1) uint32();
  return {
    uint32,
    next: () => uint32() / 0x1_0000_0000,
    below: (below) => Math.floor((uint32() / 0x1_0000_0000) * below),
  };
}

/** FNV-1a over UTF-16 code units, 32 bits: stable, fast, not for security. */
export function hash32(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  // The final mix of murmur3: FNV's high bits alone are poor.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** A UUID (version 4 form) from four 32-bit numbers. */
export function uuidFrom(a: number, b: number, c: number, d: number): string {
  return (
    `${hex(a >>> 24)}${hex(a >>> 16)}${hex(a >>> 8)}${hex(a)}-${hex(b >>> 24)}${hex(b >>> 16)}-` +
    `${hex(((b >>> 8) & 0x0f) | 0x40)}${hex(b)}-${hex(((c >>> 24) & 0x3f) | 0x80)}${hex(c >>> 16)}-` +
    `${hex(c >>> 8)}${hex(c)}${hex(d >>> 24)}${hex(d >>> 16)}${hex(d >>> 8)}${hex(d)}`
  );
}

function hex(byte: number): string {
  return HEX[byte & 0xff] ?? "00";
}

/** Draws places from fixed weights in constant time (Walker's alias method, Vose's construction). */
export function sampler(weights: readonly number[]): (random: Random) => number {
  const n = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const keep = new Float64Array(n);
  const alias = new Uint32Array(n);
  const scaled = Float64Array.from(weights, (weight) => (weight * n) / total);
  const small: number[] = [];
  const large: number[] = [];
  scaled.forEach((weight, place) => (weight < 1 ? small : large).push(place));
  for (;;) {
    const less = small.pop();
    const more = large.pop();
    if (less === undefined || more === undefined) {
      for (const rest of [...small, ...large, less, more]) if (rest !== undefined) keep[rest] = 1;
      break;
    }
    keep[less] = scaled[less] ?? 1;
    alias[less] = more;
    scaled[more] = (scaled[more] ?? 0) + (scaled[less] ?? 0) - 1;
    ((scaled[more] ?? 0) < 1 ? small : large).push(more);
  }
  return (random) => {
    const place = random.below(n);
    return random.next() < (keep[place] ?? 1) ? place : (alias[place] ?? place);
  };
}
