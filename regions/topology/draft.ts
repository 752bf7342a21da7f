/**
 * From data to a draft: each section and each region's entry is read by itself, so that all that is wrong is said at
 * once, and later checks see whatever was readable.
 */
import type { z } from "zod";
import { didYouMean, nearestWord } from "../suggest";
import type { TopologyDocument } from "./document";
import { got } from "./problems";
import { regionSchema, SECTIONS } from "./schema";
import type { RegionInput, TopologyInput } from "./schema";

/** One region's entry and where it stands. */
export interface DraftRegion {
  readonly path: readonly PropertyKey[];
  readonly entry: RegionInput;
}

/** What could be read. A section that is missing here was absent, or was refused. */
export interface Draft {
  readonly sections: Partial<Omit<TopologyInput, "regions">>;
  readonly regions: readonly DraftRegion[];
  /** Whether every region's entry was readable: only then counts over all regions mean anything. */
  readonly allRegionsRead: boolean;
  /** Whether the file has the section, readable or not. */
  given(section: keyof TopologyInput): boolean;
  /**
   * Whether what stands at a path, or a part of it, was refused: what a default would be in its place is none of the
   * author's words, and nothing is said of it.
   */
  refused(...path: readonly PropertyKey[]): boolean;
}

/** A problem with the path not yet written as text. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
  /** The problem is the key itself, not its value. */
  readonly atKey?: boolean;
}

export interface DraftResult {
  readonly draft: Draft;
  readonly findings: readonly Finding[];
}

/** Sections whose keys mean the same without each other: what is wrong with one hides none of the rest. */
const LOOSE: ReadonlySet<string> = new Set([
  "promises",
  "identity",
  "ingest",
  "lake",
  "intake",
  "serving",
  "training",
  "etl",
  "search",
]);

/** Reads a document's data against the schema. */
export function readDraft(document: TopologyDocument): DraftResult {
  const { value } = document;
  if (!isMap(value))
    return { draft: emptyDraft(), findings: [{ path: [], reason: `want a map of sections, got ${got(value)}` }] };
  const findings: Finding[] = unknownKeys([], Object.keys(value), Object.keys(SECTIONS));
  const sections: Record<string, unknown> = {};
  const refused: (readonly PropertyKey[])[] = [];
  for (const [name, schema] of Object.entries(SECTIONS)) {
    if (name === "regions") continue;
    const read = readSection(name, schema, value[name]);
    findings.push(...read.findings);
    refused.push(...read.refused);
    if (read.data !== undefined) sections[name] = read.data;
  }
  const regions = readRegions(value["regions"]);
  findings.push(...regions.findings);
  return {
    draft: {
      sections,
      regions: regions.entries,
      allRegionsRead: regions.allRead,
      given: (section) => Object.hasOwn(value, section),
      refused: (...path) => refused.some((one) => one.every((step, at) => at >= path.length || path[at] === step)),
    },
    findings,
  };
}

interface SectionResult {
  /** Undefined when the section is absent or could not be read. */
  readonly data?: unknown;
  readonly findings: readonly Finding[];
  /** Paths at which something was refused: the section's, or those of its keys when the rest of it is read. */
  readonly refused: readonly (readonly PropertyKey[])[];
}

function readSection(name: string, schema: z.ZodType, value: unknown): SectionResult {
  const parsed = parse<unknown>(schema, value, [name]);
  if (parsed.ok) return { data: parsed.data, findings: [], refused: [] };
  const { findings } = parsed;
  const whole = { findings, refused: [[name]] };
  if (!LOOSE.has(name) || !isMap(value) || findings.some(({ path }) => path.length < 2)) return whole;
  const bad = new Set(findings.map(({ path }) => String(path[1])));
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !bad.has(key)));
  const again = parse<unknown>(schema, rest, [name]);
  if (!again.ok) return whole;
  // A key that is unknown stands for the one that it was meant to be.
  const keys = keysAt(schema, value, []);
  const meant = [...bad].map((key) => (keys.includes(key) ? key : (nearestWord(key, keys) ?? key)));
  return { data: again.data, findings, refused: meant.map((key) => [name, key]) };
}

