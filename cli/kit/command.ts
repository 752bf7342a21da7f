import { parseArgs } from "node:util";
import { FindingsError } from "../../contracts/finding";
import type { Finding } from "../../contracts/finding";
import { didYouMean } from "../../regions/suggest";
import type { ExitCode } from "./exit";

/** What a word of the command line may be, and the value that it becomes. */
export interface Word<T> {
  readonly help: string;
  /** What the help shows in its place, e.g. `name`; absent for a switch, which takes no value. */
  readonly shows?: string;
  /** The value when it is not given; shown by the help. @default undefined */
  readonly fallback?: T;
  /** Whether it may be given several times. */
  readonly repeats?: boolean;
  /** Whether the command cannot begin without it: arguments only. */
  readonly required?: boolean;
  /** Reads what was given: the value, or what was wanted instead. */
  readonly read: (given: readonly string[]) => { readonly value: T } | Wanted;
}

interface Wanted {
  readonly want: string;
  readonly got?: string;
}

type Words = Readonly<Record<string, Word<unknown>>>;
type ValueOf<W> = W extends Word<infer T> ? T : never;

/** A command without arguments, or without options. */
type NoWords = Readonly<Record<string, never>>;

/** The words as `run` gets them: `{ limit: integer(...) }` is `{ limit: number }`. */
export type Given<A extends Words, O extends Words> = { readonly [K in keyof A]: ValueOf<A[K]> } & {
  readonly [K in keyof O]: ValueOf<O[K]>;
} & { readonly json: boolean };

/** A command: what it is called with, and what it does. Its name is its file's. */
export interface Command<A extends Words = Words, O extends Words = Words> {
  /** What it does, in one line. */
  readonly summary: string;
  /** Positional arguments, in their order. */
  readonly arguments: A;
  readonly options: O;
  /** Whole command lines, without `meridian`. */
  readonly examples: readonly string[];
  readonly run: (given: Given<A, O>) => Promise<ExitCode>;
}

/**
 * Declares a command once: help, parsing, messages, the types of `run` and the table in README come from it.
 * @example command({ summary: "Outputs of every stack", arguments: { environment }, run: ({ environment, json }) => ... })
 */
export function command<const A extends Words = NoWords, const O extends Words = NoWords>(
  declared: Pick<Command<A, O>, "summary" | "run"> & {
    readonly arguments?: A;
    readonly options?: O;
    readonly examples?: readonly string[];
  },
): Command {
  return { arguments: {}, options: {}, examples: [], ...declared } as unknown as Command;
}

const last = (given: readonly string[]): string => given.at(-1) ?? "";

/** A switch: given or not. */
export function flag(help: string): Word<boolean> {
  return { help, fallback: false, read: () => ({ value: true }) };
}

/** Any text. */
export function text(help: string, shows?: string): Word<string | undefined>;
export function text(help: string, shows: string, fallback: string): Word<string>;
export function text(help: string, shows = "text", fallback?: string): Word<string | undefined> {
  const read = (given: readonly string[]) => ({ value: last(given) });
  return { help, shows, read, ...(fallback === undefined ? {} : { fallback }) };
}

/** Text that must be given. */
export function required(help: string): Word<string> {
  return { help, required: true, read: (given) => ({ value: last(given) }) };
}

/** One of some words. */
export function choice<const T extends string>(words: readonly T[], help: string): Word<T | undefined>;
export function choice<const T extends string>(words: readonly T[], help: string, fallback: NoInfer<T>): Word<T>;
export function choice<T extends string>(words: readonly T[], help: string, fallback?: T): Word<T | undefined> {
  const read: Word<T>["read"] = (given) => {
    const value = words.find((word) => word === last(given));
    const near = didYouMean(last(given), words);
    return value === undefined ? { want: `one of ${words.join(", ")}`, got: `"${last(given)}"${near}` } : { value };
  };
  return { help, shows: words.join("|"), read, ...(fallback === undefined ? {} : { fallback }) };
}

/** The same as an argument that must be given. */
export function requiredChoice<const T extends string>(words: readonly T[], help: string): Word<T> {
  return { ...(choice(words, help) as Word<T>), required: true };
}

/** Bounds of a number, both included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number within bounds. */
export function integer(help: string, range: Range): Word<number | undefined>;
export function integer(help: string, range: Range, fallback: number): Word<number>;
export function integer(help: string, { min, max }: Range, fallback?: number): Word<number | undefined> {
  return numeric(help, `a whole number, ${min} to ${max}`, { min, max }, Number.isInteger, fallback);
}

