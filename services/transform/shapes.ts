import { ACCEPTED_EVENT, dayExists, EVENT_TYPES, type AcceptedEvent } from "../../contracts/events/event";
import { hostOf } from "./scrub";
import { BOT, NO_CONSENT, partitionOf, type Outcome } from "./transform";
import { readUserAgent } from "./useragent";

/**
 * The fast way for events that need no decision. A site's events are written by a few programs, each of which writes its
 * properties in one order, without white space and mostly without an escape. Such a shape is learnt from the events
 * themselves and compiled into one regular expression, which judges an event and takes it apart in a single pass,
 * without making an object of it. What fits no shape is left to `transformEvent`, which is the contract: this gives
 * byte for byte what that gives, or nothing. A test holds that.
 */

type Name = keyof AcceptedEvent;

/** Printable ASCII that JSON does not escape. */
const TEXT = "[ !#-\\[\\]-~]";
/** The same without what makes `pagePath` change a page. */
const PATH = "[ !$&-9;->A-\\[\\]-~]";
const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const INSTANT =
  "(\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?Z)";

/** Each property's value in its plainest form; what else the contract allows goes the general way. */
const VALUES = {
  // Capitals are made small elsewhere.
  eventId: '"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"',
  schemaVersion: "(1)",
  eventType: `"(${EVENT_TYPES.join("|")})"`,
  occurredAt: `"${INSTANT}"`,
  userId: `"(${TEXT}+)"`,
  itemId: `"(${TEXT}+)"`,
  sessionId: `"(${TEXT}+)"`,
  // A number as JavaScript itself writes it.
  value: "((?:0|[1-9]\\d{0,8})(?:\\.\\d{0,5}[1-9])?)",
  page: `"(${PATH}+)"`,
  referrer: `"(${TEXT}*)"`,
  userAgent: `"(${TEXT}*)"`,
  ip: `"(${OCTET}\\.${OCTET}\\.${OCTET}\\.)${OCTET}"`,
  // Both answers as one capture, taken apart by their lengths.
  consent: '(\\{"analytics":(?:true|false),"personalisation":(?:true|false)\\})',
  variant: `"(${TEXT}*)"`,
  modelVersion: `"(${TEXT}*)"`,
  receivedAt: `"${INSTANT}"`,
  region: `"(${TEXT}+)"`,
} as const satisfies Record<Name, string>;

const ALL_AGREED = '{"analytics":true,"personalisation":true}';
const ANALYTICS_AGREED = '{"analytics":true,"personalisation":false}';

/** Longest texts, as the contract has them. */
const MOST: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(ACCEPTED_EVENT.properties as unknown as Record<string, { readonly maxLength?: number }>).flatMap(
    ([name, { maxLength }]) => (maxLength === undefined ? [] : [[name, maxLength]]),
  ),
);
const REQUIRED: ReadonlySet<string> = new Set(ACCEPTED_EVENT.required);

/** One order of properties, of which some may be absent. */
interface Shape {
  readonly names: readonly Name[];
  readonly optional: ReadonlySet<Name>;
  readonly pattern: RegExp;
  /** Capture of each property; 0 where the shape has none. */
  readonly at: Readonly<Record<Name, number>>;
  /** Captures whose length must be looked at, with the most. */
  readonly bounds: readonly (readonly [capture: number, most: number])[];
  hits: number;
}

/** Shapes known at once; the least met gives way. */
const MOST_SHAPES = 8;
/** Of events that go the general way, one in so many is looked at: learning must not cost more than it saves. */
const LOOK_EVERY = 64;

/** Shapes of events, learnt as they come. */
export class Shapes {
  private readonly shapes: Shape[] = [];
  private missed = 0;

  /**
   * Curates an event as `transformEvent` would, or gives nothing where that has to.
   * @param text the event's bytes, each as a character
   * @param pseudonym gives hex digits
   */
  curate(text: string, pseudonym: (userId: string) => string): Outcome | undefined {
    for (let place = 0; place < this.shapes.length; place += 1) {
      const shape = this.shapes[place] as Shape;
      const found = shape.pattern.exec(text);
      if (found === null) continue;
      this.promote(shape, place);
      return curateFound(shape, found, pseudonym);
    }
    return undefined;
  }

