import { METRIC_NAMES, variantDayOf } from "../components/serving/workload/experiment/metrics";
import { reportOf } from "../components/serving/workload/experiment/report";
import type { Comparison, ExperimentReport } from "../components/serving/workload/experiment/report";
import { ENGINES, QueryError, runQuery } from "../queries";
import { topologyOf } from "./kit/environment";
import { BadInput, EXIT, Failed } from "./kit/exit";
import type { ExitCode, InputProblem } from "./kit/exit";
import { integerOption, oneOf } from "./kit/options";
import { Output, table } from "./kit/output";
import { checkRegion, chooseRegion, EMULATOR_CREDENTIALS, openRegions } from "./kit/regions";

interface ExperimentOptions {
  readonly json?: boolean;
  readonly env: string;
  readonly region?: string;
  readonly engine: string;
  readonly metric: string;
  readonly control?: string;
  readonly from?: string;
  readonly to?: string;
  readonly alpha: unknown;
  readonly plannedUsers: unknown;
}

/** What an experiment says so far, from the exposure log: valid whenever and however often it is asked. */
export async function experiment(action: string, options: ExperimentOptions): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const problems: InputProblem[] = [];
  if (action !== "report") problems.push({ path: "action", reason: `want report, got "${action}"` });
  const engine = oneOf("--engine", options.engine, ENGINES, problems);
  const primary = oneOf("--metric", options.metric, METRIC_NAMES, problems);
  const plannedUsers = integerOption("--planned-users", options.plannedUsers, { min: 1, max: 1e9 }, problems);
  const alpha = Number(options.alpha);
  if (!(alpha > 0 && alpha < 1)) {
    problems.push({ path: "--alpha", reason: `want a number between 0 and 1, got "${String(options.alpha)}"` });
  }
  if (problems.length > 0 || engine === undefined || primary === undefined) {
    throw new BadInput("the experiment cannot be reported on", problems);
  }
  checkRegion(options.env, options.region);
  const { variants } = topologyOf(options.env).serving;
  const control = options.control ?? variants[0]?.name ?? "";
  if (!variants.some(({ name }) => name === control)) {
    const names = variants.map(({ name }) => name).join(", ");
    throw new BadInput("the experiment cannot be reported on", [
      { path: "--control", reason: `want one of ${names}, got "${control}"` },
    ]);
  }
  const opened = await openRegions(options.env);
  const parameters = {
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.to === undefined ? {} : { to: options.to }),
  };
  const config = {
    ...chooseRegion(opened, options.region),
    warehouseMode: opened.topology.warehouse.mode,
    ...(opened.endpoint === undefined
      ? {}
      : { endpoint: opened.endpoint, credentials: EMULATOR_CREDENTIALS, simulatedWarehouse: true }),
  };
  const { columns, rows } = await runQuery("experiment_metrics", engine, config, parameters).catch((error: unknown) => {
    if (!(error instanceof QueryError)) throw error;
    throw error.kind === "bad-input" ? new BadInput(error.message) : new Failed(error.message);
  });
  const report = reportOf(
    rows.map((row) => variantDayOf(columns, row)),
    { name: `${options.env}.recommender`, control, primary, alpha, plannedUsers },
  );
  output.result(report, () => {
    tell(report, output);
  });
  return EXIT.ok;
}

function tell(report: ExperimentReport, output: Output): void {
  const { experiment: name, days, firstDay, lastDay, users, crossedShare, variants } = report;
  const counts = Object.entries(users).map(([variant, count]) => `${variant} ${count}`);
  output.line(`${name}: ${days} whole days${days === 0 ? "" : ` (${firstDay ?? ""} to ${lastDay ?? ""})`}`);
  output.line(`users: ${counts.join(", ")}; ${percent(crossedShare)} saw a second variant`);
  const rows = variants.flatMap(({ variant, primary, guardrails }) =>
    [primary, ...guardrails].map((comparison, index) =>
      row(variant, comparison, index === 0 ? "primary" : "guardrail"),
    ),
  );
  if (rows.length === 0) output.line("nothing to compare yet");
  else for (const line of table(HEADINGS, rows)) output.line(line);
}

const HEADINGS = ["variant", "metric", "role", "control", "treatment", "effect", "interval", "p", "verdict", "since"];

function row(variant: string, found: Comparison, role: string): string[] {
  const { metric, control, treatment, effect, interval, pValue, verdict, since } = found;
  return [
    variant,
    metric,
    role,
    control.toPrecision(4),
    treatment.toPrecision(4),
    effect.toPrecision(3),
    interval === null ? "not enough yet" : `${interval[0].toPrecision(3)} .. ${interval[1].toPrecision(3)}`,
    pValue < 1e-4 ? "<.0001" : pValue.toFixed(4),
    verdict,
    since ?? "",
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
