import { instantOf } from "../../contracts/events/event";
import { hash32, randomFrom, uuidFrom, type Random } from "./random";
import { homeRegion, type EventSource, type SourceEvent } from "./source";
import { makeWorld, type World } from "./world";

/** What was generated, and so what must become of it. */
export type GeneratedKind =
  | "event"
  | "late"
  | "duplicate"
  /** Refused by the collector. */
  | "malformed"
  /** Good by the schema; only the transform sees what is wrong. */
  | "unusable";

export interface GeneratedEvent extends SourceEvent {
  readonly kind: GeneratedKind;
}

export interface GenerateOptions {
  /** Same seed and options, same events. */
  readonly seed: number;
  /** Events, duplicates and malformed ones included. */
  readonly count: number;
  /** @default 2000 */
  readonly users?: number;
  /** @default 1000 */
  readonly items?: number;
  /** Days that the events span. @default 14 */
  readonly days?: number;
  /** End of the span, ISO 8601; fixed rather than today, so that a run can be repeated. @default 2026-01-31T00:00:00Z */
  readonly endDate?: string;
  /** Regions that users live in. @default us-east-1 */
  readonly regions?: readonly string[];
  /** Latent dimensions of taste. @default 12 */
  readonly genres?: number;
  /** Exponent of popularity. @default 0.9 */
  readonly skew?: number;
  /** Part of the choices made by taste. @default 0.85 */
  readonly tasteStrength?: number;
  /** Parts of all events or users, 0..1; see DEFAULT_SHARES. */
  readonly shares?: Partial<Shares>;
  /** Exposures tell the variant, and users behave by it. @default exposures are of no experiment */
  readonly experiment?: GeneratedExperiment;
}

/** What an experiment does to users, known because it is made. */
export interface GeneratedExperiment {
  /** What a user's lists are of; `undefined` for a user who is in none. */
  readonly armOf: (userId: string) => GeneratedArm | undefined;
  /** Factor on a variant's users' chance to click, by variant. @default 1 */
  readonly clickLift?: Readonly<Record<string, number>>;
}

export interface GeneratedArm {
  readonly variant: string;
  readonly modelVersion?: string;
}

/** How much of the stream is not as one would wish. */
export interface Shares {
  /** Users that agreed to nothing. */
  readonly withoutAnalytics: number;
  /** Users that agreed to analytics, not to personalisation. */
  readonly withoutPersonalisation: number;
  /** Users that are crawlers. */
  readonly bots: number;
  /** Events that are sent twice. */
  readonly duplicates: number;
  readonly malformed: number;
  readonly unusable: number;
}

export const DEFAULT_SHARES: Shares = {
  withoutAnalytics: 0.04,
  withoutPersonalisation: 0.06,
  bots: 0.01,
  duplicates: 0.01,
  malformed: 0.005,
  unusable: 0.002,
};

const HOUR_MS = 3_600_000;
const DEFAULT_END = "2026-01-31T00:00:00Z";
/** Relative traffic of the hours of a day, UTC. */
const DAY_PROFILE = [3, 2, 2, 2, 2, 3, 4, 5, 6, 6, 6, 6, 7, 7, 7, 7, 7, 8, 9, 9, 9, 8, 6, 4] as const;

/**
 * Milliseconds between an event and its receipt, fixed by its id so that whoever replays the events stamps them alike:
 * mostly up to 3 s, one in 50 is 1 to 20 h late (a phone that was offline), one in 500 is 4 to 10 days late.
 */
export function arrivalDelayMs(seed: number, eventId: string): number {
  const hash = hash32(eventId, seed);
  const fine = hash / 0x1_0000_0000;
  const kind = hash % 500;
  if (kind === 0) return Math.round((4 + 6 * fine) * 24 * HOUR_MS);
  if (kind <= 10) return Math.round((1 + 19 * fine) * HOUR_MS);
  return Math.round(3_000 * fine * fine);
}

/**
 * The source for `generate`'s events: with the clock that stamps them. Nothing is received later than the last event
 * can be, so that an event that claims to be from the future is seen to be.
 */
