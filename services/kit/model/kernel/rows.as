// The items' factors in float32 and in eight bits, and products with them. In AssemblyScript (www.assemblyscript.org), as are
// search.as and graph.as; `kernel-wasm.ts` holds what they compile to, written by build.ts
// (`npm run build:kernel`).
//
// Rows are float32, one after another, padded with zeros to a multiple of eight numbers; the count of rows to one of four.
// All addresses are given by the caller: nothing is allocated here.
//
// Products are multiplied, then added. `f32x4.relaxed_madd` does both in one step, but may round once or twice as the
// processor likes: scores would differ between machines for the 1-7 % that it was measured to gain.

export let rows: usize = 0;
export let count: u32 = 0;
/** Bytes from one row to the next. */
export let stride: usize = 0;
/** Rows in eight bits, and for each row the step of its codes and what its score may miss: see `encode`. 0: none. */
export let codes: usize = 0;
export let codeStride: usize = 0;
export let steps: usize = 0;
export let slacks: usize = 0;

export function setRows(at: usize, rowCount: u32, rowBytes: usize): void {
  rows = at;
  count = rowCount;
  stride = rowBytes;
}

/** The sums of four vectors, each as (0 + 2) + (1 + 3). */
@inline
export function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** Products of the query with four rows. Two sums each, so that no addition waits for the one before. */
@inline
export function products(query: usize, r0: usize, r1: usize, r2: usize, r3: usize): v128 {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let b2 = f32x4.splat(0);
  let b3 = f32x4.splat(0);
  let f: usize = 0;
  do {
    const p = v128.load(query + f);
    a0 = f32x4.add(a0, f32x4.mul(p, v128.load(r0 + f)));
    a1 = f32x4.add(a1, f32x4.mul(p, v128.load(r1 + f)));
    a2 = f32x4.add(a2, f32x4.mul(p, v128.load(r2 + f)));
    a3 = f32x4.add(a3, f32x4.mul(p, v128.load(r3 + f)));
    const q = v128.load(query + f, 16);
    b0 = f32x4.add(b0, f32x4.mul(q, v128.load(r0 + f, 16)));
    b1 = f32x4.add(b1, f32x4.mul(q, v128.load(r1 + f, 16)));
    b2 = f32x4.add(b2, f32x4.mul(q, v128.load(r2 + f, 16)));
    b3 = f32x4.add(b3, f32x4.mul(q, v128.load(r3 + f, 16)));
    f += 32;
  } while (f < stride);
  return sums(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), f32x4.add(a3, b3));
}

/** What a number may lose by rounding to float32, with room for all operations of a product beside their number. */
const ROUNDING: f64 = 1.0 / 8388608.0;
const OPERATIONS: f64 = 32;

/**
 * Writes each row again in eight bits a number, step x code, to `codesAt`; `codeBytes`, a multiple of 16, from one to the
 * next. A query in sixteen bits then tells of each row a score that it cannot exceed:
 *
 *   query . row <= query16 . (step x codes) + |query| |row - step x codes| + |query - query16| |step x codes|
 *
 * by Cauchy and Schwarz. |query - query16| is at most |query| `queryLoss`, so the last two are |query| times one number
 * of each row, its slack, in which stands also what float32 may lose of the score.
 */
export function encode(codesAt: usize, codeBytes: usize, stepsAt: usize, slacksAt: usize, queryLoss: f64): void {
  codes = codesAt;
  codeStride = codeBytes;
  steps = stepsAt;
  slacks = slacksAt;
  const loss = queryLoss + ROUNDING * (<f64>(stride >> 2) + OPERATIONS);
  for (let item: u32 = 0; item < count; item++) {
    const row = rows + <usize>item * stride;
    const out = codes + <usize>item * codeStride;
    let largest: f32 = 0;
    let whole = true;
    for (let f: usize = 0; f < stride; f += 4) {
      const positive = abs<f32>(load<f32>(row + f));
      if (!(positive < Infinity)) whole = false;
      largest = max<f32>(largest, positive);
    }
    const step: f32 = whole ? largest / 127 : 0;
    let missed: f64 = 0;
    let square: f64 = 0;
    for (let f: usize = 0; f < stride; f += 4) {
      const value = load<f32>(row + f);
      const code: f32 = step > 0 ? max<f32>(-127, min<f32>(127, nearest<f32>(value / step))) : 0;
      store<i8>(out + (f >> 2), <i8>code);
      const miss = <f64>value - <f64>step * <f64>code;
      missed += miss * miss;
      square += <f64>value * <f64>value;
    }
    const slack = sqrt<f64>(missed) + loss * (sqrt<f64>(square) + sqrt<f64>(missed));
    store<f32>(steps + (<usize>item << 2), step);
    // A row that holds no numbers is never passed over: its products decide.
    store<f32>(slacks + (<usize>item << 2), whole ? <f32>(slack * (1 + 4 * ROUNDING)) : Infinity);
  }
}

@inline
export function codeProducts(query: usize, r0: usize, r1: usize, r2: usize, r3: usize): v128 {
  let a0 = i32x4.splat(0);
  let a1 = i32x4.splat(0);
  let a2 = i32x4.splat(0);
  let a3 = i32x4.splat(0);
  let f: usize = 0;
  do {
    const p = v128.load(query + (f << 1));
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(p, v128.load_ext<i8>(r0 + f)));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(p, v128.load_ext<i8>(r1 + f)));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(p, v128.load_ext<i8>(r2 + f)));
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(p, v128.load_ext<i8>(r3 + f)));
    const q = v128.load(query + (f << 1), 16);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(r0 + f, 8)));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(r1 + f, 8)));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(r2 + f, 8)));
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(r3 + f, 8)));
    f += 16;
  } while (f < codeStride);
  const ab = i32x4.add(v128.shuffle<i32>(a0, a1, 0, 4, 1, 5), v128.shuffle<i32>(a0, a1, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(a2, a3, 0, 4, 1, 5), v128.shuffle<i32>(a2, a3, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

/** One over the length of each row, 0 where that is 0, to `out`: as a search's scales they make a cosine of a product. */
export function invertLengths(out: usize): void {
  for (let item: u32 = 0; item < count; item++) {
    const row = rows + <usize>item * stride;
    const square = f32x4.extract_lane(products(row, row, row, row, row), 0);
    store<f32>(out + (item << 2), square > 0 ? 1 / sqrt<f32>(square) : 0);
  }
}
