import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { TLocalizedValidationError } from "typebox/error";

/**
 * The clickstream event contract, version 1. This definition is the one source: the static types, the compiled
 * validator and `clickstream-event.v1.schema.json` (see emit.ts) come from it, and columns.ts names its properties.
 * `x-data-class` says what kind of data a property is, `x-consent` what the person must have agreed to.
 */
export const EVENT_SCHEMA_VERSION = 1;

export const EVENT_TYPES = ["view", "click", "add_to_cart", "purchase", "exposure"] as const;

const UUID = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";
/** ISO 8601 in UTC, seconds or finer; whether the day exists is checked by `instantOf`. */
const INSTANT =
  "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z$";

const technical = { "x-data-class": "technical", "x-consent": "none" } as const;
const behaviour = { "x-data-class": "behaviour", "x-consent": "analytics" } as const;
const identifier = { "x-data-class": "identifier", "x-consent": "analytics" } as const;
const shown = { "x-data-class": "technical", "x-consent": "personalisation" } as const;

const PROPERTIES = {
  eventId: Type.String({ ...technical, pattern: UUID, description: "Unique id; a resent event keeps its id" }),
  schemaVersion: Type.Literal(EVENT_SCHEMA_VERSION, { ...technical, description: "Version of this contract" }),
  eventType: Type.Enum([...EVENT_TYPES], { ...behaviour, description: "What the person did" }),
  occurredAt: Type.String({ ...behaviour, pattern: INSTANT, description: "When, by the client's clock, UTC" }),
  userId: Type.String({ ...identifier, minLength: 1, maxLength: 128, description: "The site's id of the user" }),
  itemId: Type.String({ ...behaviour, minLength: 1, maxLength: 128, description: "The item" }),
  sessionId: Type.Optional(
    Type.String({ ...identifier, minLength: 1, maxLength: 128, description: "The client's own session, a random id" }),
  ),
  value: Type.Optional(
    Type.Number({ ...behaviour, minimum: 0, maximum: 1e9, description: "Price paid or strength of the signal" }),
  ),
  page: Type.Optional(Type.String({ ...behaviour, maxLength: 2048, description: "Path of the page" })),
  referrer: Type.Optional(Type.String({ ...behaviour, maxLength: 2048, description: "URL of the referring page" })),
  userAgent: Type.Optional(
    Type.String({
      ...technical,
      "x-consent": "analytics",
      maxLength: 512,
      description: "The client's User-Agent header",
    }),
  ),
  ip: Type.Optional(Type.String({ ...identifier, maxLength: 45, description: "The client's address" })),
  consent: Type.Object(
    {
      analytics: Type.Boolean({ ...technical, description: "May be stored and counted" }),
      personalisation: Type.Boolean({ ...technical, description: "May be used to train and to recommend" }),
    },
    { ...technical, additionalProperties: false, description: "What the person agreed to" },
  ),
  variant: Type.Optional(Type.String({ ...shown, maxLength: 64, description: "Model variant that was shown" })),
  modelVersion: Type.Optional(Type.String({ ...shown, maxLength: 64, description: "Version of the model shown" })),
};

/** JSON Schema (2020-12) of an event as a client sends it. Unknown properties are refused: they have no data class. */
export const CLICKSTREAM_EVENT = Type.Object(PROPERTIES, {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://meridian.example/schemas/clickstream-event.v1.schema.json",
  title: "Clickstream event, version 1",
  additionalProperties: false,
});

/**
 * JSON Schema of an event as it stands on the stream: with what the collector knows. Open to more properties: the
 * collector has refused unknown ones, readers of the stream ignore those of a later version.
 */
export const ACCEPTED_EVENT = Type.Object({
  ...PROPERTIES,
  receivedAt: Type.String({ ...technical, pattern: INSTANT, description: "When the collector took it, UTC" }),
  region: Type.String({ ...technical, minLength: 1, maxLength: 32, description: "AWS region of the collector" }),
});

/** An event as a client sends it. */
export type ClickstreamEvent = Static<typeof CLICKSTREAM_EVENT>;
/** An event as it stands on the stream. */
export type AcceptedEvent = Static<typeof ACCEPTED_EVENT>;
export type EventType = ClickstreamEvent["eventType"];

