import type { ScoredItem } from "../../contracts/tables/records";

/** Milliseconds that the table emulator takes: DynamoDB's usual single digit. */
export const TABLE_MS = 4;

/** A user's whole list, as the daily run writes it. */
export const LIST: readonly ScoredItem[] = Array.from({ length: 100 }, (_, place) => ({
  item_id: `item-${10_000 + place * 37}`,
  score: Math.fround(1 / (place + 1.5)),
}));

/** An answer of the usual length, some 570 bytes as JSON. */
export const ANSWER = {
  userId: "u1",
  items: LIST.slice(0, 10),
  source: "cache",
  fallback: "none",
  region: "us-east-1",
  modelVersion: "v2",
  variant: "champion",
} as const;
