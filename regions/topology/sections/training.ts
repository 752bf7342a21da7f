import { z } from "zod";
import { defined, integer, memory, pool, text } from "./kit";
import type { BySize, Filled, FleetSize, Given } from "./kit";

/** The workers that train and score. */
export const trainingSchema = z
  .strictObject({
    instanceTypes: pool.optional(),
    maxInstances: integer(1, 1000).optional(),
    warmInstances: integer(0, 1000)
      .optional()
      .describe(
        "Installed instances that stand stopped: a run starts sooner, on demand and on the first type only. Default 0.",
      ),
    searchBudget: integer(1, 1000)
      .optional()
      .describe("Trials of the search for each model's parameters, by Optuna. Default: a few numbers of factors only."),
    // Workers reach what answers on 443 only.
    trackingUrl: text("an https address without port, query or blanks", /^https:\/\/[a-z0-9.-]+(?:\/[^\s?#'"$`\\]*)?$/)
      .optional()
      .describe("MLflow tracking server that hears of every training, with its parameters and scores. Default: none."),
  })
  .optional();

export type TrainingPlan = Filled<typeof trainingSchema, "searchBudget" | "trackingUrl">;

const DEFAULTS: BySize<TrainingPlan> = {
  small: { instanceTypes: memory("large"), maxInstances: 2, warmInstances: 0 },
  standard: { instanceTypes: memory("4xlarge"), maxInstances: 10, warmInstances: 0 },
};

export function planTraining(given: Given<typeof trainingSchema>, size: FleetSize): TrainingPlan {
  return { ...DEFAULTS[size], ...defined(given) };
}
