import { glueColumns, type GlueColumn } from "../events/columns";
import { ENTITIES, featureColumns } from "./features";
import { isKept, STEPS, type KeptTable } from "./pipeline";

/** A table of the lake as the catalogue has it. Files are Parquet. */
export interface LakeTable extends KeptTable {
  readonly description: string;
  /** Without the partition keys. */
  readonly columns: readonly GlueColumn[];
  readonly partitionKeys: readonly GlueColumn[];
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  silver_events: "Each event once, and in time",
  late_events: "Events that came too late to count",
  silver_sessions: "Visits: a user's events without a long gap",
  gold_interactions: "What a user did with an item, as one decayed weight; of those who agreed to personalisation",
  gold_item_features: "Items: counts, users, revenue",
  gold_user_features: "Users who agreed to personalisation: their key points",
  gold_popular: "The most popular items of each region",
};

const EVENT_DAY = column("date", "string", "Day of occurred_at, UTC, YYYY-MM-DD");

const COLUMNS: Readonly<Record<string, readonly GlueColumn[]>> = {
  silver_events: glueColumns("parquet"),
  late_events: [...glueColumns("parquet"), EVENT_DAY],
  silver_sessions: [
    column("session_key", "string", "Unique id of the visit"),
    column("user_key", "string", "Pseudonym of the user"),
    column("region", "string", "AWS region whose collector took the events"),
    column("started_at", "timestamp", "First event, UTC"),
    column("ended_at", "timestamp", "Last event, UTC"),
    column("duration_seconds", "double", "Between first and last event"),
    column("events", "bigint", "Events without exposures"),
    column("views", "bigint", "Views"),
    column("clicks", "bigint", "Clicks"),
    column("add_to_carts", "bigint", "Items put into the cart"),
    column("purchases", "bigint", "Purchases"),
    column("items", "bigint", "Distinct items"),
    column("revenue", "double", "Sum of the purchases' values"),
    column("device", "string", "Class of device"),
  ],
  gold_interactions: [
    column("user_key", "string", "Pseudonym of the user"),
    column("item_id", "string", "The item"),
    column("region", "string", "AWS region whose collector took the events"),
    column("weight", "double", "Strength: acts weighted by type and age"),
    column("events", "bigint", "Acts"),
    column("purchases", "bigint", "Purchases"),
    column("first_occurred_at", "timestamp", "First act, UTC"),
    column("last_occurred_at", "timestamp", "Last act, UTC"),
  ],
  ...Object.fromEntries(ENTITIES.map((one) => [one.table, featureColumns(one)])),
  gold_popular: [
    column("region", "string", "AWS region"),
    column("place", "bigint", "1 is the most popular"),
    column("item_id", "string", "The item"),
    column("score", "double", "Sum of the interactions' weights"),
    column("users", "bigint", "Users with an interaction"),
  ],
};

/** Days of a partitioned table: of its events, or of the visits' beginnings. */
const PARTITION_KEYS: Readonly<Record<string, readonly GlueColumn[]>> = {
  silver_events: [EVENT_DAY],
  silver_sessions: [column("date", "string", "Day of started_at, UTC, YYYY-MM-DD")],
};

/** The tables that the ETL keeps, for the catalogue. */
export const LAKE_TABLES: readonly LakeTable[] = STEPS.filter(isKept).map((table) => ({
  ...table,
  description: DESCRIPTIONS[table.name] ?? table.name,
  columns: COLUMNS[table.name] ?? [],
  partitionKeys: PARTITION_KEYS[table.name] ?? [],
}));

function column(name: string, type: string, comment: string): GlueColumn {
  return { name, type, comment };
}
