import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIST_LENGTH } from "../services/scorer/batch-score";
import { loadShard } from "../services/scorer/shard-model";
import { ensureSpark, paths, sparkEnvironment, venvExecutable } from "../local/toolchain";
import { median, report, type Figure } from "./kit/figures";

/** The world, the model, and the lists that it is judged by. */
const WORLD = { users: 100_000, items: 20_000, pairs: 3_700_000 } as const;
const MODEL = { factors: 64, iterations: 10, k: 20 } as const;
const PROCESSORS = 2;
const ROUNDS = 3;
/** Rounds of the parts by themselves, and of Spark, which takes minutes. */
const PART_ROUNDS = 5;
const SPARK_ROUNDS = 1;
/** Heap of Spark; with less it collects garbage most of the time. */
const SPARK_HEAP_MIB = 4096;
/** Users scored in a round of batch scoring. */
const SCORED_USERS = 4000;

const PROGRAMS = join(__dirname, "als");
const TRAINER = join(__dirname, "..", "services", "trainer");

interface Run {
  /** From a process's start to its end. */
  readonly seconds: number;
  readonly peakMib: number;
  readonly train: number;
  readonly recall: number;
  /** Seconds of processor time until the model was there. */
  readonly worked: number;
  /** Seconds of starting, and of reading gold; absent where a program does not tell. */
  readonly import?: number;
  readonly read?: number;
  readonly assess?: number;
}

interface Parts {
  readonly wall: Readonly<Record<string, readonly number[]>>;
  readonly processor: Readonly<Record<string, readonly number[]>>;
  readonly users: number;
  readonly same: number;
  readonly recalls: Readonly<Record<string, { readonly mean: number; readonly low: number; readonly high: number }>>;
}

