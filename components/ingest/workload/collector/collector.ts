import type { ClickstreamEvent } from "../../schema/event";
import { MAX_EVENTS } from "./limits";
import { parseBody, streamRecord } from "./parse";
import type { Producer, StreamRecord } from "./producer";
import type { RefusalSink } from "./refusals";

/** Answer to a request, as JSON. Places are those of the events in the request, from 0. */
export interface CollectAnswer {
  readonly accepted: number;
  /** Not events by the contract; kept with their reasons, not to be sent again as they are. */
  readonly refused: readonly { readonly index: number; readonly problems: readonly string[] }[];
  /** Good events that the stream did not take: to be sent again. */
  readonly unavailable: readonly number[];
}

/** Status and body for the client. */
export interface CollectResult {
  readonly status: 200 | 400 | 413 | 429 | 503;
  readonly body: CollectAnswer | { readonly message: string };
  /** Seconds. */
  readonly retryAfter?: number;
}

export interface CollectorCounters {
  requests: number;
  accepted: number;
  refused: number;
  unavailable: number;
  throttled: number;
}

export interface CollectorOptions {
  readonly region: string;
  readonly producer: Producer;
  readonly refusals: RefusalSink;
  /** When an event is received, milliseconds since 1970. A replay gives its own clock. @default the system's */
  readonly clock?: (event: ClickstreamEvent) => number;
  /** Write refused events before the request is answered, rather than within some seconds. @default false */
  readonly keepRefusalsFirst?: boolean;
}

/** Takes clickstream events in: the part that is the same behind an HTTP server and behind an API gateway. */
export class Collector {
  readonly counters: CollectorCounters = { requests: 0, accepted: 0, refused: 0, unavailable: 0, throttled: 0 };

  constructor(private readonly options: CollectorOptions) {}

  /**
   * Takes one request's body. Answers after the stream has taken the events, so that an accepted event cannot be lost
   * with this process: 200 when each event was accepted or refused and at least one accepted, 400 when none was good,
   * 429 when the buffer is full, 503 when the stream did not take some (the answer says which).
   */
  async collect(body: string): Promise<CollectResult> {
    this.counters.requests += 1;
    const parsed = parseBody(body);
    if (parsed.length === 0) return { status: 400, body: { message: "body: want at least one event, got none" } };
    if (parsed.length > MAX_EVENTS) {
      return { status: 413, body: { message: `body: want at most ${MAX_EVENTS} events, got ${parsed.length}` } };
    }
    if (!this.options.producer.hasRoom(parsed.length)) {
      this.counters.throttled += 1;
      return { status: 429, body: { message: "the buffer is full, send again later" }, retryAfter: 1 };
    }
    const refused: { index: number; problems: readonly string[] }[] = [];
    const records: StreamRecord[] = [];
    const places: number[] = [];
    parsed.forEach((one, index) => {
      if ("problems" in one) {
        refused.push({ index, problems: one.problems });
        this.options.refusals.add(one.text, one.problems, new Date());
        return;
      }
      const receivedAt = new Date(this.options.clock?.(one.event) ?? Date.now()).toISOString();
      records.push({
        partitionKey: one.event.userId,
        data: Buffer.from(streamRecord(one.text, receivedAt, this.options.region)),
      });
      places.push(index);
    });
    // What could not be written stays held and is tried again with the next flush.
    if (refused.length > 0 && this.options.keepRefusalsFirst === true) {
      await this.options.refusals.flush().catch(() => undefined);
    }
    const problems = await this.options.producer.put(records);
    const unavailable = places.filter((_, at) => problems[at] !== undefined);
    const accepted = records.length - unavailable.length;
    this.counters.accepted += accepted;
    this.counters.refused += refused.length;
    this.counters.unavailable += unavailable.length;
    const answer = { accepted, refused, unavailable };
    if (unavailable.length > 0) return { status: 503, body: answer, retryAfter: 1 };
    return { status: accepted > 0 ? 200 : 400, body: answer };
  }
}
