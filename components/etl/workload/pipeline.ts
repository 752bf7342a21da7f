import { readFileSync } from "node:fs";
import { join } from "node:path";
import description from "./steps.json";

/** Buckets that the pipeline writes into. */
export type Store = "silver" | "gold";

/** A table that is kept: where, how it is cut into folders, and in what order its rows stand. */
export interface KeptTable {
  readonly name: string;
  readonly store: Store;
  /** Key prefix in the store's bucket, with a closing `/`. */
  readonly prefix: string;
  /** Column whose values become `<column>=<value>/` folders. */
  readonly partitionBy?: string;
  /** Total order of the rows within a file: row groups then carry narrow min/max ranges, and bytes do not vary. */
  readonly sortBy: readonly string[];
}

/** One step: a SELECT in `sql/<name>.sql`, whose rows later steps read under that name. */
export type Step = { readonly name: string } | KeptTable;

/** Figures in the SQL, filled in for `${name}`. */
export interface PipelineParameters {
  /** An event received more than so many days after it happened is set aside. */
  readonly late_days: number;
  /** A longer pause ends a visit, minutes. */
  readonly session_gap_minutes: number;
  /** An act this many days old counts half. */
  readonly half_life_days: number;
  /** Length of each region's list of popular items. */
  readonly popular_items: number;
}

/** The steps in order; the same description drives DuckDB (here) and Spark (etl.py). */
export const STEPS = description.steps as readonly Step[];

export const DEFAULT_PARAMETERS: PipelineParameters = description.parameters;

/** Whether a step's rows are kept in a bucket. */
export function isKept(step: Step): step is KeptTable {
  return "store" in step;
}

/** The table of that name. @throws Error when no step makes it. */
export function keptTable(name: string): KeptTable {
  const step = STEPS.find((candidate) => candidate.name === name);
  if (step === undefined || !isKept(step)) throw new Error(`no step of the pipeline keeps a table ${name}`);
  return step;
}

/** A step's SQL with the figures filled in. @throws Error for a figure that is not finite or unknown. */
export function sqlOf(name: string, parameters: PipelineParameters): string {
  const figures: Readonly<Record<string, number>> = { ...parameters };
  return readFileSync(join(__dirname, "sql", `${name}.sql`), "utf8").replace(/\$\{(\w+)\}/g, (_, figure: string) => {
    const value = figures[figure];
    if (value === undefined || !Number.isFinite(value) || value < 0) {
      throw new Error(`${name}.sql: want a number >= 0 for ${figure}, got ${String(value)}`);
    }
    return String(value);
  });
}
