import { createHash } from "node:crypto";

/** A variant of the experiment and its relative weight, >= 0. */
export interface Variant {
  readonly name: string;
  readonly weight: number;
}

/**
 * The variant of a user: sticky, since it depends on nothing but the user and the experiment's name, and even, since a
 * hash is. Variants of weight 0 get nobody. Raising one weight moves only users that the raise must move when the
 * order of the variants stays.
 * @throws RangeError when no weight is above 0, or one is negative or no number.
 */
export function assignVariant(userKey: string, variants: readonly Variant[], experiment = "recommender"): string {
  const bad = variants.find(({ weight }) => !(weight >= 0) || !Number.isFinite(weight));
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  if (bad !== undefined || !(total > 0)) throw new RangeError("want variant weights >= 0 with a sum > 0");
  const hash = createHash("sha256").update(`${experiment}\0${userKey}`).digest().readUIntBE(0, 6);
  let left = (hash / 2 ** 48) * total;
  let last = "";
  for (const { name, weight } of variants) {
    if (weight === 0) continue;
    last = name;
    if (left < weight) return name;
    left -= weight;
  }
  return last;
}
