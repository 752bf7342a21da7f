import { examineMany } from "../tests/mutation/configurations";

/**
 * 100,000 generated configurations, each refused by field and fix, or planned whole, judged by every rule and walked for
 * EU bytes and for the loss of any one region. `bench/nightly.ts [count] [seed]`; exits 1 on the first batch with a fault.
 */
const COUNT = Number(process.argv[2] ?? 100_000);
const SEED = Number(process.argv[3] ?? 1);
const BATCH = 2000;

async function main(): Promise<void> {
  const started = performance.now();
  let accepted = 0;
  let done = 0;
  for (let seed = SEED; done < COUNT; seed += 1) {
    const count = Math.min(BATCH, COUNT - done);
    const batch = await examineMany(count, { seed, flawed: 0.9, mostRegions: 6 });
    done += count;
    accepted += batch.accepted;
    const minutes = (performance.now() - started) / 60_000;
    console.log(`${done} of ${COUNT}: ${accepted} planned, ${done - accepted} refused, ${minutes.toFixed(1)} min`);
    if (batch.faults.length > 0) {
      console.error(`seed ${seed}: ${batch.faults.length} faults, the first:\n${batch.faults[0] ?? ""}`);
      process.exitCode = 1;
      return;
    }
  }
}

void main();
