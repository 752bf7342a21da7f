import { writeFile } from "node:fs/promises";
import {
  ExperimentError,
  holdExperiment,
  resumeExperiment,
  rollBackExperiment,
  startExperiment,
} from "../services/experiments/controller";
import type { StartPlan } from "../services/experiments/controller";
import { LIMIT_DEFAULTS } from "../services/experiments/guardrails";
import { METRIC_NAMES } from "../services/experiments/metrics";
import type { MetricName } from "../services/experiments/metrics";
import { applyChange, authorOf, modelVersions, rampExperiment } from "../services/experiments/operate";
import { svgPlot } from "../services/experiments/plot";
import { RAMP_DEFAULTS } from "../services/experiments/ramp";
import { PLAN_DEFAULTS, reportOf } from "../services/experiments/report";
import { StaleStateError } from "../services/kit/experiment/store";
import type { ExperimentRecord } from "../contracts/tables/flags";
import type { Topology } from "../regions/topology/model";
import { ENGINES } from "../queries";
import { topologyOf } from "./kit/environment";
import { BadInput, EXIT, Failed } from "./kit/exit";
import type { ExitCode, InputProblem } from "./kit/exit";
import { askDays, openDesk } from "./kit/experiment";
import type { Asking, OpenDesk } from "./kit/experiment";
import { tellApplied, tellFigures, tellRecord, tellReport } from "./kit/experiment-tell";
import { integerOption, oneOf } from "./kit/options";
import { Output } from "./kit/output";
import { checkRegion, openRegions } from "./kit/regions";
import type { OpenRegions } from "./kit/regions";

interface ExperimentOptions {
  readonly json?: boolean;
  readonly env: string;
  readonly region?: string;
  readonly engine: string;
  readonly from?: string;
  readonly to?: string;
  readonly today?: string;
  readonly plot?: string;
  readonly reason?: string;
  readonly live?: boolean;
  readonly id?: string;
  readonly control?: string;
  readonly treatment?: string;
  readonly metric?: string;
  readonly alpha?: unknown;
  readonly plannedUsers?: unknown;
  /** cac makes a number of one percentage. */
  readonly steps?: string | number;
  readonly minDays?: unknown;
  readonly minUsers?: unknown;
  readonly maxDays?: unknown;
  readonly onHarm?: string;
  readonly standIns?: unknown;
}

const ACTIONS = ["start", "status", "ramp", "hold", "resume", "rollback", "report"] as const;
type Action = (typeof ACTIONS)[number];

/** What the options say, checked. */
interface Asked {
  readonly asking: Asking;
  readonly now: Date;
  readonly plan: StartPlan;
  /** Whether the plan was told by options, which a started experiment does not allow any more. */
  readonly judgedAnew: boolean;
}

/**
 * An A/B experiment on the recommender's variants: its state in the `flags` table, which the API assigns users by, and
 * what the exposure log says of it, valid whenever and however often it is asked.
 */
export async function experiment(
  given: string,
  environment: string | undefined,
  options: ExperimentOptions,
): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const problems: InputProblem[] = [];
  const action = oneOf("action", given, ACTIONS, problems);
  const topology = topologyOf(environment ?? options.env);
  const asked = readOptions(options, topology, problems);
  if (problems.length > 0 || action === undefined || asked === undefined) {
    throw new BadInput("the experiment cannot be worked on", problems);
  }
  checkRegion(topology.environment, options.region);
  const opened = await openRegions(environment ?? options.env);
  const desk = await openDesk(opened, asked.asking, asked.now);
  try {
    return await run(action, { opened, desk, asked, options, output });
  } catch (error) {
    if (error instanceof ExperimentError || error instanceof StaleStateError) throw new Failed(error.message);
    throw error;
  } finally {
    desk.close();
  }
}

interface Job {
  readonly opened: OpenRegions;
  readonly desk: OpenDesk;
  readonly asked: Asked;
  readonly options: ExperimentOptions;
  readonly output: Output;
}

