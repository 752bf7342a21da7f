import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STEPS, isKept } from "../contracts/lake/pipeline";
import { ensureSpark, paths, sparkEnvironment } from "../local/toolchain";
import { ensure } from "../local/toolchain/venv";
import { madeInput } from "./etl/input";
import { taken, type Taken } from "./etl/peak";
import { median, report } from "./kit/figures";

/**
 * Five million events through the ETL on two threads, beside reading and writing alone, polars, and our own Spark program
 * in local mode: each in a process of its own, its start not counted, in turn. `bench/etl.ts [events] [rounds]`
 */
const EVENTS = Number(process.argv[2] ?? 5_000_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const THREADS = 2;

/** Heap of Spark, MiB: with less it spills more. */
const SPARK_HEAP_MIB = 4_096;

const REGISTER = join(__dirname, "..", "local", "toolchain", "register.cjs");
const ETL = join(__dirname, "..", "services", "etl");
const PIPELINE = join(__dirname, "..", "contracts", "lake");

type Contestant = (out: string) => Promise<Taken>;

async function contestants(bronze: string): Promise<Record<"ours" | "limit" | "polars" | "spark", Contestant>> {
  const progress = (line: string): void => {
    console.log(line);
  };
  const spark = await ensureSpark(progress);
  const polars = join(paths().cache, "bench", "polars");
  const lock = join(__dirname, "peers", "polars.lock");
  await ensure({ what: "polars", folder: polars, locks: [{ file: lock }] }, progress);
  const node =
    (program: string): Contestant =>
    (out) =>
      taken(
        process.execPath,
        ["--require", REGISTER, join(__dirname, "etl", program), bronze, out, String(THREADS)],
        process.env,
      );
  return {
    ours: node("pipeline.ts"),
    limit: node("limit.ts"),
    polars: (out) =>
      taken(join(polars, "bin", "python"), [join(__dirname, "etl", "polars_etl.py"), bronze, out], {
        ...process.env,
        POLARS_MAX_THREADS: String(THREADS),
      }),
    spark: (out) =>
      taken(
        spark.python,
        [
          join(__dirname, "etl", "spark_etl.py"),
          ETL,
          ...["--pipeline", PIPELINE, "--run-date", "2026-03-12", "--limit", "age_hours_refuse=1000000", "--strict"],
          ...["--bronze", `file://${bronze}`, "--silver", `file://${out}/silver`, "--gold", `file://${out}/gold`],
        ],
        { ...process.env, ...sparkEnvironment(spark, { cores: THREADS, heapMib: SPARK_HEAP_MIB }) },
      ),
  };
}

async function main(): Promise<void> {
  const shape = { events: EVENTS, users: 100_000, items: 20_000, days: 10 };
  const bronze = await madeInput(join(paths().cache, "bench", "etl"), shape);
  const all = await contestants(bronze);
  const found: Record<keyof typeof all, Taken[]> = { ours: [], limit: [], polars: [], spark: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of Object.keys(all) as (keyof typeof all)[]) {
      const out = mkdtempSync(join(tmpdir(), "bench-etl-"));
      try {
        const one = await all[name](out);
        console.log(
          `${name}: ${one.seconds.toFixed(1)} s, ${one.cpuSeconds.toFixed(1)} s of processors, ${one.peakGib.toFixed(2)} GiB`,
        );
        found[name].push(one);
      } finally {
        rmSync(out, { recursive: true, force: true });
      }
    }
  }
  sameRows(found.ours, found.polars);
  tell(found);
}

/** What was compared must have come to the same. */
function sameRows([ours]: readonly Taken[], [polars]: readonly Taken[]): void {
  for (const { name } of STEPS.filter(isKept)) {
    const [one, other] = [ours?.rows[name], polars?.rows[name]];
    if (other !== undefined && one !== other) throw new Error(`${name}: ${String(one)} rows, and ${other} by polars`);
  }
}

function tell(found: Readonly<Record<"ours" | "limit" | "polars" | "spark", readonly Taken[]>>): void {
  const seconds = (name: keyof typeof found): number => median(found[name].map((one) => one.seconds));
  const gib = (name: keyof typeof found): number => median(found[name].map((one) => one.peakGib));
  const words = (name: keyof typeof found): string => `${seconds(name).toFixed(1)} s, ${gib(name).toFixed(2)} GiB`;
  const what = `ETL of ${EVENTS / 1e6} M events, ${THREADS} threads (${words("ours")})`;
  // Ratios of each round: what the machine does besides falls on both.
  const ratio = (
    over: keyof typeof found,
    under: keyof typeof found,
    of: "seconds" | "cpuSeconds" = "seconds",
  ): number => median(found[over].map((one, round) => one[of] / (found[under][round]?.[of] ?? NaN)));
  report([
    {
      what: `${what}, times reading and writing alone`,
      value: ratio("ours", "limit"),
      unit: "x",
      peer: `read and write ${words("limit")}`,
      goal: { most: 2.5 },
      rounds: ROUNDS,
    },
    {
      what: "the same in processor time, which a busy machine does not stretch",
      value: ratio("ours", "limit", "cpuSeconds"),
      unit: "x",
      rounds: ROUNDS,
    },
    {
      what: `${what}, against polars, which judges nothing and keeps no state`,
      value: ratio("ours", "polars"),
      unit: "x",
      peer: `polars ${words("polars")}`,
      rounds: ROUNDS,
    },
    {
      what: `${what}, times faster than the same SQL on Spark`,
      value: ratio("spark", "ours"),
      unit: "x",
      peer: `Spark local ${words("spark")}`,
      goal: { least: 10 },
      rounds: ROUNDS,
    },
    {
      what: "the same in processor time",
      value: ratio("spark", "ours", "cpuSeconds"),
      unit: "x",
      rounds: ROUNDS,
    },
    {
      what: `${what}, memory at its peak, Node included`,
      value: gib("ours"),
      unit: "GiB",
      goal: { most: 1 },
      rounds: ROUNDS,
    },
  ]);
}

void main();
