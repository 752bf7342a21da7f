import type {
  ExperimentChangeRecord,
  ExperimentLookRecord,
  ExperimentRecord,
  ExperimentStateName,
} from "../../contracts/tables/flags";
import { modelNameOf } from "../../contracts/tables/records";
import { failed, type Guardrail } from "./guardrails";
import { METRIC_NAMES, type MetricName } from "./metrics";
import { afterDecision, decideRamp, rampProblems, type RampAction, type RampDecision, type RampPlan } from "./ramp";
import type { Comparison, ExperimentPlan, ExperimentReport } from "./report";
import type { Change } from "../kit/experiment/store";

/** Versions that readers had at a moment: by variant, then by residency zone. */
export type ModelVersions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Who changes an experiment, and when. */
export interface Author {
  readonly by: string;
  readonly at: Date;
  readonly versions: ModelVersions;
}

/** What an experiment is started with. */
export interface StartPlan {
  readonly id: string;
  readonly control: string;
  readonly treatment: string;
  readonly ramp: RampPlan;
  readonly onHarm: ExperimentRecord["ramp"]["on_harm"];
  readonly judgedBy: ExperimentRecord["judged_by"];
  readonly limits: ExperimentRecord["limits"];
}

/** What is known on the day of a decision. */
export interface Figures {
  readonly report: ExperimentReport;
  readonly guardrails: readonly Guardrail[];
}

/** What was decided, and the change that does it. */
export interface Step {
  readonly decision: RampDecision;
  readonly change: Change;
}

/** An action that the experiment's state does not allow. */
export class ExperimentError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ExperimentError";
  }
}

type Action = ExperimentChangeRecord["action"];

/** Looks that are kept: more than the days of the longest experiment. */
const MOST_LOOKS = 400;

/**
 * Starts an experiment at the first step of its ramp. The one before stays in the entries of its changes.
 * @throws ExperimentError while one goes on, or for a plan that cannot be followed.
 */
export function startExperiment(before: ExperimentRecord | undefined, plan: StartPlan, author: Author): Change {
  if (before !== undefined && isOpen(before)) {
    throw new ExperimentError(`${before.id} is ${before.state}: finish it, or roll it back, before another starts`);
  }
  if (before?.id === plan.id) throw new ExperimentError(`${plan.id} is the id of the last experiment: want another`);
  const problems = rampProblems(plan.ramp);
  if (plan.control === plan.treatment) problems.push(`variants: want two, got ${plan.control} twice`);
  if (problems.length > 0) throw new ExperimentError(problems.join("; "));
  const { steps, minDays, minUsers, maxDays, maxAgeDays } = plan.ramp;
  const [percent = 0] = steps;
  const reason = `${percent} % of users get ${plan.treatment}`;
  const start = { control: plan.control, treatment: plan.treatment, percent: 0, phases: [] };
  const today = author.at.toISOString().slice(0, 10);
  const { phases } = afterDecision(start, { action: "advance", percent, reason }, today);
  const at = author.at.toISOString();
  const record: ExperimentRecord = {
    flag: "",
    id: plan.id,
    revision: (before?.revision ?? 0) + 1,
    state: "running",
    variants: [plan.control, plan.treatment].map((name, place) => ({
      name,
      weight: place === 0 ? 100 - percent : percent,
      model: modelNameOf(name, plan.control),
      model_versions: { ...author.versions[name] },
    })),
    judged_by: plan.judgedBy,
    ramp: {
      steps: [...steps],
      min_days: minDays,
      min_users: minUsers,
      max_days: maxDays,
      max_age_days: maxAgeDays,
      on_harm: plan.onHarm,
    },
    limits: plan.limits,
    phases: phases.map((phase) => ({ ...phase, weights: { ...phase.weights } })),
    looks: [],
    started_at: at,
    changed_at: at,
    reason,
  };
  return { record, entry: entryOf(record, "start", author, undefined) };
}

