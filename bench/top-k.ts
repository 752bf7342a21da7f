import { randomFrom } from "../services/traffic/random";
import { BloomFilter, bloomShape } from "../services/kit/model/bloom/bloom";
import { ItemMatrix } from "../services/kit/model/kernel/item-matrix";
import { TopK, type SearchFilter } from "../services/kit/model/top-k";
import { median, report } from "./kit/figures";
import { startPeer, timed, type Vectors } from "./kit/vectors";

/** Items, factors, length of a list, and searches of each round. */
const SHAPE = { items: 100_000, width: 64, k: 20, searches: 100 } as const;
const ROUNDS = 11;
/** Items that a user has seen, and that a rule excludes, in the search with filters. */
const FILTERED = { seen: 500, excluded: 1000 } as const;

/** Exact top-K of the model container on one thread, beside plain JavaScript, numpy, and faiss's flat index. */
async function main(): Promise<void> {
  const { items, width, k, searches } = SHAPE;
  const vectors = made();
  const search = new TopK(ItemMatrix.of(vectors.items, width), 500);
  const user = (at: number): Float32Array => vectors.users.subarray(at * width, (at + 1) * width);
  const filters = Array.from({ length: searches }, (_, at) => filterOf(at));
  const peer = await startPeer(vectors, k);
  try {
    const engines: Readonly<Record<string, () => Promise<{ ms: number; found: readonly (readonly number[])[] }>>> = {
      ours: () => Promise.resolve(timed(searches, (at) => [...search.search(user(at), k).indices])),
      filtered: () => Promise.resolve(timed(searches, (at) => [...search.search(user(at), k, filters[at]).indices])),
      plain: () => Promise.resolve(timed(searches / 10, (at) => plain(vectors.items, width, user(at), k))),
      numpy: () => peer.ask("numpy"),
      flat: () => peer.ask("flat"),
    };
    const times: Record<string, number[]> = {};
    for (let round = -1; round < ROUNDS; round += 1) {
      const lists: string[] = [];
      for (const [name, engine] of Object.entries(engines)) {
        const { ms, found } = await engine();
        if (round >= 0) (times[name] ??= []).push(ms);
        if (name !== "filtered") lists.push(found.slice(0, searches / 10).join(";"));
      }
      if (new Set(lists).size > 1) throw new Error("the engines found different items");
    }
    const of = (name: string): number => median(times[name] ?? []);
    const ours = of("ours");
    const what = `exact top-${k} of ${items / 1000} k x ${width}, one thread (${ours.toFixed(2)} ms)`;
    const beside = (name: string, words: string): string => `${words} ${of(name).toFixed(2)} ms`;
    report([
      {
        what: `${what}, against faiss's flat index`,
        value: ours / of("flat"),
        unit: "x",
        peer: beside("flat", "faiss"),
        goal: { most: 1.1 },
        rounds: ROUNDS,
      },
      {
        what: `${what}, against numpy's product and partition`,
        value: ours / of("numpy"),
        unit: "x",
        peer: beside("numpy", "numpy"),
        goal: { most: 1.1 },
        rounds: ROUNDS,
      },
      {
        what: `${what}, times faster than plain JavaScript with four sums and a list of the best`,
        value: of("plain") / ours,
        unit: "x",
        peer: beside("plain", "plain JavaScript"),
        goal: { least: 4 },
        rounds: ROUNDS,
      },
      {
        what: `the same with ${FILTERED.seen} items seen and ${FILTERED.excluded} excluded, against none`,
        value: of("filtered") / ours,
        unit: "x",
        peer: beside("filtered", "with filters"),
        goal: { most: 1.1 },
        rounds: ROUNDS,
      },
    ]);
  } finally {
    await peer.stop();
  }
}

function made(): Vectors {
  const { items, width, searches } = SHAPE;
  const random = randomFrom(1);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return {
    items: Float32Array.from({ length: items * width }, normal),
    users: Float32Array.from({ length: searches * width }, normal),
    width,
  };
}

function filterOf(at: number): SearchFilter {
  const random = randomFrom(at + 2);
  const some = (length: number): number[] => Array.from({ length }, () => Math.floor(random.next() * SHAPE.items));
  const { bits, hashes } = bloomShape(FILTERED.seen, 0.001);
  const seen = new BloomFilter(new Uint32Array(bits / 32), hashes, at);
  for (const item of some(FILTERED.seen)) seen.add(item);
  return { seen, excluded: some(FILTERED.excluded) };
}

/** What one would write without SIMD: four sums, since one alone would make each addition wait for the one before. */
function plain(factors: Float32Array, width: number, user: Float32Array, k: number): number[] {
  const best: { item: number; score: number }[] = [];
  for (let item = 0, row = 0; row < factors.length; item += 1, row += width) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let f = 0; f < width; f += 4) {
      a += (factors[row + f] ?? 0) * (user[f] ?? 0);
      b += (factors[row + f + 1] ?? 0) * (user[f + 1] ?? 0);
      c += (factors[row + f + 2] ?? 0) * (user[f + 2] ?? 0);
      d += (factors[row + f + 3] ?? 0) * (user[f + 3] ?? 0);
    }
    const score = a + b + (c + d);
    if (best.length === k && score <= (best.at(-1)?.score ?? 0)) continue;
    if (best.length === k) best.pop();
    const at = best.findIndex((other) => other.score < score);
    best.splice(at < 0 ? best.length : at, 0, { item, score });
  }
  return best.map(({ item }) => item);
}

void main();