export function generatedSource(options: GenerateOptions): EventSource {
  const until = endOf(options) + 11 * 24 * HOUR_MS;
  return {
    events: generate(options),
    clock: (event) => {
      const arrived = instantOf(event.occurredAt) + arrivalDelayMs(options.seed, event.eventId);
      return Number.isNaN(arrived) ? until : Math.min(arrived, until);
    },
  };
}

/**
 * Makes a clickstream in order of arrival: people with tastes browse in sessions (view, click, cart, purchase), most
 * events come at once, some late, some twice, some broken.
 */
export function* generate(options: GenerateOptions): Generator<GeneratedEvent, void, undefined> {
  const { seed, count, days = 14, regions = ["us-east-1"] } = options;
  const shares = { ...DEFAULT_SHARES, ...options.shares };
  const world = makeWorld(seed, {
    users: options.users ?? 2_000,
    items: options.items ?? 1_000,
    genres: options.genres ?? 12,
    skew: options.skew ?? 0.9,
    tasteStrength: options.tasteStrength ?? 0.85,
    ...shares,
  });
  const random = randomFrom(seed);
  const start = endOf(options) - days * 24 * HOUR_MS;
  const slots = days * 24;
  const profileSum = DAY_PROFILE.reduce((sum, weight) => sum + weight, 0) * days;
  const arrivals = new Arrivals(start);
  let made = 0;
  let due = 0;
  for (let slot = 0; slot < slots; slot += 1) {
    due += (count * (DAY_PROFILE[slot % 24] ?? 1)) / profileSum;
    const target = slot === slots - 1 ? count : Math.round(due);
    while (made < target) {
      const at = start + slot * HOUR_MS + random.next() * HOUR_MS;
      const { experiment } = options;
      made += session({ world, random, seed, shares, regions, room: count - made, arrivals, experiment }, at);
    }
    yield* arrivals.upTo(slot);
  }
  yield* arrivals.rest();
}

interface SessionContext {
  readonly world: World;
  readonly random: Random;
  readonly seed: number;
  readonly shares: Shares;
  readonly regions: readonly string[];
  readonly room: number;
  readonly arrivals: Arrivals;
  readonly experiment: GeneratedExperiment | undefined;
}

/** Chance that a view is followed by a click. */
const CLICK = 0.35;

/** One visit of one person. @returns events made, at least 1 and at most `room`. */
function session(context: SessionContext, startMs: number): number {
  const { world, random, regions, room, arrivals, shares, seed, experiment } = context;
  const user = world.user(random);
  const userId = `u${user}`;
  const sessionId = uuidFrom(random.uint32(), random.uint32(), random.uint32(), random.uint32());
  const region = homeRegion(userId, regions);
  const visitor = frame(world, user, userId, sessionId);
  const arm = experiment?.armOf(userId);
  const shown = arm === undefined ? "" : shownBy(arm);
  const click = CLICK * (arm === undefined ? 1 : (experiment?.clickLift?.[arm.variant] ?? 1));
  let at = startMs;
  let made = 0;
  const emit = (type: string, item: number): void => {
    if (made >= room) return;
    at += 2_000 + random.next() * 60_000;
    const occurred = Math.floor(at);
    const eventId = uuidFrom(random.uint32(), random.uint32(), random.uint32(), random.uint32());
    const delay = arrivalDelayMs(seed, eventId);
    const line = lineOf(
      eventId,
      type,
      occurred,
      item,
      type === "purchase" ? world.price(item) / 100 : undefined,
      type === "exposure" ? shown : "",
      visitor,
    );
    const fate = random.next();
    made += 1;
    if (fate < shares.malformed) {
      arrivals.add(occurred, { region, line: spoil(line, random), kind: "malformed" });
    } else if (fate < shares.malformed + shares.unusable) {
      const wrong = random.next() < 0.5 ? futureOf(occurred) : noSuchDay(occurred);
      arrivals.add(occurred, {
        region,
        line: line.replace(/"occurredAt":"[^"]*"/, `"occurredAt":"${wrong}"`),
        kind: "unusable",
      });
    } else {
      arrivals.add(occurred + delay, { region, line, kind: delay >= HOUR_MS ? "late" : "event" });
      if (made < room && random.next() < shares.duplicates) {
        made += 1;
        arrivals.add(occurred + delay + 1_000, { region, line, kind: "duplicate" });
      }
    }
  };
  // Geometric length: four items in the mean.
  do {
    const item = world.item(user, random);
    if (random.next() < 0.3) emit("exposure", item);
    emit("view", item);
    if (random.next() < click) {
      emit("click", item);
      if (random.next() < 0.3) {
        emit("add_to_cart", item);
        if (random.next() < 0.4) emit("purchase", item);
      }
    }
  } while (made < room && random.next() < 0.75);
  return made;
}

