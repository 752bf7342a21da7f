import { readFileSync } from "node:fs";
import { join } from "node:path";
import description from "./steps.json";

/** Buckets that the pipeline writes into. */
export type Store = "silver" | "gold";

/** Rows that later steps read under the step's name. */
export interface Intermediate {
  readonly name: string;
  /** Rows of earlier steps picked out: not worth a copy of its own while the job runs. */
  readonly view?: boolean;
  /** Long rows, and many: on one machine they wait on disk, not in memory. */
  readonly staged?: boolean;
  /**
   * Columns of text with few distinct values beside the number of rows, which one machine keeps as numbers; those of one
   * group have few combinations too. @default none
   */
  readonly dictionaries?: readonly (readonly string[])[];
}

/** A table that is kept: where, how it is cut into folders, and in what order its rows stand. */
export interface KeptTable extends Intermediate {
  readonly store: Store;
  /** Key prefix in the store's bucket, with a closing `/`. */
  readonly prefix: string;
  /** Column whose values become `<column>=<value>/` folders. */
  readonly partitionBy?: string;
  /** Total order of the rows within a file: row groups then carry narrow min/max ranges, and bytes do not vary. */
  readonly sortBy: readonly string[];
}

/** A step whose rows are judgements of the quality gate ({@link Judgement}); a refusal ends the run. */
export interface Gate {
  readonly name: string;
  readonly gate: true;
}

/** One step: a SELECT in `sql/<name>.sql`, whose rows later steps read under that name. */
export type Step = Intermediate | Gate | KeptTable;

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

/** Bounds of the quality gate, filled into its SQL. A share is 0 to 1; what passes `_warn` is told, what passes `_refuse` ends the run. */
export interface QualityLimits {
  /** Highest value of an event: the contract's own. */
  readonly value_max: number;
  /** Hours that an event may lie in the future of its receipt. */
  readonly ahead_max_hours: number;
  /** Verified events that a run must have at least. */
  readonly rows_minimum: number;
  readonly late_share_warn: number;
  readonly late_share_refuse: number;
  readonly duplicate_share_warn: number;
  readonly duplicate_share_refuse: number;
  /** Share of purchases without a value. */
  readonly unpriced_share_warn: number;
  readonly unpriced_share_refuse: number;
  /** Age of the newest event at the begin of the run's day, hours. */
  readonly age_hours_warn: number;
  readonly age_hours_refuse: number;
  /** Events that the newest day, and the week before it, must have for their mixes to be compared. */
  readonly drift_minimum_events: number;
  /** Population stability index of event types and devices: 0 is no change, from 0.25 on it counts as a shift. */
  readonly drift_warn: number;
  readonly drift_refuse: number;
}

/** All figures in the SQL. */
export interface Figures extends PipelineParameters, QualityLimits {
  /** Day of the run, in days since 1970-01-01; 0 when the run has no day: then freshness is not judged. */
  readonly run_epoch_day: number;
}

/** Folder of the steps' SQL: `<step>.sql`, and `prelude.duckdb.sql` with what only DuckDB needs. */
export const SQL_FOLDER = join(__dirname, "sql");

/** The steps in order; the same description drives DuckDB (here) and Spark (etl.py). */
export const STEPS = description.steps as readonly Step[];

export const DEFAULT_PARAMETERS: PipelineParameters = description.parameters;

export const DEFAULT_LIMITS: QualityLimits = description.limits;

/** The figures of a run. @throws Error for a day that is not YYYY-MM-DD. */
export function figuresOf(options: {
  readonly parameters?: Partial<PipelineParameters>;
  readonly limits?: Partial<QualityLimits>;
  readonly runDate?: string;
}): Figures {
  const { runDate } = options;
  const day = runDate === undefined ? 0 : Date.parse(`${runDate}T00:00:00Z`) / 86_400_000;
  if (!Number.isInteger(day)) throw new Error(`want a run date YYYY-MM-DD, got ${runDate ?? ""}`);
  return { ...DEFAULT_PARAMETERS, ...options.parameters, ...DEFAULT_LIMITS, ...options.limits, run_epoch_day: day };
}

/** Whether a step is a gate. */
export function isGate(step: Step): step is Gate {
  return "gate" in step;
}

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

/**
 * Folder of a region in the gold bucket. A zone's gold buckets are copies of each other, so that any of its regions can
 * train on all of the zone's data: what a region writes there stands under its own name, and no other region writes it.
 */
export function goldFolder(region: string): string {
  return `${region}/`;
}

/** Key prefix of a region's rows of a table in the store's bucket, with a closing `/`. */
export function prefixOf(table: KeptTable, region: string): string {
  return table.store === "gold" ? goldFolder(region) + table.prefix : table.prefix;
}

/** Where a run's reports stand in the gold bucket; etl.py and the daily workflow name it alike. */
export function reportFolder(region: string, runDate: string): string {
  return `${goldFolder(region)}_quality/run_date=${runDate}/`;
}

/** A step's SQL with the figures filled in. @throws Error for a figure that is not finite or unknown. */
export function sqlOf(name: string, all: Figures): string {
  const figures: Readonly<Record<string, number>> = { ...all };
  return readFileSync(join(SQL_FOLDER, `${name}.sql`), "utf8").replace(/\$\{(\w+)\}/g, (_, figure: string) => {
    const value = figures[figure];
    if (value === undefined || !Number.isFinite(value) || value < 0) {
      throw new Error(`${name}.sql: want a number >= 0 for ${figure}, got ${String(value)}`);
    }
    return String(value);
  });
}
