import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { batchWrite, type BatchWriteReport } from "../kit/dynamodb/batch-writer";
import { RateLimiter } from "../kit/rate-limiter";
import type { Engine } from "./engine";
import { entity, onlineFeatures } from "../../contracts/lake/features";

/** The entity whose features the profiles table has: only of users who agreed to personalisation. */
export const PROFILED = entity("user");

/** A user's key points, as the `profiles` table keeps them: numbers, text, and instants as ISO 8601 in UTC. */
export type ProfileRecord = Readonly<Record<string, string | number>>;

/** Where profiles go, and how fast. */
export interface ProfilesTarget {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly table: string;
  /** Items per second: the table also serves readers. @default 2000 */
  readonly itemsPerSecond?: number;
}

/** Puts every row of `gold_user_features` into the profiles table. A put is idempotent: a re-run changes nothing. */
export async function writeProfiles(engine: Engine, target: ProfilesTarget): Promise<BatchWriteReport> {
  const rows = await engine.rows(`SELECT * FROM ${PROFILED.table} ORDER BY ${PROFILED.key}`);
  return batchWrite(target.client, target.table, rows.map(profileOf), {
    limiter: new RateLimiter(target.itemsPerSecond ?? 2000),
  });
}

/** A row of gold as the online record has it. */
export function profileOf(row: Readonly<Record<string, unknown>>): ProfileRecord {
  const features = onlineFeatures(PROFILED).map(({ name, type }) => {
    const value = row[name];
    if (type === "timestamp") return [name, (value as Date).toISOString()] as const;
    return [name, type === "string" ? String(value) : Number(value)] as const;
  });
  return Object.fromEntries([[PROFILED.key, String(row[PROFILED.key])], ...features]);
}
