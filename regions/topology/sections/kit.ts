import { z } from "zod";
import { LEAST_TYPES } from "../../instances";

/**
 * What sections are written with. A message is what is wanted; the reader puts "want" before it and what it got after.
 * Descriptions reach the editor through regions/topology.schema.json.
 */

/** How much is built: `small` for one team's trial, `standard` for production (3 zones, dedicated masters, N-1 capacity). */
export type FleetSize = "small" | "standard";

/** A value by size. */
export type BySize<T> = Readonly<Record<FleetSize, T>>;

export const integer = (min: number, max: number) => {
  const want = `a whole number, ${min} to ${max}`;
  return z.int({ error: want }).min(min, { error: want }).max(max, { error: want });
};

export const amount = (want: string, min: number, max: number) =>
  z.number({ error: want }).min(min, { error: want }).max(max, { error: want });

export const text = (want: string, pattern: RegExp) => z.string({ error: want }).regex(pattern, { error: want });

export const yesNo = z.boolean({ error: "true or false" });

export const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, { error: values.slice(0, -1).join(", ") + " or " + (values.at(-1) ?? "") });

export const regionText = text("an AWS region like eu-west-1", /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/);

export const minutes = integer(1, 525_600);

/** EC2 types of a pool of machines. */
export const pool = z
  .array(text("an EC2 instance type like r7i.2xlarge", /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/), {
    error: "a list of EC2 instance types",
  })
  .min(LEAST_TYPES, { error: "at least two EC2 instance types, since one may run out in a zone" })
  .describe("In order of preference. Each region takes those that it has, two or more of one architecture.");

/** One type, or several in order of preference. */
export const preference = (type: z.ZodString, want: string) =>
  z
    .union([type, z.array(type).min(1, { error: `at least one: ${want}` })], {
      error: `${want}, or a list of them in order of preference`,
    })
    .describe("One type, or several in order of preference: each region takes the first that it has.");

/** A preference as a list, which the file may write as its only type. */
export function listOf(given: string | readonly string[]): readonly string[] {
  return typeof given === "string" ? [given] : given;
}

/** A value that nobody changes, at any depth. YAML has no undefined: an optional key is either absent or has its value. */
export type Immutable<T> = T extends readonly (infer U)[]
  ? readonly Immutable<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Immutable<Exclude<T[K], undefined>> }
    : T;

/** What the file may say of a section; undefined where it says nothing. */
export type Given<S extends z.ZodType> = Immutable<z.infer<S>>;

/** A section with its defaults filled in: every key has a value but those of `Open`, which have no default. */
export type Filled<S extends z.ZodType, Open extends PropertyKey = never> = FilledObject<NonNullable<Given<S>>, Open>;

type FilledObject<T, Open extends PropertyKey> = {
  readonly [K in Exclude<keyof T, Open>]-?: Exclude<T[K], undefined>;
} & { readonly [K in keyof T & Open]?: Exclude<T[K], undefined> };

/** A section, or nothing of it. */
export function defined<T extends object>(value: T): T;
export function defined<T extends object>(value: T | undefined): Partial<T>;
export function defined<T extends object>(value: T | undefined): Partial<T> {
  return value ?? {};
}

// The three generations of a family: regions that opened before 2024 have two of them or all, later ones have the last
// two, and a few lack the one in the middle.
/** General-purpose EC2 types of a size; every commercial region that has all services has enough of them. */
export const general = (size: string): readonly string[] => ["m6i", "m5", "m7i"].map((family) => `${family}.${size}`);
/** Memory-optimised EC2 types of a size. */
export const memory = (size: string): readonly string[] => ["r6i", "r5", "r7i"].map((family) => `${family}.${size}`);
