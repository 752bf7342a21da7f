/** A figure that a bench has measured on a core like ours; the lower end where it has a range. */
export interface Measured {
  readonly value: number;
  readonly unit: string;
  /** The bench, and what it does. */
  readonly source: string;
}

/**
 * What the paper scale-up takes for true, measured on four shared cores (Node 24). A new measurement goes in here; the
 * page follows.
 */
export const MEASURED = {
  hit: {
    value: 129_000,
    unit: "requests/s a core",
    source: "`bench/serving.ts`: an answer at hand, given again within a second",
  },
  look: {
    value: 10_000,
    unit: "requests/s a core",
    source: "`bench/serving.ts`: a look-up that the cache misses, a table of 4 ms, and the list written to the cache",
  },
  mixed: {
    value: 2600,
    unit: "requests/s a core",
    source: "`bench/load.ts`, all well: a third from the cache, at a rate so low that each request wakes its process",
  },
  cacheKeys: {
    value: 107_000,
    unit: "keys/s a core",
    source: "`bench/cache.ts`: the client of a sharded cache, a GET a key",
  },
  transform: {
    value: 236_000,
    unit: "records/s a core",
    source: "`bench/transform.ts`",
  },
  /** 3.7 M interactions of 100 k users with 20 k items, 64 factors, 10 iterations: 6.3 to 7.9 s on 2 cores. */
  als: {
    value: 15.8 / 3.7e6,
    unit: "core seconds an interaction",
    source: "implicit's ALS by conjugate gradients, 3.7 M interactions, 64 factors, 10 iterations: 7.9 s on 2 cores",
  },
} as const satisfies Readonly<Record<string, Measured>>;