async function run(action: Action, job: Job): Promise<ExitCode> {
  const { desk, asked, options, output } = job;
  const record = await desk.store.read();
  if (action === "report") return report(job, record);
  if (action === "start") return start(job, record);
  if (record === undefined) throw new Failed("there is no experiment: meridian experiment start");
  if (action === "status") return status(job, record);
  if (action === "ramp") {
    const ramped = await rampExperiment(desk, record);
    output.result(ramped, () => {
      tellFigures(ramped.figures, output);
      tellApplied(ramped, output, ramped.decision);
    });
    // What is held or rolled back by itself is news for whoever runs this by a timer.
    const stopped = ramped.record.state === "held" || ramped.decision.action === "roll_back";
    return stopped || ramped.endpoints.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.ok;
  }
  const change = { hold: holdExperiment, resume: resumeExperiment, rollback: rollBackExperiment }[action];
  const author = await authorOf({ ...desk, now: asked.now }, record);
  const applied = await applyChange(desk, change(record, options.reason ?? `by ${author.by}`, author));
  output.result(applied, () => {
    tellApplied(applied, output);
  });
  return applied.endpoints.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.ok;
}

async function start({ desk, asked, options, output }: Job, before: ExperimentRecord | undefined): Promise<ExitCode> {
  const { control, treatment } = asked.plan;
  const versions = await modelVersions(desk.zones, [control, treatment]);
  const without = Object.keys(desk.zones).filter((zone) => versions[treatment]?.[zone] === undefined);
  if (without.length > 0 && options.live !== true) {
    throw new Failed(
      `${treatment} has no published model in ${without.join(", ")}: run meridian daily, or say --live where the endpoint answers for it`,
    );
  }
  const author = { by: desk.by, at: asked.now, versions };
  const applied = await applyChange(desk, startExperiment(before, asked.plan, author));
  output.result(applied, () => {
    tellApplied(applied, output);
  });
  return applied.endpoints.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.ok;
}

async function status({ desk, output }: Job, record: ExperimentRecord): Promise<ExitCode> {
  const changes = await desk.store.changes(20);
  const endpoints = await Promise.all(
    desk.endpoints.map(async (endpoint) => ({
      region: endpoint.region,
      weights: await endpoint.read().catch((error: unknown) => String(error)),
    })),
  );
  output.result({ experiment: record, changes, endpoints }, () => {
    tellRecord(record, changes, output);
    for (const { region, weights } of endpoints) output.line(`endpoint ${region}: ${JSON.stringify(weights)}`);
  });
  return EXIT.ok;
}

/** By the experiment's own plan where there is one; else by the options, over all exposures that carry a variant. */
async function report({ opened, desk, asked, options, output }: Job, record?: ExperimentRecord): Promise<ExitCode> {
  if (record !== undefined && asked.judgedAnew) {
    throw new BadInput(`${record.id} is judged by what it was started with`, [
      { path: "--metric, --control, --alpha, --planned-users", reason: "want none of them once it is started" },
    ]);
  }
  const figures =
    record === undefined
      ? { report: reportOf(await askDays(opened, asked.asking), planWithout(asked.plan, opened)), guardrails: [] }
      : await desk.figures(record);
  if (options.plot !== undefined) {
    await writeFile(options.plot, svgPlot(figures.report)).catch((error: unknown) => {
      throw new BadInput("the picture cannot be written", [{ path: "--plot", reason: String(error) }]);
    });
  }
  output.result({ ...figures.report, guardrails: figures.guardrails }, () => {
    tellReport(figures.report, output);
    tellFigures(figures, output, { plot: true });
  });
  return EXIT.ok;
}

function planWithout({ control, judgedBy }: StartPlan, { topology }: OpenRegions) {
  const { alpha, planned_users: plannedUsers } = judgedBy;
  const primary = judgedBy.primary as MetricName;
  return { name: `${topology.environment}.recommender`, control, primary, alpha, plannedUsers };
}

