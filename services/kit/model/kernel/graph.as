// A graph of the items in layers, each item joined to some like it, in which a search walks from any item to those best for a
// query: HNSW, Malkov and Yashunin, IEEE TPAMI 42 (2020), arxiv.org/abs/1603.09320; names of steps are the paper's. Likeness is
// the inner product between items too, as in Morozov and Babenko, NeurIPS 2018: with one more factor that makes distances of
// products, recall at the same effort was .71 where it is .99 without. Codes of eight bits alone are looked at (rows.as): what
// is found is only a list for `searchAmong` to multiply out.
//
// The caller gives all memory: levels u8 an item; base (1 + 2m) u32 an item: a count, then neighbours; upper (1 + m) u32 for
// each level above the lowest of an item, whose first stands in `starts`.

import { codeProducts, codes, codeStride, count, steps } from "./rows";

let levels: usize = 0;
let base: usize = 0;
let upper: usize = 0;
let starts: usize = 0;
let most: u32 = 0;

/** When an item was last met: the number of the walk. */
let met: usize = 0;
let walk: u32 = 0;

/** The best items of a walk, best first; the highest bit of an item says that its neighbours were looked at. */
let poolScores: usize = 0;
let poolItems: usize = 0;
let poolSize: u32 = 0;
const DONE: u32 = 0x80000000;

/** Room for a few times 2m + 1 items, and for two rows in sixteen bits. */
let batch: usize = 0;
let chosen: usize = 0;
let left: usize = 0;
let near: usize = 0;
let far: usize = 0;

let entry: u32 = 0;
let top: i32 = -1;

/** What is walked towards: a row in sixteen bits, the step of its numbers. */
let target: usize = 0;
let targetStep: f32 = 0;

export function setGraph(levelsAt: usize, baseAt: usize, upperAt: usize, startsAt: usize, m: u32): void {
  levels = levelsAt;
  base = baseAt;
  upper = upperAt;
  starts = startsAt;
  most = m;
}

/** Room to walk in: `met` u32 an item, the pool ef + 1 float32 and u32, `room` 4 x (2m + 4) u32 and two rows of int16. */
export function setWalk(metAt: usize, scoresAt: usize, itemsAt: usize, room: usize): void {
  met = metAt;
  poolScores = scoresAt;
  poolItems = itemsAt;
  const words = (2 * most + 4) << 2;
  batch = room;
  chosen = batch + words;
  left = chosen + words;
  near = left + words;
  far = near + (codeStride << 1);
}

export function setEntry(item: u32, level: i32): void {
  entry = item;
  top = level;
}

export function entryOf(): u32 {
  return entry;
}

export function topOf(): i32 {
  return top;
}

@inline
function linksOf(item: u32, level: i32): usize {
  return level == 0
    ? base + <usize>item * ((1 + 2 * most) << 2)
    : upper + ((load<u32>(starts + (item << 2)) + <u32>(level - 1) * (1 + most)) << 2);
}

@inline
function row(item: u32): usize {
  return codes + <usize>item * codeStride;
}

@inline
function four(at: usize, i0: u32, i1: u32, i2: u32, i3: u32): v128 {
  let values = v128.load_splat<f32>(at + (i0 << 2));
  values = v128.load_lane<f32>(at + (i1 << 2), values, 1);
  values = v128.load_lane<f32>(at + (i2 << 2), values, 2);
  return v128.load_lane<f32>(at + (i3 << 2), values, 3);
}

/** Products of four items with a row in sixteen bits. */
@inline
function likeness(to: usize, step: f32, i0: u32, i1: u32, i2: u32, i3: u32): v128 {
  const sums = f32x4.convert_i32x4_s(codeProducts(to, row(i0), row(i1), row(i2), row(i3)));
  return f32x4.mul(f32x4.mul(sums, f32x4.splat(step)), four(steps, i0, i1, i2, i3));
}

