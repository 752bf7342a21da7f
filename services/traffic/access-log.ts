import { createHash } from "node:crypto";
import type { ClickstreamEvent, EventType } from "../../contracts/events/event";

/** A request path that is an event; the first group of the pattern is the item. */
export interface PathRule {
  readonly pattern: RegExp;
  readonly eventType: EventType;
  /** @default any */
  readonly method?: string;
}

export interface AccessLogOptions {
  /** Paths that are events, the first that fits counts. @default DEFAULT_PATH_RULES */
  readonly rules?: readonly PathRule[];
  /**
   * A log does not say what people agreed to. Only with this flag are its users taken to have agreed to everything;
   * without it, the transform leaves the events out. @default false
   */
  readonly assumeConsent?: boolean;
}

export const DEFAULT_PATH_RULES: readonly PathRule[] = [
  { pattern: /^\/(?:cart|basket)\/(?:add\/)?([\w.~-]+)\/?$/, eventType: "add_to_cart", method: "POST" },
  { pattern: /^\/(?:buy|purchase|checkout)\/([\w.~-]+)\/?$/, eventType: "purchase", method: "POST" },
  { pattern: /^\/(?:items?|products?|articles?|movies?|p)\/([\w.~-]+)\/?$/, eventType: "view", method: "GET" },
];

/** What a line of a log is. */
export type AccessLine =
  | { readonly kind: "event"; readonly event: ClickstreamEvent }
  | { readonly kind: "skipped" }
  | { readonly kind: "bad"; readonly reason: string };

// host ident user [time] "request" status bytes "referrer" "agent" (httpd.apache.org/docs/current/logs.html#combined);
// quotes within quoted fields are escaped by a backslash.
const COMBINED =
  /^(\S+) \S+ (\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (?:\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"/;
const REQUEST = /^([A-Z]+) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/;
const TIME = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * Reads a line of a web server's log in the combined format. Answers other than 2xx and 304, and paths that no rule
 * fits, are skipped. The event's id comes from the line and its number, so that a file can be replayed twice.
 */
export function parseAccessLine(line: string, lineNumber: number, options: AccessLogOptions): AccessLine {
  const fields = COMBINED.exec(line);
  if (fields === null) return { kind: "bad", reason: "want the combined log format, got something else" };
  const [, host = "", user = "-", time = "", request = "", status = "", referrer = "-", agent = "-"] = fields;
  const occurred = parseTime(time);
  if (Number.isNaN(occurred)) return { kind: "bad", reason: `time: want dd/Mon/yyyy:hh:mm:ss +zzzz, got "${time}"` };
  const [, method, target = ""] = REQUEST.exec(request) ?? [];
  if (method === undefined) return { kind: "bad", reason: "request: want a method and a path, got something else" };
  if (!status.startsWith("2") && status !== "304") return { kind: "skipped" };
  const path = target.split(/[?#]/, 1)[0] ?? "";
  for (const rule of options.rules ?? DEFAULT_PATH_RULES) {
    if (rule.method !== undefined && rule.method !== method) continue;
    const item = rule.pattern.exec(path)?.[1];
    if (item === undefined || item.length > 128) continue;
    const consent = options.assumeConsent === true;
    const event: ClickstreamEvent = {
      eventId: idOf(`${lineNumber}\n${line}`),
      schemaVersion: 1,
      eventType: rule.eventType,
      occurredAt: new Date(occurred).toISOString(),
      userId: user === "-" ? `anonymous-${digest(`${host}\n${agent}`).slice(0, 32)}` : user.slice(0, 128),
      itemId: item,
      page: path.slice(0, 2048),
      ...(referrer === "-" || referrer === "" ? {} : { referrer: referrer.slice(0, 2048) }),
      ...(agent === "-" || agent === "" ? {} : { userAgent: agent.slice(0, 512) }),
      ...(host.length <= 45 ? { ip: host } : {}),
      consent: { analytics: consent, personalisation: consent },
    };
    return { kind: "event", event };
  }
  return { kind: "skipped" };
}

function parseTime(text: string): number {
  const parts = TIME.exec(text);
  if (parts === null) return NaN;
  const [, day, month = "", year, hour, minute, second, sign, zoneHours, zoneMinutes] = parts;
  const at = MONTHS.indexOf(month);
  const date = Number(day);
  if (at < 0 || date < 1 || date > new Date(Date.UTC(Number(year), at + 1, 0)).getUTCDate()) return NaN;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return NaN;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000 * (sign === "-" ? -1 : 1);
  return Date.UTC(Number(year), at, date, Number(hour), Number(minute), Number(second)) - offset;
}

/** A UUID of version 8 (RFC 9562: own use) from a text. */
export function idOf(text: string): string {
  const hex = digest(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