function readOptions(options: ExperimentOptions, topology: Topology, problems: InputProblem[]): Asked | undefined {
  const engine = oneOf("--engine", options.engine, ENGINES, problems);
  const primary = oneOf("--metric", options.metric ?? PLAN_DEFAULTS.primary, METRIC_NAMES, problems);
  const onHarm = oneOf("--on-harm", options.onHarm ?? "roll_back", ["roll_back", "hold"] as const, problems);
  const whole = (path: string, value: unknown, otherwise: number): number =>
    integerOption(path, value ?? otherwise, { min: 1, max: 1e9 }, problems);
  const standIns = Number(options.standIns ?? LIMIT_DEFAULTS.stand_in_share);
  if (!(standIns >= 0 && standIns <= 1)) {
    problems.push({ path: "--stand-ins", reason: `want a share, 0 to 1, got "${String(options.standIns)}"` });
  }
  const alpha = Number(options.alpha ?? PLAN_DEFAULTS.alpha);
  if (!(alpha > 0 && alpha < 1)) {
    problems.push({ path: "--alpha", reason: `want a number between 0 and 1, got "${String(options.alpha)}"` });
  }
  const names = topology.serving.variants.map(({ name }) => name);
  const variant = (path: string, value: string | undefined, otherwise: string | undefined): string => {
    const name = value ?? otherwise ?? "";
    if (!names.includes(name)) problems.push({ path, reason: `want one of ${names.join(", ")}, got "${name}"` });
    return name;
  };
  const control = variant("--control", options.control, names[0]);
  const others = names.filter((name) => name !== control);
  const treatment = others.length === 0 ? "" : variant("--treatment", options.treatment, others[0]);
  const now = nowOf(options.today, problems);
  const ramp = {
    steps: options.steps === undefined ? RAMP_DEFAULTS.steps : String(options.steps).split(",").map(Number),
    minDays: whole("--min-days", options.minDays, RAMP_DEFAULTS.minDays),
    minUsers: whole("--min-users", options.minUsers, RAMP_DEFAULTS.minUsers),
    maxDays: whole("--max-days", options.maxDays, RAMP_DEFAULTS.maxDays),
    maxAgeDays: RAMP_DEFAULTS.maxAgeDays,
  };
  const plannedUsers = whole("--planned-users", options.plannedUsers, PLAN_DEFAULTS.plannedUsers);
  if (engine === undefined || primary === undefined || onHarm === undefined) return undefined;
  const to = options.to ?? (options.today === undefined ? undefined : dayAfter(now));
  const { region, from } = options;
  return {
    asking: {
      engine,
      ...(region === undefined ? {} : { region }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    },
    now,
    judgedAnew: [options.metric, options.control, options.alpha, options.plannedUsers].some((one) => one !== undefined),
    plan: {
      id: options.id ?? `${topology.environment}-${now.toISOString().slice(0, 16)}`,
      control,
      treatment,
      ramp,
      onHarm,
      judgedBy: { primary, alpha, guardrail_alpha: PLAN_DEFAULTS.guardrailAlpha, planned_users: plannedUsers },
      limits: {
        ...LIMIT_DEFAULTS,
        // To a millionth, so that .99 leaves .01.
        error_share: Math.round((1 - topology.promises.availability) * 1e6) / 1e6,
        stand_in_share: standIns,
      },
    },
  };
}

/** The moment of a decision: now, or at the same time of another day where data of the past are gone through. */
function nowOf(today: string | undefined, problems: InputProblem[]): Date {
  const now = new Date();
  if (today === undefined) return now;
  const then = new Date(`${today}T${now.toISOString().slice(11)}`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(today) && !Number.isNaN(then.getTime())) return then;
  problems.push({ path: "--today", reason: `want a day YYYY-MM-DD, got "${today}"` });
  return now;
}

function dayAfter(now: Date): string {
  return new Date(now.getTime() + 86_400_000).toISOString().slice(0, 10);
}
