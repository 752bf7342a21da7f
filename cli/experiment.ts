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
import type { Finding } from "../contracts/finding";
import { topologyOf } from "./kit/environment";
import { choice, command, env, flag, integer, number, requiredChoice, text } from "./kit/command";
import type { Given, Word } from "./kit/command";
import { BadInput, EXIT, Failed } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { askDays, openDesk } from "./kit/experiment-desk";
import type { Asking, OpenDesk } from "./kit/experiment-desk";
import { showApplied, showFigures, showRecord, showReport } from "./kit/experiment-view";
import { Output } from "./kit/output";
import { checkRegion, openRegions } from "./kit/regions";
import type { OpenRegions } from "./kit/regions";

const ACTIONS = ["start", "status", "ramp", "hold", "resume", "rollback", "report"] as const;
type Action = (typeof ACTIONS)[number];

const count = { min: 1, max: 1e9 } as const;

const OPTIONS = {
  env,
  region: text("region whose lake is asked; default: every region's", "region"),
  engine: choice(ENGINES, "what answers", "athena"),
  from: text("first day that counts; default: the experiment's first whole one", "YYYY-MM-DD"),
  to: text("look as of this day; default: all that is known", "YYYY-MM-DD"),
  plot: text("report: draw the confidence sequences, as SVG", "file"),
  reason: text("hold, resume, rollback: why"),
  today: day("start, ramp: decide as of this day, for data of the past; default: today"),
  id: text("start: name of the experiment; each assigns users anew"),
  live: flag("start: without a published model of the new variant; the endpoint answers for it"),
  control: text("start: what the new variant is compared with; default: the topology's first", "variant"),
  treatment: text("start: the new variant; default: the topology's next", "variant"),
  metric: choice(METRIC_NAMES, `start: primary metric; default: ${PLAN_DEFAULTS.primary}`),
  alpha: number(`start: chance of a false alarm over all looks together; default: ${PLAN_DEFAULTS.alpha}`, {
    min: Number.MIN_VALUE,
    max: 1 - Number.EPSILON,
  }),
  plannedUsers: integer(
    `start: number of users at which intervals are narrowest; default: ${PLAN_DEFAULTS.plannedUsers}`,
    count,
  ),
  steps: text("start: the new variant's shares, rising", "percentages", RAMP_DEFAULTS.steps.join(",")),
  minDays: integer("start: whole days at a step", count, RAMP_DEFAULTS.minDays),
  minUsers: integer("start: users of the new variant before the next step", count, RAMP_DEFAULTS.minUsers),
  maxDays: integer("start: whole days after which an experiment without a result ends", count, RAMP_DEFAULTS.maxDays),
  onHarm: choice(["roll_back", "hold"], "start: what follows when harm is shown", "roll_back"),
  standIns: number(
    "start: largest share of the new variant's lists that may be another model's",
    { min: 0, max: 1 },
    LIMIT_DEFAULTS.stand_in_share,
  ),
} as const;

const ARGUMENTS = {
  action: requiredChoice(ACTIONS, `one of ${ACTIONS.join(", ")}`),
  environment: text("default: --env", "environment"),
};

type Options = Given<typeof ARGUMENTS, typeof OPTIONS>;

/** What the options say, checked. */
interface Asked {
  readonly asking: Asking;
  readonly now: Date;
  readonly plan: StartPlan;
  /** Whether options gave a plan, which a started experiment does not allow any more. */
  readonly judgedAnew: boolean;
}

/**
 * The state is in the `flags` table, by which the API assigns users; the exposure log gives the figures, valid whenever
 * and however often they are asked for.
 */
export default command({
  summary: "Run an A/B experiment on the variants: start, status, ramp, hold, resume, rollback, report",
  arguments: ARGUMENTS,
  options: OPTIONS,
  examples: ["experiment start local --treatment challenger", "experiment report local --plot effect.svg"],
  async run(options) {
    const output = new Output(options.json);
    const topology = topologyOf(options.environment ?? options.env);
    const asked = readOptions(options, topology);
    checkRegion(topology.environment, options.region);
    const opened = await openRegions(options.environment ?? options.env);
    const desk = await openDesk(opened, asked.asking, asked.now);
    try {
      return await run(options.action, { opened, desk, asked, options, output });
    } catch (error) {
      if (error instanceof ExperimentError || error instanceof StaleStateError) throw new Failed(error.message);
      throw error;
    } finally {
      desk.close();
    }
  },
});

