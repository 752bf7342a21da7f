import { acceptedEventProblems, instantOf, isAcceptedEvent, type AcceptedEvent } from "../../schema/event";
import { hostOf, ipPrefix, pagePath } from "./scrub";
import { readUserAgent } from "./useragent";

/** Why an event was left out on purpose. */
export type DropReason = "no_consent" | "bot" | "reingested";
/** Why an event could not be curated. */
export type FailReason = "not_json" | "not_an_event" | "no_such_day" | "from_the_future" | "too_large";

/** What became of one event. */
export type Outcome =
  | { readonly result: "Ok"; readonly line: string; readonly date: string; readonly hour: string }
  | { readonly result: "Dropped"; readonly reason: DropReason }
  | { readonly result: "ProcessingFailed"; readonly reason: FailReason; readonly detail: string };

/** How far a client's clock may run ahead of the collector's before its event is refused as unusable: one day. */
export const MAX_AHEAD_MS = 86_400_000;

const NO_CONSENT: Outcome = { result: "Dropped", reason: "no_consent" };
const BOT: Outcome = { result: "Dropped", reason: "bot" };

/**
 * Curates one event, given as the JSON text that stood on the stream: validates it, leaves out what may not be kept,
 * pseudonymises the user and takes personal data off. Pure; never throws.
 *
 * The partition is the hour of `receivedAt`: that is our own clock, so that a partition is complete once its hour is
 * over and a client with a wrong clock cannot open partitions of its choosing. Event time stays in `occurred_at`.
 */
export function transformEvent(text: string, pseudonym: (userId: string) => string): Outcome {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return { result: "ProcessingFailed", reason: "not_json", detail: "event: want JSON, got something else" };
  }
  if (!isAcceptedEvent(event)) {
    return { result: "ProcessingFailed", reason: "not_an_event", detail: acceptedEventProblems(event).join("; ") };
  }
  const occurred = instantOf(event.occurredAt);
  if (Number.isNaN(occurred)) {
    return {
      result: "ProcessingFailed",
      reason: "no_such_day",
      detail: `occurredAt: want a day that exists, got "${event.occurredAt}"`,
    };
  }
  if (occurred - instantOf(event.receivedAt) > MAX_AHEAD_MS) {
    return {
      result: "ProcessingFailed",
      reason: "from_the_future",
      detail: `occurredAt: want at most one day after ${event.receivedAt}, got "${event.occurredAt}"`,
    };
  }
  if (!event.consent.analytics) return NO_CONSENT;
  const client = readUserAgent(event.userAgent);
  if (client.bot) return BOT;
  return {
    result: "Ok",
    line: curatedLine(event, pseudonym(event.userId), client.device),
    date: event.receivedAt.slice(0, 10),
    hour: event.receivedAt.slice(11, 13),
  };
}

/** The curated event as a line of NDJSON, its columns in the order of CURATED_COLUMNS. Ids need no escaping by pattern. */
function curatedLine(event: AcceptedEvent, userKey: string, device: string): string {
  return (
    `{"event_id":"${event.eventId.toLowerCase()}","schema_version":${event.schemaVersion},"event_type":"${event.eventType}",` +
    `"occurred_at":"${event.occurredAt}","received_at":"${event.receivedAt}","user_key":"${userKey}",` +
    `"item_id":${quoted(event.itemId)},"session_id":${quotedOrNull(event.sessionId)},"value":${event.value ?? null},` +
    `"page":${quotedOrNull(pagePath(event.page))},"referrer_host":${quotedOrNull(hostOf(event.referrer))},` +
    `"device":"${device}","ip_prefix":${quotedOrNull(ipPrefix(event.ip))},"consent_analytics":true,` +
    `"consent_personalisation":${event.consent.personalisation},"variant":${quotedOrNull(event.variant)},` +
    `"model_version":${quotedOrNull(event.modelVersion)},"region":${quoted(event.region)}}\n`
  );
}

// Characters that JSON.stringify would escape.
// eslint-disable-next-line no-control-regex -- control characters are what must be found
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function quotedOrNull(text: string | null | undefined): string {
  return text === null || text === undefined ? "null" : quoted(text);
}
