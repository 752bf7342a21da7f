import { BloomFilter as LibraryFilter } from "bloom-filters";
import { circuitBreaker, ConsecutiveBreaker, handleAll, timeout, TimeoutStrategy, wrap } from "cockatiel";
import { parse } from "csv-parse/sync";
import { Breaker } from "../services/api/resilience/breaker";
import { within } from "../services/api/resilience/deadline";
import { BloomFilter, bloomShape } from "../services/kit/model/bloom/bloom";
import { readCsv } from "../services/verifier/csv/csv";
import { median, report, type Figure } from "./kit/figures";
import { sized } from "./kit/size";

const ROUNDS = sized(9, 1);
const CALLS = sized(20_000, 200);
const SEEN = 300;
const LOOK_UPS = sized(20_000, 200);

/** A file of events. */
const CSV = Array.from(
  { length: sized(20_000, 200) },
  (_, row) =>
    `id-${row},view,2026-01-31T23:59:59.123Z,user-${row % 500},item-${row % 70},"a ""quoted"", page",${row / 7}\r\n`,
).join("");

/**
 * Small parts of hot paths that are our own, each beside the library that would replace it: processor time of the library's
 * over ours. Below 1.5 the library is to be taken. Rounds are interleaved, the first is not counted.
 */
async function main(): Promise<void> {
  const work = (): Promise<number> => Promise.resolve(1);
  const repeat = async (one: () => Promise<unknown>): Promise<void> => {
    for (let call = 0; call < CALLS; call += 1) await one();
  };
  const breaker = new Breaker();
  const policy = wrap(
    circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(5) }),
    timeout(150, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false }),
  );
  const { signal } = new AbortController();
  const [ours, theirs] = filters();
  const items = Array.from({ length: LOOK_UPS }, (_, item) => item);
  report([
    await compare(
      "circuit breaker and deadline of a look-up",
      "cockatiel",
      () => repeat(() => breaker.run(() => within(150, work, signal))),
      () => repeat(() => policy.execute(work, signal)),
    ),
    await compare(
      "look-up in a Bloom filter",
      "bloom-filters",
      () => Promise.resolve(items.filter((item) => ours.has(item))),
      () => Promise.resolve(items.filter((item) => theirs.has(String(item)))),
    ),
    await compare(
      "CSV of the verifier",
      "csv-parse",
      () => Promise.resolve([...readCsv(CSV)].length),
      () => Promise.resolve(parse(CSV, { relax_column_count: true }).length),
    ),
  ]);
}

/** Filters of the same items at the same rate. */
function filters(): readonly [BloomFilter, LibraryFilter] {
  const rate = 0.001;
  const { bits, hashes } = bloomShape(SEEN, rate);
  const ours = new BloomFilter(new Uint32Array(bits / 32), hashes, 1);
  const theirs = LibraryFilter.create(SEEN, rate);
  for (let item = 0; item < SEEN; item += 1) {
    ours.add(item * 37);
    theirs.add(String(item * 37));
  }
  return [ours, theirs];
}

async function compare(
  what: string,
  peer: string,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<Figure> {
  const ratios: number[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const [own, other] = [await cpuOf(ours), await cpuOf(theirs)];
    if (round >= 0) ratios.push(other / own);
  }
  return {
    what: `${what}, how much faster`,
    value: median(ratios),
    unit: "x",
    peer,
    goal: { least: 1.5 },
    rounds: ROUNDS,
  };
}

/** Microseconds of processor time of this process. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, user + system);
}

void main();
