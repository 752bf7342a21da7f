import type { Variant } from "../../contracts/models/assignment";
import type { Comparison, ExperimentReport, Phase } from "./report";

/** How a variant is given more users, step by step. */
export interface RampPlan {
  /** Shares of users that the new variant gets, percent, rising; the last is where the experiment is decided. */
  readonly steps: readonly number[];
  /** Whole days at a step before the next. */
  readonly minDays: number;
  /** Users of the new variant at a step before the next. */
  readonly minUsers: number;
  /** Whole days after which an experiment that shows nothing ends. */
  readonly maxDays: number;
  /** Whole days without news after which nothing is raised. */
  readonly maxAgeDays: number;
}

/** Few users first, and two days at each step: one to see, one to be sure that it was no holiday. */
export const RAMP_DEFAULTS: RampPlan = { steps: [1, 5, 20, 50], minDays: 2, minUsers: 200, maxDays: 42, maxAgeDays: 3 };

/** The current step of a ramp. */
export interface RampState {
  readonly control: string;
  readonly treatment: string;
  /** The new variant's share now, percent; 0 before the first step and after a roll-back. */
  readonly percent: number;
  /** Splits so far, oldest first; the last one goes on. */
  readonly phases: readonly Phase[];
}

/** `hold` and `roll_back` are automatic: no person needs to see the figures first. */
export type RampAction = "advance" | "wait" | "hold" | "roll_back" | "ship" | "stop";

export interface RampDecision {
  readonly action: RampAction;
  /** The new variant's share from now on, percent. */
  readonly percent: number;
  readonly reason: string;
}

/** Problems of a ramp plan, all of them. */
export function rampProblems({ steps, minDays, minUsers, maxDays, maxAgeDays }: RampPlan): string[] {
  const rising = steps.every((step, index) => step > (steps[index - 1] ?? 0) && step < 100);
  const counts = { minDays, minUsers, maxDays, maxAgeDays };
  return [
    ...(steps.length > 0 && rising
      ? []
      : [`steps: want percentages that rise within (0, 100), got ${steps.join(", ")}`]),
    ...Object.entries(counts).flatMap(([name, value]) =>
      Number.isInteger(value) && value >= 1 ? [] : [`${name}: want a whole number from 1, got ${value}`],
    ),
  ];
}

/**
 * What to do with a ramp by what is known on a day. Harm shown in any metric rolls back; users who do not come as
 * planned, or no news, hold; else a step that was long and large enough is followed by the next, and the last one is
 * decided by the primary metric.
 * @param today YYYY-MM-DD, UTC.
 */
export function decideRamp(report: ExperimentReport, state: RampState, plan: RampPlan, today: string): RampDecision {
  const { percent } = state;
  const stay = (action: RampAction, reason: string): RampDecision => ({ action, percent, reason });
  const found = report.variants.find(({ variant }) => variant === state.treatment);
  const harm = found && [found.primary, ...found.guardrails].find(({ verdict }) => verdict === "worse");
  if (harm !== undefined) return { action: "roll_back", percent: 0, reason: `${told(harm)}: worse than the control` };
  if (report.mismatch?.alarm === true) {
    return stay(
      "hold",
      `users do not come in the planned shares (evidence ${report.mismatch.evidence.toPrecision(3)})`,
    );
  }
  const phase = state.phases.at(-1);
  if (percent > 0 && phase !== undefined && daysBetween(report.lastDay ?? phase.from, today) > plan.maxAgeDays) {
    return stay("hold", `the last whole day is ${report.lastDay ?? "none"}: more than ${plan.maxAgeDays} days ago`);
  }
  const [first = 0] = plan.steps;
  if (percent === 0 || phase === undefined) return { action: "advance", percent: first, reason: "the first step" };
  const next = plan.steps.find((step) => step > percent);
  if (next === undefined) return decideEnd(report, found?.primary, plan, stay);
  const days = report.lastDay === null ? 0 : Math.max(0, daysBetween(phase.from, report.lastDay) + 1);
  const users = found?.users ?? 0;
  if (days < plan.minDays) return stay("wait", `${days} of ${plan.minDays} days at ${percent} %`);
  if (users < plan.minUsers) return stay("wait", `${users} of ${plan.minUsers} users so far`);
  return { action: "advance", percent: next, reason: `${days} days at ${percent} % without harm` };
}

function decideEnd(
  report: ExperimentReport,
  primary: Comparison | undefined,
  plan: RampPlan,
  stay: (action: RampAction, reason: string) => RampDecision,
): RampDecision {
  if (primary?.verdict === "better") {
    return { action: "ship", percent: 100, reason: `${told(primary)}: better than the control` };
  }
  if (report.days < plan.maxDays) return stay("wait", `${report.days} of at most ${plan.maxDays} days, not clear yet`);
  return { action: "stop", percent: 0, reason: `no difference shown in ${report.days} days` };
}

function told({ metric, interval }: Comparison): string {
  return interval === null ? metric : `${metric} ${interval[0].toPrecision(3)} to ${interval[1].toPrecision(3)}`;
}

/** The state after a decision: a changed split ends the phase the day before, and the next begins the day after. */
export function afterDecision(state: RampState, { percent }: RampDecision, today: string): RampState {
  if (percent === state.percent) return state;
  const before = state.phases.map((phase, index) =>
    index === state.phases.length - 1 ? { ...phase, to: shifted(today, -1) } : phase,
  );
  const weights = { [state.control]: 100 - percent, [state.treatment]: percent };
  return { ...state, percent, phases: [...before, { from: shifted(today, 1), weights }] };
}

/** The variants' weights of a state: what the API assigns by. */
export function weightsOf({ control, treatment, percent }: RampState): Variant[] {
  return [
    { name: control, weight: 100 - percent },
    { name: treatment, weight: percent },
  ];
}

const DAY_MS = 86_400_000;

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
