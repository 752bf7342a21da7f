import type { Finding } from "../../contracts/finding";
import { at, isBlock, isSet, list, number, show, text, UNKNOWN } from "../value";
import type { Properties, Value } from "../value";

/** A property is not as it must be; `got` is read from it unless it is given. */
export function wrong(inputs: Properties, path: string, want: string, got?: string): readonly Finding[] {
  return [{ path, want, got: got ?? show(at(inputs, path)) }];
}

/** The same, when it holds. */
export function when(
  broken: boolean,
  inputs: Properties,
  path: string,
  want: string,
  got?: string,
): readonly Finding[] {
  return broken ? wrong(inputs, path, want, got) : [];
}

/** Whether something known stands at a path. */
export function given(inputs: Value, path: string): boolean {
  const found = at(inputs, path);
  return found !== UNKNOWN && isSet(found);
}

/** Whether nothing stands at a path: an unknown value is something. */
export function absent(inputs: Value, path: string): boolean {
  return !isSet(at(inputs, path));
}

/** Whether a switch is on; some types spell it as text. */
export function on(inputs: Value, path: string): boolean {
  const found = at(inputs, path);
  return found === true || found === "true";
}

/** Whether a switch is off or not set. */
export function off(inputs: Value, path: string): boolean {
  const found = at(inputs, path);
  return found === undefined || found === null || found === false || found === "false";
}

/** A number at a path, also when it is spelt as text. */
export function amount(inputs: Value, path: string): number | undefined {
  const found = at(inputs, path);
  if (typeof found === "number") return found;
  if (typeof found !== "string" || found.trim() === "" || !Number.isFinite(Number(found))) return undefined;
  return Number(found);
}

/** A known number lies outside a range. */
export function outside(inputs: Properties, path: string, min: number, max: number, unit: string): readonly Finding[] {
  const found = amount(inputs, path);
  return when(found !== undefined && (found < min || found > max), inputs, path, `${min} to ${max} ${unit}`);
}

/** A known text does not match. */
export function unlike(inputs: Properties, path: string, pattern: RegExp, want: string): readonly Finding[] {
  const found = text(inputs, path);
  return when(found !== undefined && !pattern.test(found), inputs, path, want);
}

/** A known text is none of these. */
export function noneOf(inputs: Properties, path: string, allowed: readonly string[]): readonly Finding[] {
  const found = text(inputs, path);
  return when(found !== undefined && !allowed.includes(found), inputs, path, `one of ${allowed.join(", ")}`);
}

/** A block of a list, with its own path. */
export interface Part {
  readonly path: string;
  readonly index: number;
  readonly block: Properties;
}

/** The known blocks at a path, be it a list or one block. */
export function parts(inputs: Properties, path: string): readonly Part[] {
  const single = isBlock(at(inputs, path));
  return list(inputs, path).flatMap((block, index) =>
    isBlock(block) ? [{ path: single ? path : `${path}.${index}`, index, block }] : [],
  );
}

/** Whether every element of the list at a path is known. */
export function whole(inputs: Value, path: string): boolean {
  return list(inputs, path).every((element) => element !== UNKNOWN);
}

/** Values that stand more than once. */
export function repeated<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** The region in an ARN; undefined when there is none. */
export function regionIn(arn: string | undefined): string | undefined {
  const region = arn?.startsWith("arn:") === true ? arn.split(":")[3] : undefined;
  return region === "" ? undefined : region;
}

/** A known JSON text as a block; undefined when it is unknown, or null when it is no JSON object. */
export function json(inputs: Value, path: string): Properties | null | undefined {
  const found = at(inputs, path);
  if (isBlock(found)) return found;
  if (typeof found !== "string") return undefined;
  try {
    const parsed = JSON.parse(found) as Value;
    return isBlock(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** Minutes after midnight of `hh24:mi`. */
function minutes(clock: string): number {
  const [hours = "", rest = ""] = clock.split(":");
  return Number(hours) * 60 + Number(rest);
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
export const MINUTES_A_DAY = 24 * 60;
export const MINUTES_A_WEEK = 7 * MINUTES_A_DAY;

/** A window of time: its start in minutes, its length in minutes. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/** `hh24:mi-hh24:mi`; undefined when it is spelt otherwise. */
export function dailyWindow(window: string): Span | undefined {
  const [, from, to] = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(window) ?? [];
  if (from === undefined || to === undefined) return undefined;
  const start = minutes(from);
  return { start, length: (minutes(to) - start + MINUTES_A_DAY) % MINUTES_A_DAY };
}

/** `ddd:hh24:mi-ddd:hh24:mi`; undefined when it is spelt otherwise. */
export function weeklyWindow(window: string): Span | undefined {
  const match = /^([a-z]{3}):((?:[01]\d|2[0-3]):[0-5]\d)-([a-z]{3}):((?:[01]\d|2[0-3]):[0-5]\d)$/i.exec(window);
  const [, fromDay = "", from = "", toDay = "", to = ""] = match ?? [];
  const [first, last] = [DAYS.indexOf(fromDay.toLowerCase()), DAYS.indexOf(toDay.toLowerCase())];
  if (match === null || first < 0 || last < 0) return undefined;
  const start = first * MINUTES_A_DAY + minutes(from);
  const end = last * MINUTES_A_DAY + minutes(to);
  return { start, length: (end - start + MINUTES_A_WEEK) % MINUTES_A_WEEK };
}

/** Whether a daily window meets a weekly one. */
export function windowsMeet(daily: Span, weekly: Span): boolean {
  const starts = Array.from({ length: 9 }, (_, day) => (day - 1) * MINUTES_A_DAY + daily.start);
  return starts.some((start) => start < weekly.start + weekly.length && weekly.start < start + daily.length);
}

/** A count at a path, or what it is when nothing is set; undefined when it is unknown. */
export function countOr(inputs: Value, path: string, unset: number): number | undefined {
  return absent(inputs, path) ? unset : number(inputs, path);
}