@inline
function likenessOne(item: u32): f32 {
  return f32x4.extract_lane(likeness(target, targetStep, item, item, item, item), 0);
}

/** Writes an item's codes in sixteen bits. */
function widen(item: u32, to: usize): void {
  const from = row(item);
  for (let f: usize = 0; f < codeStride; f += 8) v128.store(to + (f << 1), v128.load_ext<i8>(from + f));
}

function aim(item: u32): void {
  widen(item, near);
  target = near;
  targetStep = load<f32>(steps + (item << 2));
}

/** Puts an item at its place in a pool of `ef`; the place, or `ef` when it is not good enough. */
function enter(score: f32, item: u32, ef: u32): u32 {
  let low: u32 = 0;
  let high = poolSize;
  if (high == ef && !(score > load<f32>(poolScores + ((ef - 1) << 2)))) return ef;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<f32>(poolScores + (middle << 2)) >= score) low = middle + 1;
    else high = middle;
  }
  if (poolSize < ef) poolSize++;
  const bytes = (poolSize - 1 - low) << 2;
  memory.copy(poolScores + ((low + 1) << 2), poolScores + (low << 2), bytes);
  memory.copy(poolItems + ((low + 1) << 2), poolItems + (low << 2), bytes);
  store<f32>(poolScores + (low << 2), score);
  store<u32>(poolItems + (low << 2), item);
  return low;
}

/** The neighbours of an item that this walk has not met, to `batch`, with the last one repeated to a multiple of four. */
function unmet(item: u32, level: i32): u32 {
  const links = linksOf(item, level);
  const linked = load<u32>(links);
  let found: u32 = 0;
  for (let n: u32 = 1; n <= linked; n++) {
    const other = load<u32>(links + (n << 2));
    const at = met + (other << 2);
    if (load<u32>(at) == walk) continue;
    store<u32>(at, walk);
    store<u32>(batch + (found << 2), other);
    found++;
  }
  if (found > 0) {
    const last = load<u32>(batch + ((found - 1) << 2));
    for (let n = found; (n & 3) != 0; n++) store<u32>(batch + (n << 2), last);
  }
  return found;
}

function beginWalk(): void {
  walk++;
  if (walk == 0) {
    memory.fill(met, 0, <usize>count << 2);
    walk = 1;
  }
}

@inline
function batched(n: u32): v128 {
  const at = batch + (n << 2);
  return likeness(
    target,
    targetStep,
    load<u32>(at),
    load<u32>(at, 4),
    load<u32>(at, 8),
    load<u32>(at, 12),
  );
}

@inline
function enterLane(score: f32, n: u32, found: u32, ef: u32, lowest: u32): u32 {
  return n < found ? min(lowest, enter(score, load<u32>(batch + (n << 2)), ef)) : lowest;
}

/** SEARCH-LAYER: the `ef` items of a layer that are found to be most like the target. */
function searchLayer(from: u32, ef: u32, level: i32): void {
  beginWalk();
  poolSize = 0;
  store<u32>(met + (from << 2), walk);
  enter(likenessOne(from), from, ef);
  let at: u32 = 0;
  while (at < poolSize) {
    const item = load<u32>(poolItems + (at << 2));
    if ((item & DONE) != 0) {
      at++;
      continue;
    }
    store<u32>(poolItems + (at << 2), item | DONE);
    const found = unmet(item, level);
    let lowest: u32 = ef;
    for (let n: u32 = 0; n < found; n += 4) {
      const scores = batched(n);
      lowest = enterLane(f32x4.extract_lane(scores, 0), n, found, ef, lowest);
      lowest = enterLane(f32x4.extract_lane(scores, 1), n + 1, found, ef, lowest);
      lowest = enterLane(f32x4.extract_lane(scores, 2), n + 2, found, ef, lowest);
      lowest = enterLane(f32x4.extract_lane(scores, 3), n + 3, found, ef, lowest);
    }
    at = min(at + 1, lowest);
  }
}