/** The parts of a line that all events of a visit share. */
interface Visitor {
  readonly identity: string;
  readonly client: string;
}

function frame(world: World, user: number, userId: string, sessionId: string): Visitor {
  const { analytics, personalisation } = world.consent(user);
  return {
    identity: `"userId":"${userId}","sessionId":"${sessionId}"`,
    client:
      `"referrer":"https://www.example.com/","userAgent":"${world.userAgent(user)}","ip":"${world.ip(user)}",` +
      `"consent":{"analytics":${analytics},"personalisation":${personalisation}}}`,
  };
}

/** What an exposure records of the list. */
function shownBy({ variant, modelVersion }: GeneratedArm): string {
  const version = modelVersion === undefined ? "" : `"modelVersion":${JSON.stringify(modelVersion)},`;
  return `"variant":${JSON.stringify(variant)},${version}`;
}

function lineOf(
  eventId: string,
  type: string,
  occurred: number,
  item: number,
  value: number | undefined,
  shown: string,
  visitor: Visitor,
): string {
  return (
    `{"eventId":"${eventId}","schemaVersion":1,"eventType":"${type}","occurredAt":"${new Date(occurred).toISOString()}",` +
    `${visitor.identity},"itemId":"i${item}",${value === undefined ? "" : `"value":${value},`}${shown}"page":"/items/i${item}",${visitor.client}`
  );
}

/** Breaks a line in one of the ways that clients do. */
function spoil(line: string, random: Random): string {
  switch (random.below(6)) {
    case 0:
      return line.slice(0, 40 + random.below(line.length - 80));
    case 1:
      return line.replace(/"itemId":"[^"]*",/, "");
    case 2:
      return line.replace(/"eventType":"[^"]*"/, '"eventType":"hover"');
    case 3:
      return line.replace(/"eventId":"[^"]*"/, '"eventId":"42"');
    case 4:
      return line.replace('"schemaVersion":1', '"schemaVersion":99');
    default:
      return line.replace(/,"consent":\{[^}]*\}/, "");
  }
}

function futureOf(occurred: number): string {
  return new Date(occurred + 400 * 24 * HOUR_MS).toISOString();
}

function noSuchDay(occurred: number): string {
  return `${new Date(occurred).getUTCFullYear()}-02-30T12:00:00.000Z`;
}

function endOf(options: GenerateOptions): number {
  const text = options.endDate ?? DEFAULT_END;
  const end = Date.parse(text);
  if (Number.isNaN(end)) throw new RangeError(`endDate: want an ISO 8601 instant, got "${text}"`);
  return end;
}

/** Events waiting for the hour in which they arrive. */
class Arrivals {
  private readonly bySlot = new Map<number, { readonly at: number; readonly event: GeneratedEvent }[]>();

  constructor(private readonly start: number) {}

  add(at: number, event: GeneratedEvent): void {
    const slot = Math.floor((at - this.start) / HOUR_MS);
    const waiting = this.bySlot.get(slot);
    if (waiting === undefined) this.bySlot.set(slot, [{ at, event }]);
    else waiting.push({ at, event });
  }

  *upTo(slot: number): Generator<GeneratedEvent, void, undefined> {
    const waiting = this.bySlot.get(slot);
    if (waiting === undefined) return;
    this.bySlot.delete(slot);
    waiting.sort((a, b) => a.at - b.at);
    for (const { event } of waiting) yield event;
  }

  *rest(): Generator<GeneratedEvent, void, undefined> {
    for (const slot of [...this.bySlot.keys()].sort((a, b) => a - b)) yield* this.upTo(slot);
  }
}
