import { finding, type Finding } from "./refuse";

/** Checks shared by the components. Each gives the findings it found: none, or one for each wrong value. */

export interface Bounds {
  readonly min: number;
  /** @default no upper bound */
  readonly max?: number;
}

/** A whole number within bounds; `unit` is the plural that the message names, e.g. `seconds`. */
export function wantInteger(path: string, got: number, unit: string, { min, max }: Bounds): Finding[] {
  if (Number.isInteger(got) && got >= min && (max === undefined || got <= max)) return [];
  return [finding(path, `a whole number of ${unit}, ${spell({ min, ...(max === undefined ? {} : { max }) })}`, got)];
}

/** A finite number within bounds. */
export function wantNumber(path: string, got: number, unit: string, bounds: Bounds): Finding[] {
  if (Number.isFinite(got) && got >= bounds.min && (bounds.max === undefined || got <= bounds.max)) return [];
  return [finding(path, `a number of ${unit}, ${spell(bounds)}`, got)];
}

/** A string matching a pattern; `want` says it in words. */
export function wantMatch(path: string, got: string, pattern: RegExp, want: string): Finding[] {
  return pattern.test(got) ? [] : [finding(path, want, got)];
}

/** A list of at least `min` entries, none twice. */
export function wantDistinct(path: string, got: readonly string[], what: string, min = 1): Finding[] {
  const findings = got.length < min ? [finding(path, `at least ${min} ${what}`, got.length)] : [];
  const twice = got.flatMap((value, index) =>
    got.indexOf(value) === index ? [] : [finding(`${path}[${index}]`, `each of the ${what} once`, value)],
  );
  return [...findings, ...twice];
}

function spell({ min, max }: Bounds): string {
  return max === undefined ? `at least ${min}` : `${min} to ${max}`;
}
