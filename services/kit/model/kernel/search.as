// Exact top-K by inner product over the rows of rows.as.

import { codeProducts, codes, codeStride, count, products, rows, slacks, steps, stride } from "./rows";

export { encode, invertLengths, setRows } from "./rows";

/** Longer than the longest step from any number to the next among those too small to have all their digits. */
const TINY: f32 = 1e-37;

let bestScores: usize = 0;
let bestItems: usize = 0;
/** A factor for each row's score, or 0: none. */
let scales: usize = 0;

let size: u32 = 0;
let limit: u32 = 0;
/** What an item has to exceed. */
let threshold: f32 = 0;

/** Bit i set: item i is not to be found. 0: no such bits. */
let mask: usize = 0;
let bloom: usize = 0;
let bloomBits: u32 = 0;
let bloomHashes: u32 = 0;
let bloomSalt: u32 = 0;

/** Where results go: `k` float32 and `k` uint32. */
export function setBest(scoresAt: usize, itemsAt: usize): void {
  bestScores = scoresAt;
  bestItems = itemsAt;
}

export function setMask(at: usize): void {
  mask = at;
}

/** A Bloom filter over item numbers; `at` 0: none. */
export function setBloom(at: usize, bits: u32, hashes: u32, salt: u32): void {
  bloom = at;
  bloomBits = bits;
  bloomHashes = hashes;
  bloomSalt = salt;
}

@inline
function scoreOf(at: usize): f32 {
  return load<f32>(bestScores + (at << 2));
}

@inline
function itemOf(at: usize): u32 {
  return load<u32>(bestItems + (at << 2));
}

@inline
function put(at: usize, score: f32, item: u32): void {
  store<f32>(bestScores + (at << 2), score);
  store<u32>(bestItems + (at << 2), item);
}

/** Whether the first is worse: lower score, or the same at a higher number. */
@inline
function worse(scoreA: f32, itemA: u32, scoreB: f32, itemB: u32): bool {
  return scoreA < scoreB || (scoreA == scoreB && itemA > itemB);
}

function siftUp(from: u32, score: f32, item: u32): void {
  let at = from;
  while (at > 0) {
    const parent: u32 = (at - 1) >> 1;
    if (!worse(score, item, scoreOf(parent), itemOf(parent))) break;
    put(at, scoreOf(parent), itemOf(parent));
    at = parent;
  }
  put(at, score, item);
}

/** Puts a pair in the root's place and lets it sink within the first `places`. */
function siftDown(places: u32, score: f32, item: u32): void {
  let at: u32 = 0;
  for (;;) {
    let child: u32 = 2 * at + 1;
    if (child >= places) break;
    if (places > child + 1 && worse(scoreOf(child + 1), itemOf(child + 1), scoreOf(child), itemOf(child))) child++;
    if (!worse(scoreOf(child), itemOf(child), score, item)) break;
    put(at, scoreOf(child), itemOf(child));
    at = child;
  }
  put(at, score, item);
}

/** The last step of MurmurHash3 (public domain, github.com/aappleby/smhasher): each bit of the input moves each of the output. */
@inline
function mix(value: u32): u32 {
  value ^= value >> 16;
  value *= 0x85ebca6b;
  value ^= value >> 13;
  value *= 0xc2b2ae35;
  return value ^ (value >> 16);
}

/** The same bits as `everyBit` in bloom.ts. */
function isSeen(item: u32): bool {
  let place = mix(item ^ bloomSalt);
  for (let hash: u32 = 0; hash < bloomHashes; hash++) {
    const bit = <u32>((<u64>place * <u64>bloomBits) >> 32);
    if (((load<u32>(bloom + ((bit >> 5) << 2)) >> (bit & 31)) & 1) == 0) return false;
    place = mix(place + 0x9e3779b9);
  }
  return true;
}

@inline
function isOut(item: u32): bool {
  if (mask != 0 && ((load<u32>(mask + ((item >> 5) << 2)) >> (item & 31)) & 1) != 0) return true;
  return bloom != 0 && isSeen(item);
}

function offer(score: f32, item: u32): void {
  if (!(score > threshold || (size == limit && score == threshold && item < itemOf(0))) || isOut(item)) return;
  if (size < limit) {
    siftUp(size, score, item);
    size++;
  } else {
    siftDown(limit, score, item);
  }
  if (size == limit) threshold = scoreOf(0);
}

@inline
function begin(k: u32, scalesAt: usize): void {
  limit = k;
  size = 0;
  threshold = -Infinity;
  scales = scalesAt;
}

/** Sorts what was found, best first, and tells how many. */
function end(): u32 {
  for (let left = size; left > 1; left--) {
    const score = scoreOf(0);
    const item = itemOf(0);
    siftDown(left - 1, scoreOf(left - 1), itemOf(left - 1));
    put(left - 1, score, item);
  }
  return size;
}