/**
 * Decides by what is known on a day, and makes the change. What fails beside the users' metrics holds; a held experiment
 * goes on only when resumed, and is rolled back all the same.
 * @throws ExperimentError when it is over.
 */
export function rampStep(record: ExperimentRecord, figures: Figures, author: Author): Step {
  if (!isOpen(record)) throw new ExperimentError(`${record.id} is ${record.state}: there is nothing to ramp`);
  const report = remembered(figures.report, record.looks);
  const decision = decisionOf(record, { ...figures, report }, author.at.toISOString().slice(0, 10));
  const looked = { ...record, looks: looksAfter(record, report, author.at) };
  const state: Readonly<Record<RampAction, ExperimentStateName>> = {
    advance: "running",
    wait: record.state,
    hold: "held",
    roll_back: "rolled-back",
    ship: "finished",
    stop: "finished",
  };
  return { decision, change: changed(looked, decision.action, decision, state[decision.action], author) };
}

function decisionOf(record: ExperimentRecord, { report, guardrails }: Figures, today: string): RampDecision {
  const percent = percentOf(record);
  const found = decideRamp(report, rampStateOf(record), rampPlanOf(record), today);
  const decision: RampDecision =
    found.action === "roll_back" && record.ramp.on_harm === "hold" ? { ...found, action: "hold", percent } : found;
  if (decision.action === "roll_back") return decision;
  if (record.state === "held") return { action: "wait", percent, reason: `held: ${record.reason}` };
  const fails = guardrails.filter(failed).map(({ told }) => told);
  if (fails.length === 0 || decision.action === "stop") return decision;
  const reasons = decision.action === "hold" ? [decision.reason, ...fails] : fails;
  return { action: "hold", percent, reason: reasons.join("; ") };
}

/** Holds by a person's word. @throws ExperimentError unless it is running. */
export function holdExperiment(record: ExperimentRecord, reason: string, author: Author): Change {
  if (record.state !== "running")
    throw new ExperimentError(`${record.id} is ${record.state}: want one that is running`);
  return changed(record, "hold", { percent: percentOf(record), reason }, "held", author);
}

/** Lets a held experiment go on. @throws ExperimentError unless it is held. */
export function resumeExperiment(record: ExperimentRecord, reason: string, author: Author): Change {
  if (record.state !== "held") throw new ExperimentError(`${record.id} is ${record.state}: want one that is held`);
  return changed(record, "resume", { percent: percentOf(record), reason }, "running", author);
}

/** Gives everybody the control, whatever was shipped. @throws ExperimentError when everybody has it already. */
export function rollBackExperiment(record: ExperimentRecord, reason: string, author: Author): Change {
  if (percentOf(record) === 0) throw new ExperimentError(`${record.id} is ${record.state}: everybody has the control`);
  return changed(record, "roll_back", { percent: 0, reason }, "rolled-back", author);
}

/** Whether an experiment may still change by itself. */
export function isOpen({ state }: Pick<ExperimentRecord, "state">): boolean {
  return state === "running" || state === "held";
}

/** The new variant's share of users, percent. */
export function percentOf(record: ExperimentRecord): number {
  return record.variants[1]?.weight ?? 0;
}

/** What the experiment is judged by, as the report wants it. */
export function experimentPlanOf(record: ExperimentRecord): ExperimentPlan {
  const { judged_by: by } = record;
  return {
    name: record.id,
    control: record.variants[0]?.name ?? "",
    primary: metricOf(by.primary),
    alpha: by.alpha,
    guardrailAlpha: by.guardrail_alpha,
    plannedUsers: by.planned_users,
    phases: phasesOf(record),
  };
}

function phasesOf({ phases }: ExperimentRecord) {
  return phases.map(({ from, to, weights }) => ({ from, weights, ...(to === undefined ? {} : { to }) }));
}

function rampStateOf(record: ExperimentRecord) {
  const [control, treatment] = record.variants;
  return {
    control: control?.name ?? "",
    treatment: treatment?.name ?? "",
    percent: percentOf(record),
    phases: phasesOf(record),
  };
}

