import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomFrom } from "../components/ingest/workload/generator/random";
import { TopK } from "../components/serving/workload/top-k";
import { paths, venvExecutable } from "../local/toolchain";
import { median, report } from "./kit/figures";

/** Items, factors, length of a list, and searches of each round. */
const SHAPE = { items: 100_000, width: 64, k: 20, searches: 40 } as const;
const ROUNDS = 5;

/** The best of all products by a partition, as numpy does it; prints milliseconds a search. */
const NUMPY = `
import sys, time
import numpy as np
folder, items, width, k, searches = sys.argv[1], *map(int, sys.argv[2:])
factors = np.fromfile(folder + "/items.f32", np.float32).reshape(items, width)
users = np.fromfile(folder + "/users.f32", np.float32).reshape(searches, width)
def search(user):
    scores = factors @ user
    best = np.argpartition(-scores, k)[:k]
    return best[np.argsort(-scores[best], kind="stable")]
for user in users: search(user)
started = time.perf_counter()
found = [search(user) for user in users]
print((time.perf_counter() - started) * 1000 / searches, ",".join(map(str, found[0])))
`;

/** Exact top-K of the model container on one thread, beside a loop that sorts all products, and beside numpy. */
function main(): void {
  const { items, width, k, searches } = SHAPE;
  const random = randomFrom(1);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const factors = Float32Array.from({ length: items * width }, normal);
  const users = Float32Array.from({ length: searches * width }, normal);
  const topK = new TopK(factors, width, 500);
  const user = (at: number): Float32Array => users.subarray(at * width, (at + 1) * width);
  const folder = mkdtempSync(join(tmpdir(), "top-k-"));
  try {
    writeFileSync(join(folder, "items.f32"), factors);
    writeFileSync(join(folder, "users.f32"), users);
    const times = { ours: [] as number[], naive: [] as number[], numpy: [] as number[] };
    const wanted = [...topK.search(user(0), k).indices].join();
    for (let round = -1; round < ROUNDS; round += 1) {
      const ours = timed(searches, (at) => topK.search(user(at), k));
      const naive = timed(4, (at) => sorted(factors, width, user(at), k));
      const { ms, first } = numpy(folder);
      if (first !== wanted || sorted(factors, width, user(0), k).join() !== wanted) {
        throw new Error("the engines found different items");
      }
      if (round < 0) continue;
      times.ours.push(ours);
      times.naive.push(naive);
      times.numpy.push(ms);
    }
    const ours = median(times.ours);
    const what = `exact top-${k} of ${items / 1000} k x ${width}, one thread (${ours.toFixed(2)} ms)`;
    report([
      {
        what: `${what}, times faster than sorting all products`,
        value: median(times.naive) / ours,
        unit: "x",
        peer: `plain loop and sort ${median(times.naive).toFixed(1)} ms`,
        goal: { least: 4 },
        rounds: ROUNDS,
      },
      {
        what: `${what}, against numpy's product and partition`,
        value: ours / median(times.numpy),
        unit: "x",
        peer: `numpy ${median(times.numpy).toFixed(2)} ms`,
        goal: { most: 1.1 },
        rounds: ROUNDS,
      },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed(count: number, search: (at: number) => unknown): number {
  const started = performance.now();
  for (let at = 0; at < count; at += 1) search(at);
  return (performance.now() - started) / count;
}

function sorted(factors: Float32Array, width: number, user: Float32Array, k: number): number[] {
  const scores = Array.from({ length: factors.length / width }, (_, item) => {
    let score = 0;
    for (let f = 0; f < width; f += 1) score += (factors[item * width + f] ?? 0) * (user[f] ?? 0);
    return { item, score };
  });
  return scores
    .sort((a, b) => b.score - a.score)
    .slice(0, k)
    .map(({ item }) => item);
}

function numpy(folder: string): { readonly ms: number; readonly first: string } {
  const { items, width, k, searches } = SHAPE;
  const { status, stdout, stderr } = spawnSync(
    venvExecutable(paths(), "python"),
    ["-c", NUMPY, folder, ...[items, width, k, searches].map(String)],
    { encoding: "utf8", env: { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" } },
  );
  if (status !== 0) throw new Error(`numpy ended with ${String(status)}:\n${stderr}`);
  const [ms = "", first = ""] = stdout.trim().split(" ");
  return { ms: Number(ms), first };
}

main();