/** The best `k` (at least 1) of all items, best first; returns how many. Items that come later lose an equal score. */
export function search(query: usize, k: u32, scalesAt: usize): u32 {
  begin(k, scalesAt);
  searchFrom(0, query);
  return end();
}

function searchFrom(first: u32, query: usize): void {
  const step = stride << 2;
  let row = rows + <usize>first * stride;
  for (let item = first; item < count; item += 4) {
    let four = products(query, row, row + stride, row + 2 * stride, row + 3 * stride);
    if (scales != 0) four = f32x4.mul(four, v128.load(scales + (item << 2)));
    if (v128.any_true(f32x4.gt(four, f32x4.splat(threshold)))) {
      offer(f32x4.extract_lane(four, 0), item);
      if (item + 1 < count) offer(f32x4.extract_lane(four, 1), item + 1);
      if (item + 2 < count) offer(f32x4.extract_lane(four, 2), item + 2);
      if (item + 3 < count) offer(f32x4.extract_lane(four, 3), item + 3);
    }
    row += step;
  }
}

@inline
function scaled(score: f32, item: u32): f32 {
  return scales == 0 ? score : score * load<f32>(scales + (item << 2));
}

/** The score of one item, the same to the bit as a search would find. */
@inline
function scoreRow(query: usize, item: u32): f32 {
  const row = rows + <usize>item * stride;
  return scaled(f32x4.extract_lane(products(query, row, row, row, row), 0), item);
}

/**
 * As `search`, with the same result to the bit: reads a quarter of the memory, and the rows themselves of those items alone
 * whose codes do not rule them out. Where these are many, it goes on without codes.
 * @param query16 the query in steps of `queryStep`, as int16. @param length of the query.
 */
export function searchCodes(
  query: usize,
  k: u32,
  scalesAt: usize,
  query16: usize,
  queryStep: f32,
  length: f32,
): u32 {
  begin(k, scalesAt);
  const step = codeStride << 2;
  const lengths = f32x4.splat(length);
  const querySteps = f32x4.splat(queryStep);
  let row = codes;
  let read: u32 = 0;
  for (let item: u32 = 0; item < count; item += 4) {
    const sums = codeProducts(query16, row, row + codeStride, row + 2 * codeStride, row + 3 * codeStride);
    const at = <usize>item << 2;
    const near = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sums), querySteps), v128.load(steps + at));
    let most = f32x4.add(near, f32x4.mul(lengths, v128.load(slacks + at)));
    if (scales != 0) most = f32x4.mul(most, v128.load(scales + at));
    const open = i32x4.bitmask(f32x4.gt(most, f32x4.splat(threshold - TINY)));
    if (open != 0) {
      for (let lane: u32 = 0; lane < 4; lane++) {
        if (((open >> lane) & 1) != 0 && item + lane < count) offer(scoreRow(query, item + lane), item + lane);
      }
      read++;
      // The first ones are many, for want of better: of n random ones about k (1 + ln(n / k)). A quarter of all is too many.
      if (read > 4 * k + 256 + (item >> 4)) {
        searchFrom(item + 4, query);
        break;
      }
    }
    row += step;
  }
  return end();
}

/** As `search`, among `listed` items only, whose numbers lie at `list`, each once, in any order. */
export function searchAmong(query: usize, k: u32, scalesAt: usize, list: usize, listed: u32): u32 {
  begin(k, scalesAt);
  const end4 = listed & ~3;
  for (let at: u32 = 0; at < end4; at += 4) {
    const address = list + (at << 2);
    const i0 = load<u32>(address);
    const i1 = load<u32>(address, 4);
    const i2 = load<u32>(address, 8);
    const i3 = load<u32>(address, 12);
    const four = products(
      query,
      rows + <usize>i0 * stride,
      rows + <usize>i1 * stride,
      rows + <usize>i2 * stride,
      rows + <usize>i3 * stride,
    );
    offer(scaled(f32x4.extract_lane(four, 0), i0), i0);
    offer(scaled(f32x4.extract_lane(four, 1), i1), i1);
    offer(scaled(f32x4.extract_lane(four, 2), i2), i2);
    offer(scaled(f32x4.extract_lane(four, 3), i3), i3);
  }
  for (let at = end4; at < listed; at++) {
    const item = load<u32>(list + (at << 2));
    offer(scoreRow(query, item), item);
  }
  return end();
}

/** How many of the items at `list` are not to be found. */
export function countOut(list: usize, listed: u32): u32 {
  let out: u32 = 0;
  for (let at: u32 = 0; at < listed; at++) {
    if (isOut(load<u32>(list + (at << 2)))) out++;
  }
  return out;
}
