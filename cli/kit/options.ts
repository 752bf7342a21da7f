import type { InputProblem } from "./exit";

/** Reads a whole number within bounds; adds a problem and gives the least when it is none. */
export function integerOption(
  path: string,
  given: unknown,
  { min, max }: { readonly min: number; readonly max: number },
  problems: InputProblem[],
): number {
  const value = typeof given === "number" ? given : Number(given);
  if (typeof given !== "boolean" && Number.isInteger(value) && value >= min && value <= max) return value;
  problems.push({ path, reason: `want a whole number, ${min} to ${max}, got "${String(given)}"` });
  return min;
}

/** Reads one of some words; adds a problem and gives nothing when it is none of them. */
export function oneOf<T extends string>(
  path: string,
  given: string,
  words: readonly T[],
  problems: InputProblem[],
): T | undefined {
  const found = words.find((word) => word === given);
  if (found === undefined) problems.push({ path, reason: `want ${words.join(" or ")}, got "${given}"` });
  return found;
}
