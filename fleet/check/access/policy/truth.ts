import type { UNKNOWN } from "../../../graph";

/** Yes, no, or undefined: it depends on a value that only AWS knows. */
export type Truth = boolean | undefined;

/** A text, or one that only AWS knows. */
export type Text = string | typeof UNKNOWN;

/** Whether all hold: one that does not decides, else one that cannot be known. */
export function and(...truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

/** Whether any holds: one that does decides, else one that cannot be known. */
export function or(...truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(undefined) ? undefined : false;
}

export function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}
