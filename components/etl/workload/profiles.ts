import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { batchWrite, type BatchWriteReport } from "../../tables/workload/batch-writer";
import { RateLimiter } from "../../tables/workload/rate-limiter";
import type { Engine } from "./engine";

/** A user's key points, as the `profiles` table keeps them: only of users who agreed to personalisation. */
export interface ProfileRecord {
  readonly user_key: string;
  readonly region: string;
  readonly events: number;
  readonly sessions: number;
  readonly items: number;
  readonly purchases: number;
  readonly revenue: number;
  /** ISO 8601, UTC. */
  readonly first_seen_at: string;
  readonly last_seen_at: string;
}

/** Where profiles go, and how fast. */
export interface ProfilesTarget {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly table: string;
  /** Items per second: the table also serves readers. @default 2000 */
  readonly itemsPerSecond?: number;
}

/** Puts every row of `gold_user_features` into the profiles table. A put is idempotent: a re-run changes nothing. */
export async function writeProfiles(engine: Engine, target: ProfilesTarget): Promise<BatchWriteReport> {
  const rows = await engine.rows("SELECT * FROM gold_user_features ORDER BY user_key");
  return batchWrite(
    target.client,
    target.table,
    rows.map((row) => ({ ...profileOf(row) })),
    { limiter: new RateLimiter(target.itemsPerSecond ?? 2000) },
  );
}

function profileOf(row: Readonly<Record<string, unknown>>): ProfileRecord {
  return {
    user_key: String(row["user_key"]),
    region: String(row["region"]),
    events: Number(row["events"]),
    sessions: Number(row["sessions"]),
    items: Number(row["items"]),
    purchases: Number(row["purchases"]),
    revenue: Number(row["revenue"]),
    first_seen_at: (row["first_seen_at"] as Date).toISOString(),
    last_seen_at: (row["last_seen_at"] as Date).toISOString(),
  };
}
