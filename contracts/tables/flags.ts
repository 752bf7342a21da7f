import { z } from "zod";

/**
 * Rows of the `flags` table (partition key `flag`), which every region has and the home region alone writes:
 *
 *   experiment:<name>                     {@link ExperimentRecord}, the state that the API assigns users by
 *   experiment:<name>:change:<revision>   {@link ExperimentChangeRecord}, one for each revision, never changed
 *   flag:<key>                            a feature flag of the API
 */
export const experimentKeyOf = (name: string): string => `experiment:${name}`;

/** Key of the entry that tells of one revision; numbers are padded, so that keys sort as they were made. */
export const changeKeyOf = (name: string, revision: number): string =>
  `${experimentKeyOf(name)}:change:${String(revision).padStart(6, "0")}`;

/** Key of a feature flag. */
export const flagKeyOf = (key: string): string => `flag:${key}`;

/** The experiment over the recommender's variants: there is one at a time. */
export const EXPERIMENT = "recommender";

/**
 * `held`: weights stay and nothing is raised until a person says so. `rolled-back`: everybody has the control.
 * `finished`: the new variant was shipped to everybody, or showed nothing in its longest time.
 */
export const EXPERIMENT_STATES = ["running", "held", "rolled-back", "finished"] as const;
export type ExperimentStateName = (typeof EXPERIMENT_STATES)[number];

const share = z.number().min(0).max(1);
const count = z.int().min(1);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const metric = z.string().min(1);

/** One variant; the first of an experiment is the control. */
const variantSchema = z.object({
  name: z.string().min(1),
  /** Relative; 0 for nobody. */
  weight: z.number().min(0),
  /** Name in each zone's `models` table whose `CURRENT` row says which version the variant's users get. */
  model: z.string().min(1),
  /** What that was when the weights last changed, by residency zone: a record, not what readers go by. */
  model_versions: z.record(z.string(), z.string()),
});

/** One look at the figures; of several on the same figures the last is kept. */
const lookSchema = z.object({
  /** ISO 8601, UTC. */
  at: z.string(),
  /** Last day whose users had all been watched to the end. */
  last_day: day,
  users: z.record(z.string(), z.number()),
  /** Always-valid p values and verdicts by metric: what was ever shown stays shown, though its days are no longer kept. */
  metrics: z.record(metric, z.object({ p_value: share, verdict: z.enum(["better", "worse", "unclear"]) })),
});

export const experimentSchema = z.object({
  flag: z.string(),
  /** What users are hashed with: a new experiment assigns anew. */
  id: z.string().min(1),
  /** Rises by one with each change; a change is written only over the revision that it was decided on. */
  revision: count,
  state: z.enum(EXPERIMENT_STATES),
  variants: z.array(variantSchema).min(2),
  /** What it is judged by; fixed at the start. */
  judged_by: z.object({
    primary: metric,
    alpha: share,
    guardrail_alpha: share,
    planned_users: count,
  }),
  ramp: z.object({
    steps: z.array(z.number()),
    min_days: count,
    min_users: count,
    max_days: count,
    max_age_days: count,
    /** What harm shown in a metric leads to; what fails beside the metrics always holds. */
    on_harm: z.enum(["roll_back", "hold"]),
  }),
  /** What answers must keep, whatever users do: see `guardrails.ts`. */
  limits: z.object({
    /** Longest 99th percentile of a variant's predictions, milliseconds. */
    latency_ms: z.number().positive(),
    /** Largest share of predictions that fail. */
    error_share: share,
    /** Least share of the control's catalogue coverage, at equal numbers of exposures. */
    coverage_share: share,
    /** Largest share of a variant's exposures that another model stood in for. */
    stand_in_share: share,
  }),
  /** Splits by time, oldest first; the last one goes on. */
  phases: z.array(z.object({ from: day, to: day.optional(), weights: z.record(z.string(), z.number()) })),
  looks: z.array(lookSchema),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  changed_at: z.string(),
  /** Why the state is what it is. */
  reason: z.string(),
});
/** The state of an experiment: one row, so that readers see weights, phases and versions of one moment. */
export type ExperimentRecord = z.infer<typeof experimentSchema>;
export type ExperimentVariantRecord = z.infer<typeof variantSchema>;
export type ExperimentLookRecord = z.infer<typeof lookSchema>;

export const experimentChangeSchema = z.object({
  flag: z.string(),
  id: z.string(),
  revision: count,
  /** ISO 8601, UTC. */
  at: z.string(),
  /** Who ran the command, as AWS knows the caller. */
  by: z.string(),
  /** What was decided. */
  action: z.enum(["start", "advance", "wait", "hold", "resume", "roll_back", "ship", "stop"]),
  reason: z.string(),
  state: z.enum(EXPERIMENT_STATES),
  weights: z.record(z.string(), z.number()),
  /** Weights before; absent for the first. */
  weights_before: z.record(z.string(), z.number()).optional(),
  model_versions: z.record(z.string(), z.record(z.string(), z.string())),
});
/** What a change was, who made it and why. */
export type ExperimentChangeRecord = z.infer<typeof experimentChangeSchema>;
