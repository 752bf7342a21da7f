import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { CuratedColumnName } from "../../../contracts/events/columns";

/** A curated event as it stands in bronze. */
export type Curated = Record<CuratedColumnName, string | number | boolean | null>;

let made = 0;

/** A curated event; every field not named gets a plain value. */
export function curated(fields: Partial<Curated> = {}): Curated {
  made += 1;
  const occurred = fields.occurred_at ?? "2026-03-01T10:00:00.000Z";
  return {
    event_id: `event-${String(made).padStart(6, "0")}`,
    schema_version: 1,
    event_type: "view",
    occurred_at: occurred,
    received_at: occurred,
    user_key: "ada",
    item_id: "lamp",
    session_id: null,
    value: null,
    page: null,
    referrer_host: null,
    device: "desktop",
    ip_prefix: null,
    consent_analytics: true,
    consent_personalisation: true,
    variant: null,
    model_version: null,
    region: "us-east-1",
    ...fields,
  };
}

/** Events as one gzipped NDJSON object. */
export function ndjson(events: readonly Curated[]): Buffer {
  return gzipSync(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
}

/**
 * Events of users with latent tastes: each user likes one group of items, and within it popular ones more. Equal seeds
 * give equal events.
 */
export function tasteEvents(options: {
  readonly users: number;
  readonly items: number;
  readonly groups: number;
  readonly eventsPerUser: number;
  readonly region: string;
  readonly days: number;
}): Curated[] {
  const { users, items, groups, eventsPerUser, region, days } = options;
  const begin = Date.parse("2026-03-01T00:00:00Z");
  const perGroup = Math.floor(items / groups);
  const events: Curated[] = [];
  for (let user = 0; user < users; user += 1) {
    for (let n = 0; n < eventsPerUser; n += 1) {
      const draw = (what: string) => uniform(`${region}/${user}/${n}/${what}`);
      const ownTaste = draw("taste") < 0.85;
      const group = ownTaste ? user % groups : Math.floor(draw("group") * groups);
      const rank = Math.min(perGroup - 1, Math.floor(perGroup * draw("rank") ** 2));
      const kind = draw("kind");
      const at = new Date(begin + Math.floor(draw("at") * days * 86_400_000)).toISOString();
      const eventType = kind < 0.6 ? "view" : kind < 0.85 ? "click" : kind < 0.95 ? "add_to_cart" : "purchase";
      events.push(
        curated({
          event_id: `${region}-${user}-${n}`,
          event_type: eventType,
          occurred_at: at,
          received_at: at,
          user_key: createHash("sha256").update(`${region}/${user}`).digest("hex"),
          item_id: `item-${String(group * perGroup + rank).padStart(4, "0")}`,
          value: eventType === "purchase" ? Math.round(draw("value") * 10_000) / 100 : null,
          region,
        }),
      );
    }
  }
  return events;
}

/** A number in [0, 1) that depends on the text only. */
function uniform(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}