/**
 * Training on two processors: the trainer's whole way from gold to its assessment, beside a script of `implicit` alone
 * and Spark MLlib on this machine; then each part by itself, and batch scoring.
 */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "als-"));
  try {
    const data = join(folder, "data.parquet");
    python([join(PROGRAMS, "world.py"), data, ...Object.values(WORLD).map(String)]);
    const whole = { ours: [] as Run[], plain: [] as Run[], spark: [] as Run[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      whole.ours.push(ours(data, join(folder, "package")));
      whole.plain.push(plain(data));
      if (round < SPARK_ROUNDS) whole.spark.push(await spark(data, join(folder, `spark-${round}`)));
    }
    report([...wholeFigures(whole.ours, whole.plain), ...sparkFigures(whole.ours, whole.spark)]);
    const parts = measured([join(PROGRAMS, "parts.py"), TRAINER, data, ...model(), String(PART_ROUNDS)]);
    report(partFigures(parts));
    report(await scoringFigures(join(folder, "package")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const model = (): string[] => [String(MODEL.factors), String(MODEL.iterations), String(MODEL.k)];

function ours(data: string, folder: string): Run {
  return measured([join(PROGRAMS, "ours.py"), TRAINER, data, ...model(), folder]);
}

function plain(data: string, ...more: string[]): Run {
  return measured([join(PROGRAMS, "plain.py"), data, ...model(), String(PROCESSORS), ...more]);
}

/** MLlib on interactions that are numbered already; its factors are judged as the others' are. */
async function spark(data: string, folder: string): Promise<Run> {
  const { python: interpreter, ...installed } = await ensureSpark(console.log);
  mkdirSync(folder);
  const { regularization } = plain(data, folder) as unknown as { readonly regularization: number };
  const options = {
    folder: `file://${folder}`,
    factors: MODEL.factors,
    iterations: MODEL.iterations,
    regularization,
    alpha: 5,
    seed: 7,
  };
  const { seconds, peakMib } = measured(
    [join(TRAINER, "spark_als.py"), ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`])],
    interpreter,
    sparkEnvironment({ python: interpreter, ...installed }, { cores: PROCESSORS, heapMib: SPARK_HEAP_MIB }),
  );
  if (!readdirSync(folder).includes("items")) throw new Error("Spark left no factors");
  return { ...plain(data, folder), seconds, peakMib, train: seconds };
}

function wholeFigures(ourRuns: readonly Run[], plainRuns: readonly Run[]): Figure[] {
  const of = (runs: readonly Run[], part: keyof Run): number => median(runs.map((run) => run[part] ?? NaN));
  const toModel = (runs: readonly Run[]): number =>
    median(runs.map((run) => (run.import ?? 0) + (run.read ?? 0) + run.train));
  const what = `ALS of ${WORLD.pairs / 1e6} M interactions, ${MODEL.factors} factors, ${MODEL.iterations} iterations, ${PROCESSORS} processors`;
  return [
    {
      what: `${what}: from gold to a model, processor time (${toModel(ourRuns).toFixed(1)} s by the clock), against implicit alone`,
      value: of(ourRuns, "worked") / of(plainRuns, "worked"),
      unit: "x",
      peer: `${toModel(plainRuns).toFixed(1)} s by the clock`,
      goal: { most: 1 },
      rounds: ROUNDS,
    },
    {
      what: `${what}: recall@${MODEL.k} less that of implicit alone`,
      value: of(ourRuns, "recall") - of(plainRuns, "recall"),
      unit: "",
      peer: of(plainRuns, "recall").toFixed(4),
      goal: { least: -0.002 },
      rounds: ROUNDS,
    },
    {
      what: `${what}: reading gold`,
      value: of(ourRuns, "read"),
      unit: "s",
      peer: `implicit alone, without purchases ${of(plainRuns, "read").toFixed(1)} s`,
      rounds: ROUNDS,
    },
    {
      what: `${what}: the assessment, three baselines and intervals included`,
      value: of(ourRuns, "assess"),
      unit: "s",
      peer: `implicit alone, recall of one model only ${of(plainRuns, "assess").toFixed(1)} s`,
      rounds: ROUNDS,
    },
    {
      what: `${what}: peak memory of the whole way`,
      value: of(ourRuns, "peakMib"),
      unit: "MiB",
      peer: `implicit alone ${of(plainRuns, "peakMib").toFixed(0)} MiB`,
      rounds: ROUNDS,
    },
  ];
}

function sparkFigures(ourRuns: readonly Run[], runs: readonly Run[]): Figure[] {
  const seconds = median(runs.map((run) => run.seconds));
  const whole = median(ourRuns.map((run) => (run.import ?? 0) + (run.read ?? 0) + run.train));
  const recall = median(runs.map((run) => run.recall));
  const peak = median(runs.map((run) => run.peakMib));
  return [
    {
      what: `ALS, times faster than Spark MLlib local from gold to a model (${whole.toFixed(1)} s)`,
      value: seconds / whole,
      unit: "x",
      peer: `${seconds.toFixed(0)} s, ${peak.toFixed(0)} MiB, recall@${MODEL.k} ${recall.toFixed(4)}`,
      goal: { least: 12 },
      rounds: SPARK_ROUNDS,
    },
  ];
}

function partFigures({ wall, processor, users, same, recalls }: Parts): Figure[] {
  const of = (of: Parts["wall"], name: string): number => median(of[name] ?? []);
  const recallOf = (name: string): string => {
    const { mean, low, high } = recalls[name] ?? { mean: NaN, low: NaN, high: NaN };
    return `${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
  };
  return [
    {
      what: `ALS training alone, processor time (${of(wall, "train").toFixed(1)} s by the clock), against implicit`,
      value: of(processor, "train") / of(processor, "library_train"),
      unit: "x",
      peer: `${of(wall, "library_train").toFixed(1)} s by the clock`,
      goal: { most: 1 },
      rounds: PART_ROUNDS,
    },
    {
      what: `top-${MODEL.k} of ${users} users for an assessment, users/s on ${PROCESSORS} processors, against implicit`,
      value: of(wall, "library_rank") / of(wall, "rank"),
      unit: "x",
      peer: `implicit ${Math.round(users / of(wall, "library_rank"))} users/s, ${(same * 100).toFixed(2)} % of the lists alike`,
      goal: { least: 1 },
      rounds: PART_ROUNDS,
    },
    {
      what: `recall@${MODEL.k} of item-to-item, the B variant, ${recallOf("item_to_item")}, against ALS`,
      value: (recalls["item_to_item"]?.mean ?? NaN) / (recalls["als"]?.mean ?? NaN),
      unit: "x",
      peer: `ALS ${recallOf("als")}, implicit ${recallOf("library")}, item-kNN ${recallOf("item_knn")}`,
      rounds: 1,
    },
  ];
}

/** Lists as batch scoring makes them, on one thread, without writing them; both by users a second of processor time. */
async function scoringFigures(folder: string): Promise<Figure[]> {
  const shard = await loadShard(folder, { from: 0, to: SCORED_USERS }, LIST_LENGTH);
  const rates = { ours: [] as number[], library: [] as number[] };
  for (let round = -1; round < PART_ROUNDS; round += 1) {
    const before = process.cpuUsage();
    for (let n = 0; n < SCORED_USERS; n += 1) shard.score(n, LIST_LENGTH);
    const { user, system } = process.cpuUsage(before);
    const said = python([join(PROGRAMS, "lists.py"), folder, String(SCORED_USERS), String(LIST_LENGTH)]);
    if (round < 0) continue;
    rates.ours.push((SCORED_USERS * 1e6) / (user + system));
    rates.library.push((JSON.parse(said) as { readonly usersPerSecond: number }).usersPerSecond);
  }
  const [ours, library] = [median(rates.ours), median(rates.library)];
  return [
    {
      what: `batch scoring, top-${LIST_LENGTH} of ${WORLD.items} items, one processor (${Math.round(ours)} users/s), against implicit`,
      value: ours / library,
      unit: "x",
      peer: `implicit ${Math.round(library)} users/s`,
      rounds: PART_ROUNDS,
    },
  ];
}

/** Runs a Python program on the bench's processors. @returns what it says, with its seconds and peak memory. */
function measured(
  args: readonly string[],
  interpreter = venvExecutable(paths(), "python"),
  environment: Readonly<Record<string, string>> = {},
): Run & Parts {
  const said = python([join(PROGRAMS, "peak.py"), String(PROCESSORS), interpreter, ...args], environment);
  return JSON.parse(said) as Run & Parts;
}

/** @throws Error with what it said when it fails. */
function python(args: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr } = spawnSync(venvExecutable(paths(), "python"), args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, OPENBLAS_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1", ...environment },
  });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${String(status)}:\n${stderr.slice(-4000)}`);
  return stdout.trim();
}

void main();
