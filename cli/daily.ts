import { table } from "../fleet/views/table";
import { join } from "node:path";
import { isOpen } from "../services/experiments/controller";
import { rampExperiment } from "../services/experiments/operate";
import { readableSkew } from "../services/etl/skew";
import { runDaily } from "../local/datapath/daily";
import type { DailyProgress, DailyReport, ModelReport } from "../local/datapath/daily";
import { command, environment, integer } from "./kit/command";
import { EXIT } from "./kit/exit";
import { openDesk } from "./kit/experiment-desk";
import { showApplied } from "./kit/experiment-view";
import { Output } from "./kit/output";
import { EMULATOR_CREDENTIALS, openRegions, requireLocal } from "./kit/regions";
import type { OpenRegions } from "./kit/regions";

type Ramped = Awaited<ReturnType<typeof rampExperiment>>;

/**
 * On this machine: ETL of each region, then for each residency zone training, the gate, scoring and publishing, one model
 * for each variant; then the look at an experiment that goes on. On AWS the state machine does it, and
 * `meridian experiment ramp` looks. Exit code 1 when the gate refused a model, or online features differ from gold.
 */
export default command({
  summary: "Run the day's work: ETL, training, gate, scoring, publishing",
  arguments: { environment },
  options: {
    searchBudget: integer(
      "trials of the search for each model's parameters; default: the topology's, else numbers of factors only",
      { min: 1, max: 1000 },
    ),
  },
  examples: ["daily local", "daily local --search-budget 20"],
  async run({ environment: name, searchBudget, json }) {
    const output = new Output(json);
    const opened = await openRegions(name);
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
    show(report, ramped, output);
    const models = report.zones.flatMap((zone) => [zone, ...zone.challengers]);
    const skewed = report.etl.flatMap(({ skew }) => (skew?.passed === false ? [skew] : []));
    for (const line of skewed.flatMap(readableSkew)) output.note(line);
    const isWell = models.every(({ outcome }) => outcome !== "refused") && skewed.length === 0;
    return isWell ? EXIT.ok : EXIT.failed;
  },
});

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

function show(report: DailyReport, ramped: Ramped | undefined, output: Output): void {
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
      for (const model of [control, ...challengers]) showModel(model, output);
    }
    if (ramped !== undefined) showApplied(ramped, output, ramped.decision);
    output.line(`${report.seconds.toFixed(1)} s`);
  });
}

function showModel(model: ModelReport, output: Output): void {
  const { variant, algorithm, outcome, reason, modelVersion, usersScored, scores } = model;
  output.line(`  ${variant}: ${outcome} by ${algorithm}${reason === undefined ? "" : ` (${reason})`}`);
  output.line(`    model ${modelVersion ?? "none"}, lists for ${usersScored} users`);
  for (const [name, score] of Object.entries(scores ?? {})) output.line(`    ${name}: ${score}`);
}