function emptyDraft(): Draft {
  return { sections: {}, regions: [], allRegionsRead: false, given: () => false, refused: () => false };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface RegionsResult {
  readonly entries: readonly DraftRegion[];
  readonly findings: readonly Finding[];
  readonly allRead: boolean;
}

/** A list of entries, or a map from region to zone or to the rest of its entry. */
function readRegions(value: unknown): RegionsResult {
  const named: readonly { readonly path: readonly PropertyKey[]; readonly value: unknown }[] | undefined =
    Array.isArray(value)
      ? value.map((entry: unknown, index) => ({ path: ["regions", index], value: entry }))
      : isMap(value)
        ? Object.entries(value).map(([name, rest]) => ({
            path: ["regions", name],
            value: isMap(rest) ? { ...rest, name } : { name, zone: rest },
          }))
        : undefined;
  if (named === undefined || named.length === 0) {
    const reason = `want a list like \`- { name: eu-west-1, zone: eu }\`, got ${named === undefined ? got(value) : "an empty one"}`;
    return { entries: [], findings: [{ path: ["regions"], reason }], allRead: false };
  }
  const read = named.map(({ path, value: entry }) => ({ path, result: parse(regionSchema, entry, path) }));
  const entries = read.flatMap(({ path, result }) => (result.ok ? [{ path, entry: result.data as RegionInput }] : []));
  return { entries, findings: read.flatMap(({ result }) => result.findings), allRead: entries.length === named.length };
}

type Parsed<T> =
  | { readonly ok: true; readonly data: T; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };

function parse<T>(schema: z.ZodType<T>, value: unknown, path: readonly PropertyKey[]): Parsed<T> {
  const result = schema.safeParse(value, { error: defaultWant });
  if (result.success) return { ok: true, data: result.data, findings: [] };
  return { ok: false, findings: result.error.issues.flatMap((issue) => toFindings(issue, value, path, schema)) };
}

/** What is wanted, for the few issues to which the schema gives no words of its own. */
function defaultWant(issue: { readonly code: string; readonly expected?: unknown; readonly values?: unknown }): string {
  if (issue.code === "invalid_type" && (issue.expected === "object" || issue.expected === "record")) return "a map";
  if (issue.code === "invalid_value" && Array.isArray(issue.values)) return issue.values.map(String).join(" or ");
  return "something else";
}

function toFindings(
  issue: z.core.$ZodIssue,
  value: unknown,
  base: readonly PropertyKey[],
  schema: z.ZodType,
): readonly Finding[] {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return unknownKeys(path, issue.keys, keysAt(schema, value, issue.path));
  }
  if (issue.code === "invalid_key") {
    const want = issue.issues[0]?.message ?? "another key";
    return [{ path, reason: `want ${want}, got ${got(path.at(-1))}`, atKey: true }];
  }
  return [{ path, reason: `want ${issue.message}, got ${got(valueAt(value, issue.path))}` }];
}

function unknownKeys(path: readonly PropertyKey[], keys: readonly string[], known: readonly string[]): Finding[] {
  const given = new Set(known);
  return keys
    .filter((key) => !given.has(key))
    .map((key) => {
      const hint = didYouMean(key, known);
      const want = hint === "" ? `one of ${known.join(", ")}` : "a key that is known here";
      return { path: [...path, key], reason: `want ${want}, got ${got(key)}${hint}`, atKey: true };
    });
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let here: unknown = value;
  for (const step of path)
    here = typeof here === "object" && here !== null ? (here as Record<PropertyKey, unknown>)[step] : undefined;
  return here;
}

/** The keys that the schema knows at a path, through optional, array and union. */
function keysAt(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  let here: SchemaLike | undefined = unwrap(schema as SchemaLike, value);
  let data: unknown = value;
  for (const step of path) {
    data = valueAt(data, [step]);
    const inner: SchemaLike | undefined = typeof step === "number" ? here?.def.element : here?.shape?.[String(step)];
    here = inner === undefined ? undefined : unwrap(inner, data);
  }
  return Object.keys(here?.shape ?? {});
}

/** The parts of zod's schema objects that keysAt walks through. */
interface SchemaLike {
  readonly shape?: Readonly<Record<string, SchemaLike>>;
  readonly def: {
    readonly innerType?: SchemaLike;
    readonly element?: SchemaLike;
    readonly discriminator?: string;
    readonly options?: readonly SchemaLike[];
    readonly values?: readonly unknown[];
  };
}

function unwrap(schema: SchemaLike, value: unknown): SchemaLike {
  const { innerType, options, discriminator } = schema.def;
  if (innerType !== undefined) return unwrap(innerType, value);
  if (options !== undefined && discriminator !== undefined) {
    const wanted = valueAt(value, [discriminator]);
    const option = options.find(({ shape }) => shape?.[discriminator]?.def.values?.includes(wanted));
    return option ?? schema;
  }
  return schema;
}
