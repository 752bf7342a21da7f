/** Key of the popular list, beside the users' lists. A pseudonym is hex and cannot collide with it. */
export const POPULAR_KEY = "#popular";

/** Key of the list of what is popular in one region: the nearer answer for a user whom nobody knows. */
export function popularKeyOf(region: string): string {
  return `${POPULAR_KEY}:${region}`;
}

/** Key of the list of items that are new and do well: no model can know them yet. */
export const FRESH_KEY = "#fresh";

/** The model that recommendations come from; one line of versions for each residency zone. */
export const MODEL_NAME = "recommendations";

/**
 * The line of models whose lists a variant's users get: the control has {@link MODEL_NAME}, every other variant one of its
 * own beside it. Each line has its own `CURRENT` row, so that a variant is published without touching the control's.
 */
export function modelNameOf(variant: string, control: string): string {
  return variant === control ? MODEL_NAME : `${MODEL_NAME}:${variant}`;
}

/** Beside it, the row that says when gold was last made of data that passed the quality gate. */
export const GOLD_NAME = "gold";

/** Sort key of the record that points at the published version. */
export const CURRENT_VERSION = "CURRENT";

/** One recommended item, best first in a list. */
export interface ScoredItem {
  readonly item_id: string;
  /** Comparable within one list only. */
  readonly score: number;
}

/** A row of the `recommendations` table: one user's list by one model version. */
export interface RecommendationRecord {
  readonly user_key: string;
  readonly model_version: string;
  readonly items: readonly ScoredItem[];
  /** ISO 8601, UTC. */
  readonly generated_at: string;
  /** When DynamoDB may delete the row, seconds since 1970; absent where the tables keep no TTL. */
  readonly expires_at?: number;
}

/** The `CURRENT` row of the `models` table; the daily workflow moves it, only forward in time. */
export interface CurrentModelRecord {
  /** {@link MODEL_NAME}, or {@link modelNameOf} a variant. */
  readonly name: string;
  readonly version: typeof CURRENT_VERSION;
  /** The published version. */
  readonly model_version: string;
  readonly model_digest: string;
  /** Day whose run made it, YYYY-MM-DD. */
  readonly run_date: string;
  /** ISO 8601, UTC. */
  readonly published_at: string;
  /** The version before, still readable: a replica that has not got the new rows yet answers from it. */
  readonly previous_version?: string;
}
