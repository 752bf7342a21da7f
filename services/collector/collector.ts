import type { ClickstreamEvent } from "../../contracts/events/event";
import type { CollectAnswer } from "./answer";
import { anonymise } from "./anonymous";
import { IdempotentRequests, KEY_LENGTH, type Taken } from "./idempotency";
import { MAX_EVENTS } from "../../contracts/events/limits";
import { parseBody, streamRecord } from "../kit/stream/parse";
import type { StreamRecord } from "../kit/stream/producer";
import type { RefusalSink } from "./refusals";

/** Status and body for the client. */
export interface CollectResult {
  readonly status: 200 | 400 | 413 | 422 | 429 | 503;
  readonly body: CollectAnswer | { readonly message: string };
  /** Seconds. */
  readonly retryAfter?: number;
}

/** What came along with a body. */
export interface RequestOptions {
  /** `Idempotency-Key` of the request. @default none: each request is a new one */
  readonly idempotencyKey?: string;
  /** Take the person out of each event before it is stored anywhere. @default false */
  readonly anonymous?: boolean;
  /** Called with the number of the request's events, valid or not, before any is taken. */
  readonly onEvents?: (count: number) => void;
}

export interface CollectorCounters {
  requests: number;
  accepted: number;
  refused: number;
  unavailable: number;
  throttled: number;
  /** Events of requests that were sent again with a key and had been taken before: in no other count. */
  repeated: number;
}

/** What takes records: a producer, with or without a disk behind it. */
export interface RecordSink {
  hasRoom(count: number): boolean;
  put(records: readonly StreamRecord[]): Promise<(string | undefined)[]>;
}

export interface CollectorOptions {
  readonly region: string;
  readonly producer: RecordSink;
  readonly refusals: RefusalSink;
  /** When an event is received, milliseconds since 1970. A replay gives its own clock. @default the system's */
  readonly clock?: (event: ClickstreamEvent) => number;
  /**
   * Write refused events before the request is answered, rather than within some seconds. "or-nothing": a request whose
   * refusals cannot be written is turned away as a whole, for a process that may not live until the next try; it must
   * take one request at a time. @default false
   */
  readonly keepRefusalsFirst?: boolean | "or-nothing";
}

interface Outcome {
  readonly result: CollectResult;
  /** What is settled of the request; undefined when it was turned away as a whole. */
  readonly taken: Taken | undefined;
}

const NOTHING: Taken = { accepted: new Set(), refused: [] };

/** Takes clickstream events in: the part that is the same behind an HTTP server and behind an API gateway. */
export class Collector {
  readonly counters: CollectorCounters = {
    requests: 0,
    accepted: 0,
    refused: 0,
    unavailable: 0,
    throttled: 0,
    repeated: 0,
  };
  private readonly idempotent = new IdempotentRequests();

  constructor(private readonly options: CollectorOptions) {}

  /**
   * Takes one request's body. Answers after the stream or the disk has the events, so that an accepted event cannot be
   * lost with this process: 200 when each event was accepted or refused and at least one accepted, 400 when none was
   * good, 422 when the key belongs to another body, 429 when the buffer is full, 503 when some were not taken (the
   * answer says which).
   */
  async collect(body: string, request: RequestOptions = {}): Promise<CollectResult> {
    this.counters.requests += 1;
    const { idempotencyKey: key } = request;
    if (key === undefined) return (await this.take(body, request, undefined)).result;
    if (key.length < KEY_LENGTH.min || key.length > KEY_LENGTH.max) {
      const want = `${KEY_LENGTH.min} to ${KEY_LENGTH.max} characters`;
      return turnedAway(400, `idempotency-key: want ${want}, got ${key.length}`);
    }
    const outcome = await this.idempotent.run(key, body, (before) => this.take(body, request, before));
    return (
      outcome?.result ??
      turnedAway(422, "idempotency-key: want a key of its own for each body, got one of another body")
    );
  }

  private async take(
    body: string,
    { anonymous = false, onEvents }: RequestOptions,
    before: Taken | undefined,
  ): Promise<Outcome> {
    const parsed = parseBody(body);
    onEvents?.(parsed.length);
    const away = (status: 400 | 413 | 429 | 503, message: string, retryAfter?: number): Outcome => ({
      result: { ...turnedAway(status, message), ...(retryAfter === undefined ? {} : { retryAfter }) },
      taken: undefined,
    });
    if (parsed.length === 0) return away(400, "body: want at least one event, got none");
    if (parsed.length > MAX_EVENTS) return away(413, `body: want at most ${MAX_EVENTS} events, got ${parsed.length}`);
    const { accepted: done, refused: refusedBefore } = before ?? NOTHING;
    if (!this.options.producer.hasRoom(parsed.length - done.size)) {
      this.counters.throttled += 1;
      return away(429, "the buffer is full, send again later", 1);
    }
    const refused: { index: number; problems: readonly string[] }[] = [];
    const records: StreamRecord[] = [];
    const places: number[] = [];
    const now = new Date();
    parsed.forEach((one, index) => {
      if ("problems" in one) {
        refused.push({ index, problems: one.problems });
        if (before === undefined) this.options.refusals.add(one.text, one.problems, now);
      } else if (!done.has(index)) {
        records.push(this.recordOf(one, anonymous, now));
        places.push(index);
      }
    });
    if (refused.length > 0 && before === undefined && !(await this.keepRefusals())) {
      this.counters.unavailable += parsed.length;
      return away(503, "refused events cannot be kept, send again later", 1);
    }
    const problems = records.length === 0 ? [] : await this.options.producer.put(records);
    const unavailable = places.filter((_, at) => problems[at] !== undefined);
    const accepted = new Set([...done, ...places.filter((_, at) => problems[at] === undefined)]);
    this.counters.accepted += accepted.size - done.size;
    this.counters.refused += refused.length - refusedBefore.length;
    this.counters.unavailable += unavailable.length;
    this.counters.repeated += done.size + refusedBefore.length;
    return {
      result: answered({ accepted: accepted.size, refused, unavailable }),
      taken: { accepted, refused },
    };
  }

  /** Whether the request may go on. */
  private async keepRefusals(): Promise<boolean> {
    const { refusals, keepRefusalsFirst = false } = this.options;
    if (keepRefusalsFirst === false) return true;
    try {
      await refusals.flush();
    } catch {
      // Else what could not be written stays held and is tried again with the next flush.
      if (keepRefusalsFirst === "or-nothing") {
        refusals.forget();
        return false;
      }
    }
    return true;
  }

  private recordOf(
    { text, event }: { readonly text: string; readonly event: ClickstreamEvent },
    anonymous: boolean,
    now: Date,
  ): StreamRecord {
    const receivedAt = this.options.clock === undefined ? now : new Date(this.options.clock(event));
    const person = anonymous ? anonymise(event) : event;
    return {
      partitionKey: person.userId,
      data: Buffer.from(
        streamRecord(anonymous ? JSON.stringify(person) : text, receivedAt.toISOString(), this.options.region),
      ),
    };
  }
}

function answered(body: CollectAnswer): CollectResult {
  if (body.unavailable.length > 0) return { status: 503, body, retryAfter: 1 };
  return { status: body.accepted > 0 ? 200 : 400, body };
}

function turnedAway(status: 400 | 413 | 422 | 429 | 503, message: string): CollectResult {
  return { status, body: { message } };
}