function rampPlanOf({ ramp }: ExperimentRecord): RampPlan {
  const { steps, min_days, min_users, max_days, max_age_days } = ramp;
  return { steps, minDays: min_days, minUsers: min_users, maxDays: max_days, maxAgeDays: max_age_days };
}

function metricOf(name: string): MetricName {
  const found = METRIC_NAMES.find((metric) => metric === name);
  if (found === undefined)
    throw new ExperimentError(`want a primary metric of ${METRIC_NAMES.join(", ")}, got ${name}`);
  return found;
}

/** The report with what earlier looks showed: evidence that was found is not taken back when its days are deleted. */
export function remembered(report: ExperimentReport, looks: readonly ExperimentLookRecord[]): ExperimentReport {
  const recall = (found: Comparison): Comparison => {
    if (found.verdict !== "unclear") return found;
    const before = looks.find(({ metrics }) => (metrics[found.metric]?.verdict ?? "unclear") !== "unclear");
    const shown = before?.metrics[found.metric];
    if (before === undefined || shown === undefined) return found;
    const pValue = Math.min(found.pValue, shown.p_value);
    return { ...found, verdict: shown.verdict, pValue, since: before.last_day };
  };
  const variants = report.variants.map((variant) => ({
    ...variant,
    primary: recall(variant.primary),
    guardrails: variant.guardrails.map(recall),
  }));
  return { ...report, variants };
}

function looksAfter(record: ExperimentRecord, report: ExperimentReport, at: Date): ExperimentLookRecord[] {
  const found = report.variants.find(({ variant }) => variant === record.variants[1]?.name);
  if (report.lastDay === null || found === undefined) return record.looks;
  const look: ExperimentLookRecord = {
    at: at.toISOString(),
    last_day: report.lastDay,
    users: { ...report.users },
    metrics: Object.fromEntries(
      [found.primary, ...found.guardrails].map(({ metric, pValue, verdict }) => [metric, { p_value: pValue, verdict }]),
    ),
  };
  return [...record.looks.filter(({ last_day }) => last_day !== look.last_day), look].slice(-MOST_LOOKS);
}

function changed(
  record: ExperimentRecord,
  action: Action,
  { percent, reason }: Pick<RampDecision, "percent" | "reason">,
  state: ExperimentStateName,
  author: Author,
): Change {
  const day = author.at.toISOString().slice(0, 10);
  const { phases } = afterDecision(rampStateOf(record), { action: "advance", percent, reason }, day);
  const next: ExperimentRecord = {
    ...record,
    revision: record.revision + 1,
    state,
    variants: record.variants.map((variant, place) => ({
      ...variant,
      weight: place === 0 ? 100 - percent : place === 1 ? percent : 0,
      model_versions: { ...author.versions[variant.name] },
    })),
    phases: phases.map((phase) => ({ ...phase, weights: { ...phase.weights } })),
    changed_at: author.at.toISOString(),
    // What a held experiment waits for is why it was held.
    reason: action === "wait" && record.state === "held" ? record.reason : reason,
  };
  return { record: next, entry: entryOf(next, action, { ...author }, record, reason) };
}

function entryOf(
  record: ExperimentRecord,
  action: Action,
  author: Author,
  before: ExperimentRecord | undefined,
  reason = record.reason,
): ExperimentChangeRecord {
  return {
    flag: "",
    id: record.id,
    revision: record.revision,
    at: author.at.toISOString(),
    by: author.by,
    action,
    reason,
    state: record.state,
    weights: weightsIn(record),
    ...(before === undefined ? {} : { weights_before: weightsIn(before) }),
    model_versions: Object.fromEntries(record.variants.map(({ name, model_versions }) => [name, model_versions])),
  };
}

function weightsIn({ variants }: ExperimentRecord): Record<string, number> {
  return Object.fromEntries(variants.map(({ name, weight }) => [name, weight]));
}