  /** Called for an event that the general path accepted: its shape may be known from now on. */
  learn(text: string): void {
    if (this.missed++ % LOOK_EVERY !== 0) return;
    const event = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const names = Object.keys(event).filter((name): name is Name => Object.hasOwn(VALUES, name));
    if (names.length !== Object.keys(event).length) return;
    const place = this.shapes.findIndex((shape) => within(names, shape.names) || within(shape.names, names));
    if (place < 0) {
      if (this.shapes.length === MOST_SHAPES) this.shapes.pop();
      this.shapes.push(shapeOf(names, new Set(), 0));
      return;
    }
    const known = this.shapes[place] as Shape;
    const [longer, shorter] = known.names.length >= names.length ? [known.names, names] : [names, known.names];
    const optional = new Set([...known.optional, ...longer.filter((name) => !shorter.includes(name))]);
    if (longer === known.names && optional.size === known.optional.size) return;
    this.shapes[place] = shapeOf(longer, optional, known.hits);
  }

  /** Shapes that are met more often are tried first. */
  private promote(shape: Shape, place: number): void {
    shape.hits += 1;
    const before = this.shapes[place - 1];
    if (before === undefined || before.hits >= shape.hits) return;
    this.shapes[place - 1] = shape;
    this.shapes[place] = before;
  }
}

/** Whether one list is the other with some left out that may be absent. */
function within(shorter: readonly Name[], longer: readonly Name[]): boolean {
  let at = 0;
  for (const name of longer) {
    if (shorter[at] === name) at += 1;
    else if (REQUIRED.has(name)) return false;
  }
  return at === shorter.length;
}

function shapeOf(names: readonly Name[], optional: ReadonlySet<Name>, hits: number): Shape {
  const at = Object.fromEntries(Object.keys(VALUES).map((name) => [name, 0])) as Record<Name, number>;
  const parts = names.map((name, index) => {
    at[name] = index + 1;
    const part = `${index === 0 ? "" : ","}"${name}":${VALUES[name]}`;
    // The first one has no comma before it that could go with it.
    return optional.has(name) && index > 0 ? `(?:${part})?` : part;
  });
  const bounds = names.flatMap((name) => {
    const most = MOST[name];
    return most === undefined || name === "ip" ? [] : [[at[name], most] as const];
  });
  return { names, optional, pattern: new RegExp(`^\\{${parts.join("")}\\}$`), at, bounds, hits };
}

function curateFound(
  { at, bounds }: Shape,
  found: readonly (string | undefined)[],
  pseudonym: (userId: string) => string,
): Outcome | undefined {
  for (const [capture, most] of bounds) if ((found[capture]?.length ?? 0) > most) return undefined;
  const occurredAt = found[at.occurredAt] as string;
  const receivedAt = found[at.receivedAt] as string;
  // Instants sort as text, to the second. A clock may run ahead by a day; what is ahead by a date is looked at elsewhere.
  const ahead = occurredAt > receivedAt && !occurredAt.startsWith(receivedAt.slice(0, 10));
  if (ahead || !dayExists(occurredAt) || !dayExists(receivedAt)) return undefined;
  const consent = found[at.consent];
  if (consent !== ALL_AGREED && consent !== ANALYTICS_AGREED) return NO_CONSENT;
  const client = readUserAgent(at.userAgent === 0 ? undefined : found[at.userAgent]);
  if (client.bot) return BOT;
  const [sessionId, page] = [optional(found, at.sessionId), optional(found, at.page)];
  const [variant, modelVersion] = [optional(found, at.variant), optional(found, at.modelVersion)];
  const referrer = optional(found, at.referrer);
  const host = referrer === undefined ? null : hostOf(referrer);
  const network = optional(found, at.ip);
  const line =
    `{"event_id":"${found[at.eventId] as string}","schema_version":1,"event_type":"${found[at.eventType] as string}",` +
    `"occurred_at":"${occurredAt}","received_at":"${receivedAt}","user_key":"${pseudonym(found[at.userId] as string)}",` +
    `"item_id":"${found[at.itemId] as string}","session_id":${quoted(sessionId)},"value":${optional(found, at.value) ?? "null"},` +
    `"page":${quoted(page)},"referrer_host":${host === null ? "null" : `"${host}"`},"device":"${client.device}",` +
    `"ip_prefix":${network === undefined ? "null" : `"${network}0"`},"consent_analytics":true,` +
    `"consent_personalisation":${consent === ALL_AGREED ? "true" : "false"},"variant":${quoted(variant)},` +
    `"model_version":${quoted(modelVersion)},"region":"${found[at.region] as string}"}\n`;
  return { result: "Ok", line, ascii: true, partition: partitionOf(receivedAt) };
}

function optional(found: readonly (string | undefined)[], capture: number): string | undefined {
  return capture === 0 ? undefined : found[capture];
}

function quoted(text: string | undefined): string {
  return text === undefined ? "null" : `"${text}"`;
}
