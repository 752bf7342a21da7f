import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { GlueColumn } from "../events/columns";
import definition from "./feature-store.json";

/** One feature, as offline and online stores, training sets and documentation have it. */
export interface Feature {
  readonly name: string;
  /** Glue type. */
  readonly type: "bigint" | "double" | "string" | "timestamp";
  /** What it is computed from: events (`e` in the source) or visits (`s`). */
  readonly from: "events" | "sessions";
  /** Aggregate in the SQL of both engines; `{window}` stands for the condition that an event lies in the window. */
  readonly source: string;
  /** Days back from the time as of which it is computed; null for all time. */
  readonly windowDays: number | null;
  /** Of an entity without events; null: it has none. */
  readonly default: number | null;
  readonly owner: string;
  readonly dataClass: "identifier" | "behaviour" | "technical";
  /** Whether the profiles table has it too. */
  readonly online: boolean;
  readonly comment: string;
}

/** What features are of. */
export interface Entity {
  readonly name: string;
  /** The gold table that has them. */
  readonly table: string;
  readonly key: string;
  readonly keyComment: string;
  /** Events that count. */
  readonly where: string;
  readonly features: readonly Feature[];
}

/** The feature store's one definition; `feature-store.json` is what Spark's programs read of it. */
export const ENTITIES = definition.entities as readonly Entity[];

/** An entity by its name. @throws Error naming those there are. */
export function entity(name: string): Entity {
  const found = ENTITIES.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new Error(`want an entity of ${ENTITIES.map((one) => one.name).join(", ")}, got ${name}`);
}

/** Columns of an entity's gold table, for the catalogue. */
export function featureColumns({ key, keyComment, features }: Entity): GlueColumn[] {
  return [
    { name: key, type: "string", comment: keyComment },
    ...features.map(({ name, type, comment }) => ({ name, type, comment })),
  ];
}

/** Features that the profiles table has. */
export function onlineFeatures({ features }: Entity): readonly Feature[] {
  return features.filter(({ online }) => online);
}

/** The SELECT of an entity's gold table: features as of the newest event, so that equal data gives equal features. */
export function goldSql(of: Entity): string {
  const { name, key, where, features } = of;
  const hasWindow = features.some(({ windowDays }) => windowDays !== null);
  const visits = features.filter(({ from }) => from === "sessions");
  return [
    `-- Features of each ${name}. Written by contracts/lake/emit.ts from feature-store.json: change them there.`,
    `WITH${hasWindow ? " clock AS (SELECT MAX(unix_micros(occurred_at)) AS micros FROM event_facts),\n" : "\n"}by_events AS (`,
    `  SELECT`,
    [`    e.${key}`, ...aggregates(of, "events", "clock.micros")].join(",\n"),
    `  FROM event_facts e`,
    ...(hasWindow ? [`  CROSS JOIN clock`] : []),
    `  WHERE ${where}`,
    `  GROUP BY e.${key}`,
    `)${visits.length === 0 ? "" : ","}`,
    ...(visits.length === 0
      ? []
      : [
          `by_visits AS (`,
          `  SELECT`,
          [`    s.${key}`, ...aggregates(of, "sessions", "clock.micros")].join(",\n"),
          `  FROM silver_sessions s`,
          `  GROUP BY s.${key}`,
          `)`,
        ]),
    `SELECT`,
    [`  by_events.${key}`, ...features.map(picked)].join(",\n"),
    `FROM by_events`,
    ...(visits.length === 0 ? [] : [`LEFT JOIN by_visits ON by_visits.${key} = by_events.${key}`]),
    "",
  ].join("\n");
}

/**
 * The SELECT of a training set: every row of `labels` (the entity's key, `label_at`, and what else it has) with the
 * features as they were known just before `label_at`: of events that had happened and had been received by then. Both
 * engines read it, beside `event_facts` and `silver_sessions`.
 */
export function trainingSql(of: Entity): string {
  const { name, key, where, features } = of;
  const known = (events: string): string =>
    `${events}.${key} = c.${key} AND ${events}.occurred_at < c.label_at AND ${events}.received_at < c.label_at`;
  const hasVisits = features.some(({ from }) => from === "sessions");
  const part = (rows: string, from: Feature["from"], source: readonly string[]): string[] => [
    `${rows} AS (`,
    `  SELECT`,
    [`    c.${key}`, `    c.label_at`, ...aggregates(of, from, "unix_micros(CAST(c.label_at AS TIMESTAMP))")].join(
      ",\n",
    ),
    `  FROM cases c`,
    ...source,
    `  GROUP BY c.${key}, c.label_at`,
  ];
  const joined = (rows: string): string =>
    `LEFT JOIN ${rows} ON ${rows}.${key} = l.${key} AND ${rows}.label_at = l.label_at`;
  return [
    `-- Labels with the features of each ${name} as they were known just before the label. Written by contracts/lake/emit.ts.`,
    `WITH cases AS (`,
    `  SELECT DISTINCT ${key}, label_at FROM labels`,
    `),`,
    ...part("by_events", "events", [`  JOIN event_facts e ON ${known("e")}`, `  WHERE ${where}`]),
    hasVisits ? ")," : ")",
    ...(hasVisits
      ? [
          // A visit counts once one of its events was known: what it became later does not show.
          ...part("by_visits", "sessions", [
            `  JOIN event_facts e ON ${known("e")} AND e.event_type <> 'exposure'`,
            `  JOIN silver_sessions s ON s.${key} = e.${key} AND e.occurred_at BETWEEN s.started_at AND s.ended_at`,
          ]),
          `)`,
        ]
      : []),
    `SELECT`,
    [`  l.*`, ...features.map(picked)].join(",\n"),
    `FROM labels l`,
    joined("by_events"),
    ...(hasVisits ? [joined("by_visits")] : []),
    "",
  ].join("\n");
}

/** The SQL of an entity's training set as it stands in `features/`. */
export function trainingSqlFile({ name }: Entity): string {
  return readFileSync(join(__dirname, "features", `${name}_training_set.sql`), "utf8");
}

function aggregates({ features }: Entity, from: Feature["from"], now: string): string[] {
  return features
    .filter((feature) => feature.from === from)
    .map(({ name, source, windowDays }) => {
      const age = `${now} - unix_micros(e.occurred_at) < CAST(${windowDays ?? 0} AS BIGINT) * 86400000000`;
      return `    ${source.replaceAll("{window}", age)} AS ${name}`;
    });
}

function picked({ name, from, default: value }: Feature): string {
  const column = `${from === "events" ? "by_events" : "by_visits"}.${name}`;
  return value === null ? `  ${column}` : `  COALESCE(${column}, ${value}) AS ${name}`;
}
