import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import pMap from "p-map";
import { examineMany } from "../tests/mutation/configurations";

/**
 * 100,000 generated configurations, each refused by field and fix, or planned whole, judged by every rule, cross-stack
 * ones included, and walked for EU bytes and for the loss of any one region.
 * `bench/nightly.ts [count] [seed]`; a batch has a seed and a process of its own; exits 1 when one has a fault.
 */
const COUNT = Number(process.argv[2] ?? 100_000);
const SEED = Number(process.argv[3] ?? 1);
const BATCH = 2000;

interface Batch {
  readonly seed: number;
  readonly accepted: number;
  readonly regions: number;
  readonly faults: readonly string[];
}

async function main(): Promise<void> {
  const started = performance.now();
  const seeds = Array.from({ length: Math.ceil(COUNT / BATCH) }, (_, index) => SEED + index);
  let done = 0;
  let accepted = 0;
  let regions = 0;
  let faulty = 0;
  await pMap(
    seeds,
    async (seed) => {
      const count = Math.min(BATCH, COUNT - (seed - SEED) * BATCH);
      const batch = await inProcess(seed, count);
      done += count;
      accepted += batch.accepted;
      regions += batch.regions;
      faulty += batch.faults.length;
      const minutes = ((performance.now() - started) / 60_000).toFixed(1);
      console.log(
        `${done} of ${COUNT}: ${accepted} planned (${regions} regions), ${done - accepted} refused, ${minutes} min`,
      );
      for (const fault of batch.faults.slice(0, 1))
        console.error(`seed ${seed}: ${batch.faults.length} faults, the first:\n${fault}`);
    },
    { concurrency: Math.max(1, availableParallelism() - 1) },
  );
  console.log(`${COUNT} configurations: ${accepted} planned, ${COUNT - accepted} refused, ${faulty} treated wrongly`);
  if (faulty > 0) process.exitCode = 1;
}

/** One batch in a process of its own: recording programs is work for one core, and leaves memory behind. */
function inProcess(seed: number, count: number): Promise<Batch> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [String(count), String(seed)], { env: { ...process.env, NIGHTLY_BATCH: "1" } });
    child.once("message", (batch) => {
      resolve(batch as Batch);
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`the batch of seed ${seed} ended with code ${code ?? "none"} and without an answer`));
    });
  });
}

async function batch(): Promise<void> {
  const { accepted, regions, faults } = await examineMany(COUNT, { seed: SEED, flawed: 0.9, mostRegions: 6 });
  process.send?.({ seed: SEED, accepted, regions, faults } satisfies Batch);
}

void (process.env["NIGHTLY_BATCH"] === undefined ? main() : batch());
