import { MODEL_NAME, modelNameOf } from "../tables/records";

/** What the trainer can train, by its `--algorithm`. All write one form of package, so that all are served alike. */
export const ALGORITHMS = ["als", "item-to-item"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** What is trained, judged, scored and published each day for one variant of the experiment. */
export interface VariantModel {
  readonly variant: string;
  /** Name in the `models` table whose `CURRENT` row its users' lists follow: see `modelNameOf`. */
  readonly model: string;
  readonly algorithm: Algorithm;
}

/** The one model of a fleet without an experiment. */
export const CONTROL: VariantModel = { variant: "default", model: MODEL_NAME, algorithm: "als" };

/**
 * The models of a split: the first variant is the control, A, and has ALS; every other one, B, has item-to-item.
 * @param names variants in the topology's order, each once.
 */
export function variantModels(names: readonly string[]): VariantModel[] {
  const [control] = names;
  if (control === undefined) return [CONTROL];
  return names.map((variant) => ({
    variant,
    model: modelNameOf(variant, control),
    algorithm: variant === control ? "als" : "item-to-item",
  }));
}
