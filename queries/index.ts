import { ENGINES, findQuery, nearest, type EngineName } from "./catalogue";
import { executeAthena } from "./engines/athena";
import { executeDuckdb } from "./engines/duckdb";
import { executeRedshift } from "./engines/redshift";
import type { Execute, QueryConfig, QueryResult } from "./engines/types";
import { QueryError } from "./errors";
import { renderQuery, type ParameterValues } from "./render";

export { ENGINES, findQuery, listQueries, type AnalystQuery, type EngineName } from "./catalogue";
export type { Cell, QueryConfig, QueryResult } from "./engines/types";
export { QueryError } from "./errors";
export { FORMATS, formatResult, type Format } from "./format";
export type { ParameterValues } from "./render";

const EXECUTE: Readonly<Record<EngineName, Execute>> = {
  athena: executeAthena,
  redshift: executeRedshift,
  duckdb: executeDuckdb,
};

/**
 * Asks one of the analysts' questions on one engine.
 * @throws QueryError `bad-input` for an unknown name, engine or parameter, `engine` with the engine's own message,
 * `timeout` when it took too long.
 */
export async function runQuery(
  name: string,
  engine: string,
  config: QueryConfig,
  params: ParameterValues = {},
): Promise<QueryResult> {
  const query = findQuery(name);
  const chosen = engineOf(engine);
  if (!query.engines.includes(chosen)) {
    throw new QueryError("bad-input", `${name} runs on ${query.engines.join(", ")}, not on ${chosen}`);
  }
  const sql = renderQuery(query, chosen, params);
  const started = performance.now();
  const answer = await EXECUTE[chosen](sql, config);
  return { ...answer, engine: chosen, seconds: (performance.now() - started) / 1000 };
}

function engineOf(name: string): EngineName {
  const engine = ENGINES.find((candidate) => candidate === name);
  if (engine !== undefined) return engine;
  const near = nearest(name, ENGINES);
  const hint = near === undefined ? `one of ${ENGINES.join(", ")}` : `did you mean ${near}?`;
  throw new QueryError("bad-input", `no engine "${name}": ${hint}`);
}
