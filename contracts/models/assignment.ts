import { hash } from "node:crypto";

/** A variant of the experiment and its relative weight, >= 0. */
export interface Variant {
  readonly name: string;
  readonly weight: number;
  /** Line of models that its users' lists are of: see `modelNameOf`. @default by its name */
  readonly model?: string;
}

/** A split of the users, as it stands at one moment. */
export interface Split {
  /** What users are hashed with beside their key: a new experiment assigns anew. */
  readonly experiment: string;
  /** The first is the control. */
  readonly variants: readonly Variant[];
}

/** Experiment that users are hashed with where no state says which. */
export const NO_EXPERIMENT = "recommender";

/**
 * The variant of a user: sticky, since it depends on nothing but the user, the experiment and the weights, and even,
 * since a hash is. Variants of weight 0 get nobody. This is weighted rendezvous hashing: each variant draws an
 * exponential waiting time of its weight's rate from the user's hash, and the shortest wins. So raising one weight moves
 * users to that variant and none elsewhere, whatever the order and number of the variants.
 * Source: D. Thaler, C. Ravishankar, IEEE/ACM Trans. Networking 6 (1998); weights: C. Schindelhauer, G. Schomaker, SPAA 2005.
 * @throws RangeError when no weight is above 0, or one is negative or no number.
 */
export function assignVariant(userKey: string, variants: readonly Variant[], experiment = NO_EXPERIMENT): string {
  return variantOf(userKey, { experiment, variants }).name;
}

/** As {@link assignVariant}, with all that is known of the variant. */
export function variantOf(userKey: string, { experiment, variants }: Split): Variant {
  let first: Variant | undefined;
  let shortest = Infinity;
  let bad = false;
  for (const variant of variants) {
    const { weight, name } = variant;
    if (!(weight >= 0) || !Number.isFinite(weight)) bad = true;
    if (!(weight > 0)) continue;
    const drawn = hash("sha256", `${experiment}\0${name}\0${userKey}`, "buffer").readUIntBE(0, 6);
    const wait = -Math.log((drawn + 0.5) / 2 ** 48) / weight;
    if (wait >= shortest) continue;
    shortest = wait;
    first = variant;
  }
  if (bad || first === undefined) throw new RangeError("want variant weights >= 0 with a sum > 0");
  return first;
}
