import type { DataClass } from "../data-class";

/** Logical type of a curated column; each store's own type is derived from it. `instant` is a point in time, UTC. */
export type ColumnKind = "string" | "int" | "double" | "boolean" | "instant";

/** What a person must have agreed to before the column may be used: nothing, analytics, or personalisation. */
export type ConsentNeed = "none" | "analytics" | "personalisation";

/** One column of a curated event. */
export interface CuratedColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly nullable: boolean;
  readonly dataClass: DataClass;
  readonly consent: ConsentNeed;
  /** Path of the event property it comes from; absent where the collector or the transform adds it. */
  readonly from?: string;
  readonly comment: string;
}

/**
 * The curated event: what the transform writes, one JSON object a line, each column present (null where it has no
 * value), in this order. Source of the Glue table, the Parquet columns, and the check that the intake verifier makes.
 */
export const CURATED_COLUMNS = [
  column(
    "event_id",
    "string",
    "technical",
    "none",
    "eventId",
    "Unique id of the event; everything downstream is idempotent by it",
  ),
  column("schema_version", "int", "technical", "none", "schemaVersion", "Version of the event contract"),
  column(
    "event_type",
    "string",
    "behaviour",
    "analytics",
    "eventType",
    "view, click, add_to_cart, purchase or exposure",
  ),
  column(
    "occurred_at",
    "instant",
    "behaviour",
    "analytics",
    "occurredAt",
    "When it happened, by the client's clock, UTC",
  ),
  column("received_at", "instant", "technical", "none", undefined, "When the collector took it, UTC"),
  column(
    "user_key",
    "string",
    "identifier",
    "analytics",
    "userId",
    "Pseudonym of the user: HMAC-SHA256 with the zone's salt, hex",
  ),
  column("item_id", "string", "behaviour", "analytics", "itemId", "The item"),
  optional("session_id", "string", "identifier", "analytics", "sessionId", "The client's own session, a random id"),
  optional("value", "double", "behaviour", "analytics", "value", "Price paid or strength of the signal"),
  optional("page", "string", "behaviour", "analytics", "page", "Path of the page, without query and fragment"),
  optional("referrer_host", "string", "behaviour", "analytics", "referrer", "Host of the referring page"),
  optional("device", "string", "technical", "analytics", "userAgent", "desktop, mobile, tablet, tv or other"),
  optional(
    "ip_prefix",
    "string",
    "identifier",
    "analytics",
    "ip",
    "First 24 bits (IPv4) or 48 bits (IPv6) of the address",
  ),
  column(
    "consent_analytics",
    "boolean",
    "technical",
    "none",
    "consent.analytics",
    "Agreed to analytics: true in all that is kept",
  ),
  column(
    "consent_personalisation",
    "boolean",
    "technical",
    "none",
    "consent.personalisation",
    "Agreed to personalisation: training reads these rows only",
  ),
  optional("variant", "string", "technical", "personalisation", "variant", "Model variant that was shown"),
  optional(
    "model_version",
    "string",
    "technical",
    "personalisation",
    "modelVersion",
    "Version of the model that was shown",
  ),
  column("region", "string", "technical", "none", undefined, "AWS region whose collector took it"),
] as const satisfies readonly CuratedColumn[];

/** Name of a curated column. */
export type CuratedColumnName = (typeof CURATED_COLUMNS)[number]["name"];

/** How bronze and silver events are partitioned: the hour and day in which the collector took them, UTC. */
export const BRONZE_PARTITION_KEYS = [
  { name: "date", type: "string", comment: "Day of received_at, YYYY-MM-DD" },
  { name: "hour", type: "string", comment: "Hour of received_at, 00 to 23" },
] as const satisfies readonly GlueColumn[];

/** A column as the Glue catalogue takes it. */
export interface GlueColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

/** Files of a table: `json` has no instants, so that they are ISO 8601 text there; `parquet` has. */
export type FileFormat = "json" | "parquet";

/** Glue (Hive) type of a kind, in files of a format. */
export function glueType(kind: ColumnKind, format: FileFormat): string {
  if (kind === "instant") return format === "json" ? "string" : "timestamp";
  return kind;
}

const DUCKDB_TYPES = {
  string: "VARCHAR",
  int: "INTEGER",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  instant: "TIMESTAMP",
} as const satisfies Record<ColumnKind, string>;

/** DuckDB type of a kind; instants are UTC without a zone. */
export function duckdbType(kind: ColumnKind): string {
  return DUCKDB_TYPES[kind];
}

/** Columns of curated events for a Glue table whose files have the given format; partition keys are not among them. */
export function glueColumns(format: FileFormat): GlueColumn[] {
  return CURATED_COLUMNS.map(({ name, kind, comment }) => ({ name, type: glueType(kind, format), comment }));
}

/** Columns of the `bronze_events` table: gzipped NDJSON. */
export function bronzeColumns(): GlueColumn[] {
  return glueColumns("json");
}

function column<N extends string>(
  name: N,
  kind: ColumnKind,
  dataClass: DataClass,
  consent: ConsentNeed,
  from: string | undefined,
  comment: string,
) {
  return { name, kind, nullable: false, dataClass, consent, ...(from === undefined ? {} : { from }), comment };
}

function optional<N extends string>(
  name: N,
  kind: ColumnKind,
  dataClass: DataClass,
  consent: ConsentNeed,
  from: string,
  comment: string,
) {
  return { ...column(name, kind, dataClass, consent, from, comment), nullable: true };
}