const eventValidator = Compile(CLICKSTREAM_EVENT);
const acceptedValidator = Compile(ACCEPTED_EVENT);

/** Whether a value is an event by the contract. */
export function isEvent(value: unknown): value is ClickstreamEvent {
  return eventValidator.Check(value);
}

/** Whether a value is an event as the collector puts it on the stream. */
export function isAcceptedEvent(value: unknown): value is AcceptedEvent {
  return acceptedValidator.Check(value);
}

/** What is wrong with a value that `isEvent` refuses, by field: `itemId: want ..., got ...`. Never empty for one. */
export function eventProblems(value: unknown): string[] {
  return explain(value, eventValidator.Errors(value));
}

/** What is wrong with a value that `isAcceptedEvent` refuses. */
export function acceptedEventProblems(value: unknown): string[] {
  return explain(value, acceptedValidator.Errors(value));
}

/** Milliseconds since 1970 of an instant that matches the schema; NaN where the day does not exist, e.g. 30 February. */
export function instantOf(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (!dayExists(text)) return NaN;
  const seconds = digits(text, 11, 2) * 3600 + digits(text, 14, 2) * 60 + digits(text, 17, 2);
  let millis = 0;
  // ".123456Z": the first three decimals count, missing ones are zero.
  for (let at = 20, weight = 100; at < 23 && at < text.length - 1; at += 1, weight /= 10)
    millis += digits(text, at, 1) * weight;
  return daysFromEpoch(year, month, day) * 86_400_000 + seconds * 1000 + millis;
}

/** Whether the day of an instant that matches the schema exists. */
export function dayExists(text: string): boolean {
  const day = digits(text, 8, 2);
  return day <= 28 || day <= daysInMonth(digits(text, 0, 4), digits(text, 5, 2));
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}

function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant's days_from_civil). */
function daysFromEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Fields whose content must not be repeated in an answer or a log. */
const NEVER_ECHOED = new Set(["userId", "sessionId", "ip", "userAgent", "referrer"]);

function explain(value: unknown, errors: readonly TLocalizedValidationError[]): string[] {
  const problems = new Set<string>();
  for (const error of errors) {
    const path = error.instancePath.slice(1).replaceAll("/", ".");
    switch (error.keyword) {
      case "required":
        for (const name of error.params.requiredProperties) problems.add(line(join(path, name), "a value", "nothing"));
        break;
      case "additionalProperties":
        for (const name of error.params.additionalProperties) {
          problems.add(line(join(path, name), "no such field in this version", "one"));
        }
        break;
      case "boolean":
        // Said once more by "additionalProperties".
        break;
      default:
        problems.add(line(path === "" ? "event" : path, wanted(error), got(value, path)));
    }
  }
  return [...problems];
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function line(path: string, want: string, had: string): string {
  return `${path}: want ${want}, got ${had}`;
}

function wanted(error: TLocalizedValidationError): string {
  switch (error.keyword) {
    case "type":
      return `type ${String(error.params.type)}`;
    case "const":
      return JSON.stringify(error.params.allowedValue);
    case "enum":
      return `one of ${error.params.allowedValues.join(", ")}`;
    case "pattern":
      return String(error.params.pattern) === UUID
        ? "a UUID"
        : "an ISO 8601 instant in UTC, e.g. 2026-01-31T09:30:00.000Z";
    case "minLength":
      return `at least ${error.params.limit} character`;
    case "maxLength":
      return `at most ${error.params.limit} characters`;
    case "minimum":
    case "maximum":
      return `a number ${error.params.comparison} ${error.params.limit}`;
    default:
      return error.message;
  }
}

function got(value: unknown, path: string): string {
  const found =
    path === "" ? value : path.split(".").reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);
  if (found === null) return "null";
  if (Array.isArray(found)) return "an array";
  if (typeof found === "object") return "an object";
  if (typeof found === "string") {
    if (NEVER_ECHOED.has(path)) return `${found.length} characters`;
    return JSON.stringify(found.length > 64 ? `${found.slice(0, 61)}...` : found);
  }
  return typeof found === "number" || typeof found === "boolean" ? String(found) : "nothing";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
