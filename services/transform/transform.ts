import {
  acceptedEventProblems,
  dayExists,
  instantOf,
  isAcceptedEvent,
  type AcceptedEvent,
} from "../../contracts/events/event";
import { hostOf, ipPrefix, pagePath } from "./scrub";
import { readUserAgent } from "./useragent";

/** Why an event was left out on purpose. */
export type DropReason = "no_consent" | "bot" | "reingested";
/** Why an event could not be curated. */
export type FailReason = "not_json" | "not_an_event" | "no_such_day" | "from_the_future" | "too_large" | "crashed";

/** Where a curated event is filed. */
export interface Partition extends Record<string, string> {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** 00 to 23. */
  readonly hour: string;
}

/** What became of one event. */
export type Outcome =
  | {
      readonly result: "Ok";
      readonly line: string;
      /** Whether the line is certainly ASCII. */
      readonly ascii: boolean;
      readonly partition: Partition;
    }
  | { readonly result: "Dropped"; readonly reason: DropReason }
  | { readonly result: "ProcessingFailed"; readonly reason: FailReason; readonly detail: string };

/** How far a client's clock may run ahead of the collector's before its event is refused as unusable: one day. */
export const MAX_AHEAD_MS = 86_400_000;

export const NO_CONSENT: Outcome = { result: "Dropped", reason: "no_consent" };
export const BOT: Outcome = { result: "Dropped", reason: "bot" };

/**
 * Curates one event, given as the stream's bytes: validates it, leaves out what may not be kept,
 * pseudonymises the user and takes personal data off. Pure but for its caches; never throws.
 *
 * The partition is the hour of `receivedAt`: that is our own clock, so that a partition is complete once its hour is
 * over and a client with a wrong clock cannot open partitions of its choosing. Event time stays in `occurred_at`.
 */
export function transformEvent(bytes: Buffer, pseudonym: (userId: string) => string): Outcome {
  const text = bytes.toString("utf8");
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return { result: "ProcessingFailed", reason: "not_json", detail: "event: want JSON, got something else" };
  }
  if (!isAcceptedEvent(event)) {
    return { result: "ProcessingFailed", reason: "not_an_event", detail: acceptedEventProblems(event).join("; ") };
  }
  const fault = timeFault(event);
  if (fault !== undefined) return fault;
  if (!event.consent.analytics) return NO_CONSENT;
  const client = readUserAgent(event.userAgent);
  if (client.bot) return BOT;
  // UTF-8 has as many bytes as characters only when all are ASCII. Without a backslash no string holds a character
  // that must be escaped, so that the values can be written as they are.
  const plain = bytes.length === text.length && !text.includes("\\");
  return {
    result: "Ok",
    line: curatedLine(event, pseudonym(event.userId), client.device, plain ? quotedPlain : quoted),
    ascii: plain,
    partition: partitionOf(event.receivedAt),
  };
}

function timeFault({ occurredAt, receivedAt }: AcceptedEvent): Outcome | undefined {
  if (!dayExists(occurredAt) || !dayExists(receivedAt)) {
    const detail = `occurredAt, receivedAt: want days that exist, got "${occurredAt}", "${receivedAt}"`;
    return { result: "ProcessingFailed", reason: "no_such_day", detail };
  }
  // Instants of this form sort as text, to the second: nearly all events are settled by the first comparison.
  if (occurredAt > receivedAt && instantOf(occurredAt) - instantOf(receivedAt) > MAX_AHEAD_MS) {
    const detail = `occurredAt: want at most one day after ${receivedAt}, got "${occurredAt}"`;
    return { result: "ProcessingFailed", reason: "from_the_future", detail };
  }
  return undefined;
}

let lastPartition: Partition = { date: "", hour: "" };
let lastHour = "";

/** The partition of an instant. Events come in the order of their receipt, so that the last one mostly serves again. */
export function partitionOf(receivedAt: string): Partition {
  if (lastHour === "" || !receivedAt.startsWith(lastHour)) {
    lastHour = receivedAt.slice(0, 13);
    lastPartition = { date: receivedAt.slice(0, 10), hour: receivedAt.slice(11, 13) };
  }
  return lastPartition;
}

/** The curated event as a line of NDJSON, its columns in the order of CURATED_COLUMNS. Ids need no escaping by pattern. */
function curatedLine(event: AcceptedEvent, userKey: string, device: string, quote: Quote): string {
  const page = pagePath(event.page);
  return (
    `{"event_id":"${event.eventId.toLowerCase()}","schema_version":${event.schemaVersion},"event_type":"${event.eventType}",` +
    `"occurred_at":"${event.occurredAt}","received_at":"${event.receivedAt}","user_key":"${userKey}",` +
    `"item_id":${quote(event.itemId)},"session_id":${quote(event.sessionId)},"value":${event.value ?? null},` +
    `"page":${quote(page)},"referrer_host":${quote(hostOf(event.referrer))},` +
    `"device":"${device}","ip_prefix":${quote(ipPrefix(event.ip))},"consent_analytics":true,` +
    `"consent_personalisation":${event.consent.personalisation},"variant":${quote(event.variant)},` +
    `"model_version":${quote(event.modelVersion)},"region":${quote(event.region)}}\n`
  );
}

type Quote = (text: string | null | undefined) => string;

// Characters that JSON.stringify would escape.
// eslint-disable-next-line no-control-regex -- control characters are what must be found
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

const quoted: Quote = (text) => {
  if (text === null || text === undefined) return "null";
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
};

const quotedPlain: Quote = (text) => (text === null || text === undefined ? "null" : `"${text}"`);