/** A number within bounds. */
export function number(help: string, range: Range): Word<number | undefined>;
export function number(help: string, range: Range, fallback: number): Word<number>;
export function number(help: string, { min, max }: Range, fallback?: number): Word<number | undefined> {
  return numeric(help, `a number, ${min} to ${max}`, { min, max }, Number.isFinite, fallback);
}

function numeric(
  help: string,
  want: string,
  { min, max }: Range,
  isOne: (value: number) => boolean,
  fallback: number | undefined,
): Word<number | undefined> {
  const read: Word<number>["read"] = (given) => {
    const value = last(given).trim() === "" ? Number.NaN : Number(last(given));
    return isOne(value) && value >= min && value <= max ? { value } : { want };
  };
  return { help, shows: "n", read, ...(fallback === undefined ? {} : { fallback }) };
}

/** As many words as are given: the last argument of a command. */
export function texts(help: string): Word<readonly string[]> {
  return { help, repeats: true, fallback: [], read: (given) => ({ value: given }) };
}

/** `name=value`, as often as one likes. */
export function pairs(help: string, shows = "name=value"): Word<Readonly<Record<string, string>>> {
  return {
    help,
    shows,
    repeats: true,
    fallback: {},
    read: (given) => {
      const wrong = given.find((pair) => pair.indexOf("=") <= 0);
      if (wrong !== undefined) return { want: shows, got: `"${wrong}"` };
      return { value: Object.fromEntries(given.map((pair) => splitAt(pair, pair.indexOf("=")))) };
    },
  };
}

const splitAt = (pair: string, at: number): readonly [string, string] => [pair.slice(0, at), pair.slice(at + 1)];

/** An environment by name, or its topology by path: the argument of most commands. */
export const environment = text("environment, or the path of a topology file", "environment", "local");
/** The same for commands whose arguments are others. */
export const env = text("environment", "name", "local");
/** The region that is asked. */
export const region = text("region that answers; default: the home region", "region");

/** `allRegions` as it is typed: `--all-regions`. */
export const optionName = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Options that every command takes. */
export const COMMON: Words = {
  json: flag("print one JSON document on standard output, and nothing else there"),
  help: flag("show this help"),
};

/**
 * Reads a command line, without the command's name.
 * @throws FindingsError with everything that is wrong with it
 */
export function parse(name: string, { arguments: positional, options }: Command, words: readonly string[]) {
  const all: Words = { ...options, ...COMMON };
  const names = Object.keys(all).map(optionName);
  const findings: Finding[] = [];
  const found = new Map<string, string[]>();
  const places = Object.keys(positional);
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(all).map(([key, { shows }]) => [
        optionName(key).slice(2),
        { type: shows === undefined ? "boolean" : "string", ...(key === "help" ? { short: "h" } : {}) } as const,
      ]),
    ),
  });
  const add = (key: string, value: string): void => {
    found.set(key, [...(found.get(key) ?? []), value]);
  };
  let index = 0;
  for (const token of tokens) {
    if (token.kind === "positional") {
      const place = places[index] ?? places.at(-1);
      if (place === undefined || (index >= places.length && positional[place]?.repeats !== true)) {
        findings.push({ path: "arguments", want: `at most ${places.length}`, got: `"${token.value}" too` });
      } else add(place, token.value);
      index += 1;
    } else if (token.kind === "option") {
      const key = Object.keys(all).find((one) => optionName(one) === `--${token.name}`);
      if (key === undefined) {
        const near = didYouMean(token.rawName, names);
        findings.push({ path: token.rawName, want: `an option of ${name}`, got: `an unknown one${near}` });
      } else if (all[key]?.shows === undefined) {
        if (token.value === undefined) add(key, "");
        else findings.push({ path: optionName(key), want: "no value", got: `"${token.value}"` });
      } else if (token.value === undefined) {
        findings.push({ path: optionName(key), want: `a value: ${all[key].help}`, got: "none" });
      } else add(key, token.value);
    }
  }
  const values = Object.entries({ ...positional, ...all }).map(([key, word]) => {
    const given = found.get(key);
    const path = key in positional ? key : optionName(key);
    if (given === undefined) {
      const fallback = word.fallback;
      if (word.required === true) findings.push({ path, want: word.help, got: "none" });
      return [key, fallback] as const;
    }
    const read = word.read(given);
    if ("value" in read) return [key, read.value] as const;
    findings.push({ path, want: read.want, got: read.got ?? `"${given.at(-1) ?? ""}"` });
    return [key, undefined] as const;
  });
  const given = Object.fromEntries(values);
  // Somebody who asks for help has not got it right yet.
  if (given["help"] !== true && findings.length > 0) throw new FindingsError(`${name} cannot begin`, findings);
  return given as Given<Words, Words>;
}
