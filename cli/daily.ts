import { join } from "node:path";
import { isOpen } from "../services/experiments/controller";
import { rampExperiment } from "../services/experiments/operate";
import { readableSkew } from "../services/etl/skew";
import { runDaily } from "../local/datapath/daily";
import type { DailyProgress, DailyReport, ModelReport } from "../local/datapath/daily";
import { BadInput, EXIT } from "./kit/exit";
import type { ExitCode, InputProblem } from "./kit/exit";
import { openDesk } from "./kit/experiment";
import { tellApplied } from "./kit/experiment-tell";
import { integerOption } from "./kit/options";
import { Output, table } from "./kit/output";
import { EMULATOR_CREDENTIALS, openRegions, requireLocal } from "./kit/regions";
import type { OpenRegions } from "./kit/regions";

export interface DailyOptions {
  readonly json?: boolean;
  /** `--search-budget`: trials for each model's parameters. @default the topology's */
  readonly searchBudget?: unknown;
}

type Ramped = Awaited<ReturnType<typeof rampExperiment>>;

/**
 * Runs the day's work on this machine: ETL of each region, then for each residency zone training, the gate, scoring and
 * publishing, one model for each variant; then the look at an experiment that goes on. On AWS the state machine does it, and
 * `meridian experiment ramp` looks. Exit code 1 when the gate refused a model, or online features differ from gold.
 */
export async function daily(environment: string | undefined, options: DailyOptions): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const searchBudget = budgetOf(options);
  const opened = await openRegions(environment);
  const endpoint = requireLocal(opened, "running the daily work on this machine");
  const { venvExecutable, paths } = await import("../local/toolchain/index.ts");
  const report = await runDaily(
    {
      regions: opened.regions,
      python: venvExecutable(paths(), "python"),
      endpoint,
      credentials: EMULATOR_CREDENTIALS,
      variants: opened.topology.serving.variants.map(({ name }) => name),
      tracking: join(opened.stateFolder, "mlflow"),
      ...trainingOf(searchBudget ?? opened.topology.training.searchBudget),
      ...(opened.topology.tables.ttlDays === undefined ? {} : { ttlDays: opened.topology.tables.ttlDays }),
    },
    sparing(({ step, where, message }) => {
      output.note(`${where} ${step}: ${message}`);
    }),
  );
  const ramped = await rampOnce(opened);
  tell(report, ramped, output);
  const models = report.zones.flatMap((zone) => [zone, ...zone.challengers]);
  const skewed = report.etl.flatMap(({ skew }) => (skew?.passed === false ? [skew] : []));
  for (const line of skewed.flatMap(readableSkew)) output.note(line);
  const isWell = models.every(({ outcome }) => outcome !== "refused") && skewed.length === 0;
  return isWell ? EXIT.ok : EXIT.failed;
}

/** The day's look at an experiment that goes on: its data are as new as they get. */
async function rampOnce(opened: OpenRegions): Promise<Ramped | undefined> {
  const desk = await openDesk(opened, { engine: "athena" }, new Date());
  try {
    const record = await desk.store.read();
    return record === undefined || !isOpen(record) ? undefined : await rampExperiment(desk, record);
  } finally {
    desk.close();
  }
}

/** @throws BadInput for a budget that is none. */
function budgetOf({ searchBudget }: DailyOptions): number | undefined {
  if (searchBudget === undefined) return undefined;
  const problems: InputProblem[] = [];
  const budget = integerOption("--search-budget", searchBudget, { min: 1, max: 1000 }, problems);
  if (problems.length > 0) throw new BadInput("daily", problems);
  return budget;
}

function trainingOf(searchBudget: number | undefined): { readonly training?: Readonly<Record<string, number>> } {
  return searchBudget === undefined ? {} : { training: { "search-budget": searchBudget } };
}

/** Milliseconds between two lines about one step. */
const LINE_EVERY_MS = 2_000;

/** Passes on a step's first word, and then one every few seconds: scoring alone has thousands. */
function sparing(show: DailyProgress): DailyProgress {
  const last = new Map<string, number>();
  return (event) => {
    const step = `${event.where} ${event.step}`;
    const now = performance.now();
    // Only scoring counts up; every other word is news.
    if (event.step === "score" && now - (last.get(step) ?? -LINE_EVERY_MS) < LINE_EVERY_MS) return;
    last.set(step, now);
    show(event);
  };
}

function tell(report: DailyReport, ramped: Ramped | undefined, output: Output): void {
  output.result({ ...report, ...(ramped === undefined ? {} : { experiment: ramped }) }, () => {
    const rows = report.etl.map(({ region, ledger: { verified, silver, duplicates, late } }) => [
      region,
      verified,
      silver,
      duplicates,
      late,
    ]);
    for (const line of table(["region", "verified", "silver", "duplicates", "late"], rows)) output.line(line);
    for (const { zone, primary, challengers, ...control } of report.zones) {
      output.line(`zone ${zone} by ${primary}`);
      for (const model of [control, ...challengers]) tellModel(model, output);
    }
    if (ramped !== undefined) tellApplied(ramped, output, ramped.decision);
    output.line(`${report.seconds.toFixed(1)} s`);
  });
}

function tellModel(model: ModelReport, output: Output): void {
  const { variant, algorithm, outcome, reason, modelVersion, usersScored, scores } = model;
  output.line(`  ${variant}: ${outcome} by ${algorithm}${reason === undefined ? "" : ` (${reason})`}`);
  output.line(`    model ${modelVersion ?? "none"}, lists for ${usersScored} users`);
  for (const [name, score] of Object.entries(scores ?? {})) output.line(`    ${name}: ${score}`);
}