/** The item that is found from the entry by the layers above `level`. */
function descend(level: i32): u32 {
  let best = entry;
  for (let layer = top; layer > level; layer--) {
    searchLayer(best, 1, layer);
    best = load<u32>(poolItems) & ~DONE;
  }
  return best;
}

/** Whether an item of the pool is less like the target than like one of those chosen before it. */
function isCovered(item: u32, score: f32, kept: u32): bool {
  widen(item, far);
  const step = load<f32>(steps + (item << 2));
  for (let n: u32 = 0; n < kept; n += 4) {
    const at = chosen + (n << 2);
    const last = kept - 1;
    const scores = likeness(
      far,
      step,
      load<u32>(at),
      load<u32>(chosen + (min(n + 1, last) << 2)),
      load<u32>(chosen + (min(n + 2, last) << 2)),
      load<u32>(chosen + (min(n + 3, last) << 2)),
    );
    if (v128.any_true(f32x4.gt(scores, f32x4.splat(score)))) return true;
  }
  return false;
}

/** SELECT-NEIGHBORS-HEURISTIC with keepPrunedConnections, of the pool, to `chosen`. */
function choose(wanted: u32): u32 {
  let kept: u32 = 0;
  let passed: u32 = 0;
  for (let n: u32 = 0; n < poolSize && kept < wanted; n++) {
    const item = load<u32>(poolItems + (n << 2)) & ~DONE;
    if (isCovered(item, load<f32>(poolScores + (n << 2)), kept)) {
      if (passed < wanted) {
        store<u32>(left + (passed << 2), item);
        passed++;
      }
    } else {
      store<u32>(chosen + (kept << 2), item);
      kept++;
    }
  }
  for (let n: u32 = 0; n < passed && kept < wanted; n++) {
    store<u32>(chosen + (kept << 2), load<u32>(left + (n << 2)));
    kept++;
  }
  return kept;
}

/** Joins an item to another; one with too many neighbours chooses among them. */
function join(item: u32, to: u32, level: i32): void {
  const links = linksOf(item, level);
  const linked = load<u32>(links);
  const room: u32 = level == 0 ? 2 * most : most;
  if (linked < room) {
    store<u32>(links + ((linked + 1) << 2), to);
    store<u32>(links, linked + 1);
    return;
  }
  aim(item);
  poolSize = 0;
  enter(likenessOne(to), to, room + 1);
  for (let n: u32 = 1; n <= linked; n++) {
    const other = load<u32>(links + (n << 2));
    enter(likenessOne(other), other, room + 1);
  }
  const kept = choose(room);
  store<u32>(links, kept);
  memory.copy(links + 4, chosen, kept << 2);
}

/** INSERT: items `from` up to `to`, each with its level; a pool of `ef`. */
export function insert(from: u32, to: u32, ef: u32): void {
  for (let item = from; item < to; item++) {
    const level = <i32>load<u8>(levels + item);
    if (top >= 0) {
      aim(item);
      let closest = descend(level);
      for (let layer = min(level, top); layer >= 0; layer--) {
        aim(item);
        searchLayer(closest, ef, layer);
        closest = load<u32>(poolItems) & ~DONE;
        const kept = choose(most);
        const links = linksOf(item, layer);
        store<u32>(links, kept);
        memory.copy(links + 4, chosen, kept << 2);
        for (let n: u32 = 1; n <= kept; n++) join(load<u32>(links + (n << 2)), item, layer);
      }
    }
    if (level > top) {
      entry = item;
      top = level;
    }
  }
}

/** K-NN-SEARCH: items that are found to be best for a query in sixteen bits, to `out`; how many. */
export function walkTo(query16: usize, queryStep: f32, ef: u32, out: usize): u32 {
  target = query16;
  targetStep = queryStep;
  searchLayer(descend(0), ef, 0);
  for (let n: u32 = 0; n < poolSize; n++) store<u32>(out + (n << 2), load<u32>(poolItems + (n << 2)) & ~DONE);
  return poolSize;
}
