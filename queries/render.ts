import { nearest, type AnalystQuery, type EngineName, type QueryParameter } from "./catalogue";
import { QueryError } from "./errors";

/** Values as a command line gives them. */
export type ParameterValues = Readonly<Record<string, string | number>>;

/** Longest text parameter, characters. */
const MAX_TEXT = 256;

/**
 * The dialect layer, all of it: what has no common spelling on the three engines is written as a macro.
 *   SECONDS_BETWEEN(earlier, later)   whole seconds; arguments are column names
 * Everything else in queries/ is the subset that Trino (Athena), Redshift and DuckDB read alike.
 */
const MACROS: Readonly<Record<EngineName, (earlier: string, later: string) => string>> = {
  athena: (earlier, later) => `date_diff('second', ${earlier}, ${later})`,
  duckdb: (earlier, later) => `date_diff('second', ${earlier}, ${later})`,
  redshift: (earlier, later) => `datediff(second, ${earlier}, ${later})`,
};

/**
 * A question's SQL for one engine, with its parameters as literals. Values are checked by type and quoted here, so that
 * none can end its literal: no engine takes parameters in all the places where a question has them (LIMIT).
 * @throws QueryError naming every parameter that is wrong.
 */
export function renderQuery(query: AnalystQuery, engine: EngineName, values: ParameterValues = {}): string {
  const literals = literalsOf(query, values);
  const spelled = query.sql.replace(/\bSECONDS_BETWEEN\(\s*([\w.]+)\s*,\s*([\w.]+)\s*\)/g, (_, a: string, b: string) =>
    MACROS[engine](a, b),
  );
  // Quoted texts and comments are taken whole, so that a colon in them is not a parameter; `::` is a cast.
  return spelled.replace(/'(?:[^']|'')*'|--.*|::|:([a-z_]\w*)/g, (whole, name: string | undefined) => {
    if (name === undefined) return whole;
    const literal = literals.get(name);
    if (literal === undefined) throw new QueryError("bad-input", `${query.name}.sql uses :${name} and declares none`);
    return literal;
  });
}

function literalsOf(query: AnalystQuery, values: ParameterValues): Map<string, string> {
  const names = query.parameters.map(({ name }) => name);
  const problems = Object.keys(values)
    .filter((name) => !names.includes(name))
    .map((name) => {
      const near = nearest(name, names);
      const hint =
        near === undefined
          ? names.length === 0
            ? "it has none"
            : `it has ${names.join(", ")}`
          : `did you mean ${near}?`;
      return `no parameter "${name}": ${hint}`;
    });
  const literals = new Map<string, string>();
  for (const parameter of query.parameters) {
    const value = values[parameter.name] ?? parameter.default;
    const literal = value === undefined ? undefined : literalOf(parameter, String(value));
    if (literal === undefined) problems.push(`${parameter.name}: ${wanted(parameter)}, got ${shown(value)}`);
    else literals.set(parameter.name, literal);
  }
  if (problems.length > 0) throw new QueryError("bad-input", `${query.name}: ${problems.join("; ")}`);
  return literals;
}

function literalOf({ type }: QueryParameter, value: string): string | undefined {
  switch (type) {
    case "date":
      return isDay(value) ? `'${value}'` : undefined;
    case "integer":
      return /^-?\d{1,15}$/.test(value) ? String(Number(value)) : undefined;
    case "string":
      // Redshift reads a backslash as an escape, Trino and DuckDB do not: none is taken.
      return value.length <= MAX_TEXT && !/[\\\p{Cc}]/u.test(value) ? `'${value.replaceAll("'", "''")}'` : undefined;
  }
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function wanted({ type }: QueryParameter): string {
  switch (type) {
    case "date":
      return "want a date YYYY-MM-DD";
    case "integer":
      return "want a whole number";
    case "string":
      return `want a text of at most ${MAX_TEXT} characters without backslash and control characters`;
  }
}

function shown(value: string | number | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
