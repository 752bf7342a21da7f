import { randomUUID } from "node:crypto";
import type { ClickstreamEvent } from "../../contracts/events/event";
import { streamRecord } from "../kit/stream/parse";
import type { StreamRecord } from "../kit/stream/producer";
import type { Recommendation } from "./answers";

/** A list that was shown to a user, as the exposure log records it. */
export type Shown = Pick<Recommendation, "userId" | "items" | "variant" | "modelVersion">;

/** Where exposures go: the collector's producer, or what acts as one. */
export interface ExposureSink {
  put(records: readonly StreamRecord[]): Promise<(string | undefined)[]>;
  /** Records that wait or are under way. */
  buffered(): number;
  drained(): Promise<void>;
}

export interface ExposureOptions {
  readonly region: string;
  readonly sink: ExposureSink;
  /** Exposures held in this process at once, about 1 KB each; more are dropped and counted. @default 10000 */
  readonly maxHeld?: number;
  /** For how long exposures are gathered into one call, milliseconds. @default 200 */
  readonly gatherMs?: number;
  /** Called with exposures that the stream did not take. */
  readonly onLost?: (count: number, why: string) => void;
  readonly now?: () => number;
}

/** Counters since the start. Each exposure of a list ends in one of them. */
export interface ExposureCounters {
  /** On the stream. */
  sent: number;
  /** Not taken in: too many were held already. */
  full: number;
  /** Not taken in: an id is longer than the event contract has it. */
  unfit: number;
  /** Taken in, and given up by the stream's producer after its tries. */
  lost: number;
}

/**
 * What the person agreed to, as a caller says it with each request (`?consent=`): nothing may be recorded without it. `all`
 * is analytics and personalisation.
 */
export const CONSENTS = ["none", "analytics", "all"] as const;
export type ConsentGiven = (typeof CONSENTS)[number];

/** Longest ids of the event contract, characters. */
const MOST = { id: 128, version: 64 } as const;

/**
 * The exposure log's writer: one event of type `exposure` for each list that was shown, with its first item, its variant
 * and its model's version, on the stream that the collector feeds, in the collector's form. It holds a bounded number,
 * never makes an answer wait, and never fails one: what does not fit is dropped and counted.
 */
export class ExposureLog {
  readonly counters: ExposureCounters = { sent: 0, full: 0, unfit: 0, lost: 0 };
  private waiting: StreamRecord[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly options: Required<Omit<ExposureOptions, "onLost">> & Pick<ExposureOptions, "onLost">;

  constructor(options: ExposureOptions) {
    this.options = { maxHeld: 10_000, gatherMs: 200, now: Date.now, ...options };
  }

  /** Takes an exposure in; without consent there is none, and an empty list shows nothing. */
  record({ userId, items, variant, modelVersion }: Shown, consent: ConsentGiven): void {
    const itemId = items[0]?.item_id;
    if (itemId === undefined || consent === "none") return;
    const { region, sink, maxHeld, gatherMs, now } = this.options;
    const fits = userId.length <= MOST.id && itemId.length <= MOST.id && variant.length <= MOST.version;
    if (!fits || (modelVersion?.length ?? 0) > MOST.version) {
      this.counters.unfit += 1;
      return;
    }
    if (this.waiting.length + sink.buffered() >= maxHeld) {
      this.counters.full += 1;
      return;
    }
    const at = new Date(now()).toISOString();
    const event: ClickstreamEvent = {
      eventId: randomUUID(),
      schemaVersion: 1,
      eventType: "exposure",
      occurredAt: at,
      userId,
      itemId,
      consent: { analytics: true, personalisation: consent === "all" },
      variant,
      ...(modelVersion === null ? {} : { modelVersion }),
    };
    this.waiting.push({ partitionKey: userId, data: Buffer.from(streamRecord(JSON.stringify(event), at, region)) });
    this.timer ??= setTimeout(() => {
      void this.send();
    }, gatherMs).unref();
  }

  /** Resolves when all that was taken in is on the stream or given up. */
  async drained(): Promise<void> {
    await this.send();
    await this.options.sink.drained();
  }

  private async send(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const records = this.waiting;
    if (records.length === 0) return;
    this.waiting = [];
    const problems = (await this.options.sink.put(records)).filter((problem) => problem !== undefined);
    this.counters.sent += records.length - problems.length;
    this.counters.lost += problems.length;
    const [first] = problems;
    if (first !== undefined) this.options.onLost?.(problems.length, first);
  }
}