interface Job {
  readonly opened: OpenRegions;
  readonly desk: OpenDesk;
  readonly asked: Asked;
  readonly options: Options;
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
      showFigures(ramped.figures, output);
      showApplied(ramped, output, ramped.decision);
    });
    // What is held or rolled back by itself is news for whoever runs this by a timer.
    const stopped = ramped.record.state === "held" || ramped.decision.action === "roll_back";
    return stopped || ramped.endpoints.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.ok;
  }
  const change = { hold: holdExperiment, resume: resumeExperiment, rollback: rollBackExperiment }[action];
  const author = await authorOf({ ...desk, now: asked.now }, record);
  const applied = await applyChange(desk, change(record, options.reason ?? `by ${author.by}`, author));
  output.result(applied, () => {
    showApplied(applied, output);
  });
  return applied.endpoints.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.ok;
}

async function start({ desk, asked, options, output }: Job, before: ExperimentRecord | undefined): Promise<ExitCode> {
  const { control, treatment } = asked.plan;
  const versions = await modelVersions(desk.zones, [control, treatment]);
  const without = Object.keys(desk.zones).filter((zone) => versions[treatment]?.[zone] === undefined);
  if (without.length > 0 && !options.live) {
    throw new Failed(
      `${treatment} has no published model in ${without.join(", ")}: run meridian daily, or say --live where the endpoint answers for it`,
    );
  }
  const author = { by: desk.by, at: asked.now, versions };
  const applied = await applyChange(desk, startExperiment(before, asked.plan, author));
  output.result(applied, () => {
    showApplied(applied, output);
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
    showRecord(record, changes, output);
    for (const { region, weights } of endpoints) output.line(`endpoint ${region}: ${JSON.stringify(weights)}`);
  });
  return EXIT.ok;
}

/** By the experiment's own plan where there is one; else by the options, over all exposures that carry a variant. */
async function report({ opened, desk, asked, options, output }: Job, record?: ExperimentRecord): Promise<ExitCode> {
  if (record !== undefined && asked.judgedAnew) {
    throw new BadInput(`${record.id} is judged by what it was started with`, [
      { path: "--metric, --control, --alpha, --planned-users", want: "none of them once it is started", got: "one" },
    ]);
  }
  const figures =
    record === undefined
      ? { report: reportOf(await askDays(opened, asked.asking), planWithout(asked.plan, opened)), guardrails: [] }
      : await desk.figures(record);
  if (options.plot !== undefined) {
    await writeFile(options.plot, svgPlot(figures.report)).catch((error: unknown) => {
      throw new BadInput("the picture cannot be written", [
        { path: "--plot", want: "a file that can be written", got: String(error) },
      ]);
    });
  }
  output.result({ ...figures.report, guardrails: figures.guardrails }, () => {
    showReport(figures.report, output);
    showFigures(figures, output, { plot: true });
  });
  return EXIT.ok;
}

function planWithout({ control, judgedBy }: StartPlan, { topology }: OpenRegions) {
  const { alpha, planned_users: plannedUsers } = judgedBy;
  const primary = judgedBy.primary as MetricName;
  return { name: `${topology.environment}.recommender`, control, primary, alpha, plannedUsers };
}

/** @throws BadInput for variants that the topology does not have */
function readOptions(options: Options, topology: Topology): Asked {
  const names = topology.serving.variants.map(({ name }) => name);
  const findings: Finding[] = [];
  const variant = (path: string, value: string | undefined, otherwise: string | undefined): string => {
    const name = value ?? otherwise ?? "";
    if (!names.includes(name)) findings.push({ path, want: `one of ${names.join(", ")}`, got: `"${name}"` });
    return name;
  };
  const control = variant("--control", options.control, names[0]);
  const others = names.filter((name) => name !== control);
  const treatment = others.length === 0 ? "" : variant("--treatment", options.treatment, others[0]);
  if (findings.length > 0) throw new BadInput("the experiment cannot be worked on", findings);
  const now = options.today ?? new Date();
  const primary = options.metric ?? PLAN_DEFAULTS.primary;
  const alpha = options.alpha ?? PLAN_DEFAULTS.alpha;
  const plannedUsers = options.plannedUsers ?? PLAN_DEFAULTS.plannedUsers;
  const { minDays, minUsers, maxDays, onHarm, standIns } = options;
  const ramp = {
    steps: options.steps.split(",").map(Number),
    ...{ minDays, minUsers, maxDays },
    maxAgeDays: RAMP_DEFAULTS.maxAgeDays,
  };
  const to = options.to ?? (options.today === undefined ? undefined : dayAfter(now));
  const { region, from } = options;
  return {
    asking: {
      engine: options.engine,
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

/** The moment of a decision: the time of day is now's, the day that of the past data that are gone through. */
function day(help: string): Word<Date | undefined> {
  const read = (given: readonly string[]) => {
    const text = given.at(-1) ?? "";
    const moment = new Date(`${text}T${new Date().toISOString().slice(11)}`);
    return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(moment.getTime())
      ? { value: moment }
      : { want: "a day YYYY-MM-DD" };
  };
  return { help, shows: "YYYY-MM-DD", read };
}

function dayAfter(now: Date): string {
  return new Date(now.getTime() + 86_400_000).toISOString().slice(0, 10);
}
