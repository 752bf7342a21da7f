import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { QueryError } from "./errors";

/** Engines that answer questions. */
export const ENGINES = ["athena", "redshift", "duckdb"] as const;
export type EngineName = (typeof ENGINES)[number];

/** Types of parameters. `date` is `YYYY-MM-DD`, as partitions are named. */
export const PARAMETER_TYPES = ["date", "integer", "string"] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

export interface QueryParameter {
  readonly name: string;
  readonly type: ParameterType;
  /** Absent: the caller must give one. */
  readonly default?: string;
  readonly meaning: string;
}

/** One question of the analysts: a `.sql` file. */
export interface AnalystQuery {
  readonly name: string;
  readonly question: string;
  readonly engines: readonly EngineName[];
  /** Class of the data that it reads and what of it shows. */
  readonly data: string;
  readonly parameters: readonly QueryParameter[];
  /** Without the header. */
  readonly sql: string;
}

const FOLDER = __dirname;

/** All questions, by name. */
export function listQueries(): AnalystQuery[] {
  return queryNames().map((name) => parseQuery(name, readFileSync(join(FOLDER, `${name}.sql`), "utf8")));
}

/** The question of that name. @throws QueryError with the nearest name. */
export function findQuery(name: string): AnalystQuery {
  const names = queryNames();
  if (!names.includes(name)) {
    const near = nearest(name, names);
    const hint = near === undefined ? `one of ${names.join(", ")}` : `did you mean ${near}?`;
    throw new QueryError("bad-input", `no query "${name}": ${hint}`);
  }
  return parseQuery(name, readFileSync(join(FOLDER, `${name}.sql`), "utf8"));
}

function queryNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".sql"))
    .map((file) => file.slice(0, -".sql".length))
    .sort();
}

/**
 * Reads a file: a header of `-- key: value` lines (`question`, `engines`, `data`, and a `parameter: name type default
 * meaning` for each parameter; `-` for no default), then the SQL.
 * @throws QueryError when the header is not complete.
 */
export function parseQuery(name: string, text: string): AnalystQuery {
  const header = /^(?:--.*\n)*/.exec(text)?.[0] ?? "";
  const fields = [...header.matchAll(/^-- (\w+): (.+)$/gm)].map(([, key = "", value = ""]) => ({ key, value }));
  const field = (key: string): string => {
    const found = fields.find((candidate) => candidate.key === key);
    if (found === undefined) throw new QueryError("bad-input", `${name}.sql: want a "-- ${key}: ..." line`);
    return found.value.trim();
  };
  const engines = field("engines").split(/,\s*/);
  const unknown = engines.find((engine) => !isOneOf(engine, ENGINES));
  if (unknown !== undefined) throw new QueryError("bad-input", `${name}.sql: no engine ${unknown}`);
  return {
    name,
    question: field("question"),
    engines: engines as EngineName[],
    data: field("data"),
    parameters: fields.filter(({ key }) => key === "parameter").map(({ value }) => parseParameter(name, value)),
    sql: text.slice(header.length).trim(),
  };
}

function parseParameter(query: string, text: string): QueryParameter {
  const [, name = "", type = "", byDefault = "", meaning = ""] = /^(\w+) (\w+) (\S+) (.+)$/.exec(text) ?? [];
  if (!isOneOf(type, PARAMETER_TYPES)) {
    throw new QueryError("bad-input", `${query}.sql: want "parameter: name type default meaning", got "${text}"`);
  }
  return { name, type, meaning, ...(byDefault === "-" ? {} : { default: byDefault }) };
}

function isOneOf<T extends string>(text: string, all: readonly T[]): text is T {
  return (all as readonly string[]).includes(text);
}

/** The candidate at the smallest edit distance, if near enough to be a slip of the hand. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
