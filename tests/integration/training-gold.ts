import { writeFile } from "node:fs/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import type { ClickstreamEvent } from "../../contracts/events/event";
import { generate } from "../../services/traffic/generate";
import { randomFrom } from "../../services/traffic/random";

/** How large a world the interactions come from, and whether they mean anything. */
export interface GoldOptions {
  /** @default 60000 */
  readonly events?: number;
  /** @default 1200 */
  readonly users?: number;
  /** @default 600 */
  readonly items?: number;
  /** Who met what is left to chance, in equal numbers. @default false */
  readonly shuffled?: boolean;
}

/** Gold interactions of the generated clickstream, as the ETL makes them but for the decay, in one Parquet file. */
export async function writeGold(path: string, options: GoldOptions = {}): Promise<string> {
  const events: { user: string; item: string; kind: string; met: string }[] = [];
  for (const { kind, line } of generate({
    seed: 11,
    count: options.events ?? 60_000,
    users: options.users ?? 1200,
    items: options.items ?? 600,
  })) {
    if (kind !== "event" && kind !== "late") continue;
    const { userId, itemId, eventType, occurredAt, consent } = JSON.parse(line) as ClickstreamEvent;
    if (!consent.personalisation || eventType === "exposure") continue;
    events.push({ user: userId, item: itemId, kind: eventType, met: occurredAt });
  }
  if (options.shuffled === true) {
    const random = randomFrom(3);
    for (let n = events.length - 1; n > 0; n -= 1) {
      const [one, other] = [events[n]!, events[random.below(n + 1)]!];
      [one.item, other.item] = [other.item, one.item];
    }
  }
  await writeFile(`${path}.ndjson`, events.map((event) => JSON.stringify(event)).join("\n"));
  const instance = await DuckDBInstance.create();
  const database = await instance.connect();
  await database.run(`
    COPY (
      SELECT "user" AS user_key, item AS item_id, 'us-east-1' AS region,
        SUM(CASE kind WHEN 'view' THEN 1 WHEN 'click' THEN 2 WHEN 'add_to_cart' THEN 4 ELSE 8 END) AS weight,
        COUNT(*) AS events, COUNT(CASE kind WHEN 'purchase' THEN 1 END) AS purchases,
        MIN(met) AS first_occurred_at, MAX(met) AS last_occurred_at
      FROM read_json('${path}.ndjson',
        columns = {"user": 'VARCHAR', item: 'VARCHAR', kind: 'VARCHAR', met: 'TIMESTAMP'})
      GROUP BY 1, 2
    ) TO '${path}' (FORMAT parquet)`);
  database.closeSync();
  instance.closeSync();
  return path;
}

/** Cuts gold into the parts of two regions, half of the users each, beside the whole. */
export async function splitGold(path: string): Promise<readonly [string, string]> {
  const parts = [`${path}.part-0`, `${path}.part-1`] as const;
  const instance = await DuckDBInstance.create();
  const database = await instance.connect();
  for (const [index, part] of parts.entries()) {
    await database.run(
      `COPY (SELECT * FROM read_parquet('${path}') WHERE hash(user_key) % 2 = ${index}) TO '${part}' (FORMAT parquet)`,
    );
  }
  database.closeSync();
  instance.closeSync();
  return parts;
}
