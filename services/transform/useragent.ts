import { LRUCache } from "lru-cache";

/** Coarse device class. Nothing finer is kept, since a full User-Agent helps to single a person out. */
export type Device = "desktop" | "mobile" | "tablet" | "tv" | "other";

/** What a User-Agent header says. */
export interface Client {
  readonly device: Device;
  /** A crawler, a monitor or a script by its own account. */
  readonly bot: boolean;
}

// Tokens by which crawlers, monitors and HTTP libraries name themselves (the common core of the public bot lists).
const BOT =
  /bot\b|bot\/|crawl|spider|slurp|headless|phantomjs|lighthouse|pingdom|uptime|facebookexternalhit|curl\/|wget\/|python-|go-http-client|java\/|okhttp|libwww|scrapy/i;
const TV = /smart-?tv|appletv|googletv|hbbtv|roku|bravia|crkey/i;
const TABLET = /ipad|tablet|kindle|silk\/|playbook|android(?!.*mobile)/i;
const MOBILE = /mobi|iphone|ipod|android|windows phone/i;
const DESKTOP = /windows nt|macintosh|x11|cros|linux/i;

// A few thousand distinct strings make up nearly all traffic.
const seen = new LRUCache<string, Client>({ max: 10_000 });

/** Reads a User-Agent header; an absent one is `other` and no bot. */
export function readUserAgent(header: string | undefined): Client {
  if (header === undefined || header === "") return UNKNOWN_CLIENT;
  const known = seen.get(header);
  if (known !== undefined) return known;
  const client: Client = { device: deviceOf(header), bot: BOT.test(header) };
  seen.set(header, client);
  return client;
}

const UNKNOWN_CLIENT: Client = { device: "other", bot: false };

function deviceOf(header: string): Device {
  if (TV.test(header)) return "tv";
  if (TABLET.test(header)) return "tablet";
  if (MOBILE.test(header)) return "mobile";
  return DESKTOP.test(header) ? "desktop" : "other";
}
