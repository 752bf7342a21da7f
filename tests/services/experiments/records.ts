import { startExperiment, type Author, type StartPlan } from "../../../services/experiments/controller";
import { LIMIT_DEFAULTS } from "../../../services/experiments/guardrails";
import { RAMP_DEFAULTS } from "../../../services/experiments/ramp";
import type { ExperimentRecord } from "../../../contracts/tables/flags";
import { dayOf } from "./simulation";

export const START_PLAN: StartPlan = {
  id: "spring",
  control: "champion",
  treatment: "challenger",
  ramp: RAMP_DEFAULTS,
  onHarm: "roll_back",
  judgedBy: { primary: "click_rate", alpha: 0.05, guardrail_alpha: 0.01, planned_users: 10_000 },
  limits: LIMIT_DEFAULTS,
};

/** Somebody at two in the night of the simulation's day. */
export function author(day = 0): Author {
  return {
    by: "arn:aws:iam::000000000000:user/ada",
    at: new Date(`${dayOf(day)}T02:00:00Z`),
    versions: { champion: { us: "a1" }, challenger: { us: "b1" } },
  };
}

/** A running experiment at a share, as if it had been started there. */
export function started({
  percent,
  id = "spring",
}: {
  readonly percent: number;
  readonly id?: string;
}): ExperimentRecord {
  const { record } = startExperiment(undefined, { ...START_PLAN, id }, author());
  const [control, treatment] = record.variants;
  if (control === undefined || treatment === undefined) throw new Error("want two variants");
  return {
    ...record,
    variants: [
      { ...control, weight: 100 - percent },
      { ...treatment, weight: percent },
    ],
  };
}
