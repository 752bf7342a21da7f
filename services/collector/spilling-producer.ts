import type { Producer, StreamRecord } from "../kit/stream/producer";
import type { RefusalSink } from "./refusals";
import type { Segment, Spill } from "./spill";

/** Counters since the start. */
export interface SpillCounters {
  /** Records written to disk because the stream did not take them. */
  spilled: number;
  /** Records put on the stream from disk. */
  replayed: number;
  /** Records that neither the stream nor the disk took. */
  turnedAway: number;
}

export interface SpillingProducerOptions {
  readonly producer: Producer;
  readonly spill: Spill;
  /** Where lines go that the disk damaged. */
  readonly refusals: RefusalSink;
  /** Waits between tries to reach the stream again, milliseconds; an abort ends it early. @default a timer */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Records of a slice: four full PutRecords calls. */
const SLICE_RECORDS = 2_000;
/** Between tries while the stream is away: doubled up to the most, so that it is found within half a minute. */
const PROBE_MS = { first: 500, most: 30_000 } as const;

/**
 * A producer with a disk behind it. While the stream is away, records go to disk and are taken for accepted; once it is
 * back they are replayed in order, and until the last of them is under way new ones queue behind them on disk, so that
 * a user's events keep their order.
 */
export class SpillingProducer {
  readonly counters: SpillCounters = { spilled: 0, replayed: 0, turnedAway: 0 };
  private readonly stopping = new AbortController();
  private away: boolean;
  private replaying: Promise<void> | undefined;

  /** What an earlier process left on disk is replayed at once. */
  constructor(private readonly options: SpillingProducerOptions) {
    this.away = !options.spill.isEmpty();
    if (this.away) this.startReplay();
  }

  /** Whether records go to disk at present. */
  isAway(): boolean {
    return this.away;
  }

  /** Records that wait on disk. */
  waiting(): number {
    return this.options.spill.records;
  }

  buffered(): number {
    return this.options.producer.buffered();
  }

  /** Whether `count` more records may be put now: the disk's room shows only when it is written. */
  hasRoom(count: number): boolean {
    return this.away || this.options.producer.hasRoom(count);
  }

  /** Puts records; resolves when each is on the stream or on disk (`undefined`), or on neither (why). Never rejects. */
  async put(records: readonly StreamRecord[]): Promise<(string | undefined)[]> {
    if (this.away) return this.toDisk(records);
    const problems = await this.options.producer.put(records);
    const left = records.filter((_, index) => problems[index] !== undefined);
    if (left.length === 0) return problems;
    this.away = true;
    const kept = (await this.toDisk(left)).values();
    return problems.map((problem) => (problem === undefined ? undefined : kept.next().value));
  }

  /** Replays for as long as the stream takes it, then stops; the rest stays on disk for the next start. */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.options.producer.drained();
    await this.replaying;
    await this.options.spill.close();
  }

  private async toDisk(records: readonly StreamRecord[]): Promise<(string | undefined)[]> {
    try {
      const written = this.options.spill.append(records);
      this.startReplay();
      await written;
      this.counters.spilled += records.length;
      return records.map(() => undefined);
    } catch (error) {
      this.counters.turnedAway += records.length;
      return records.map(() => String(error));
    }
  }

  private startReplay(): void {
    this.replaying ??= this.replay().finally(() => {
      this.replaying = undefined;
      // What was appended after the last look.
      if (!this.options.spill.isEmpty() && !this.stopping.signal.aborted) this.startReplay();
    });
  }

  private async replay(): Promise<void> {
    const { spill } = this.options;
    let wait: number = PROBE_MS.first;
    while (!spill.isEmpty()) {
      const segment = await spill.oldest();
      if (segment === undefined) continue;
      if (await this.replaySegment(segment)) {
        wait = PROBE_MS.first;
        continue;
      }
      this.away = true;
      if (this.stopping.signal.aborted) return;
      await this.sleep(wait);
      wait = Math.min(PROBE_MS.most, wait * 2);
    }
    this.away = false;
  }

  /** Whether the whole segment is on the stream. The first record alone tries whether the stream is there. */
  private async replaySegment(read: Segment): Promise<boolean> {
    const { producer, spill } = this.options;
    const segment = await this.setDamagedAside(read);
    const { records } = segment;
    for (let from = 0, size = 1; from < records.length; from += size, size = SLICE_RECORDS) {
      const slice = records.slice(from, from + size);
      const putting = producer.put(slice);
      // All that waits is in the producer's queue now: what comes next queues behind it.
      if (from + size >= records.length && spill.isLast(segment.name)) this.away = false;
      const problems = await putting;
      const failed = slice.filter((_, index) => problems[index] !== undefined);
      this.counters.replayed += slice.length - failed.length;
      if (failed.length > 0) {
        spill.keepOnly({ ...segment, records: records.slice(from) }, [...failed, ...records.slice(from + size)]);
        return false;
      }
      spill.advance(segment, slice.length);
    }
    spill.remove(segment);
    return true;
  }

  private async setDamagedAside(segment: Segment): Promise<Segment> {
    const { refusals, spill } = this.options;
    if (segment.damaged.length === 0) return segment;
    for (const line of segment.damaged) {
      refusals.add(line, ["spill: want a line whose checksum fits, got another"], new Date());
    }
    await refusals.flush().catch(() => undefined);
    spill.keepOnly(segment, segment.records);
    return { ...segment, damaged: [] };
  }

  private async sleep(ms: number): Promise<void> {
    const { signal } = this.stopping;
    if (this.options.sleep !== undefined) {
      await this.options.sleep(ms, signal);
      return;
    }
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      timer.unref();
      signal.addEventListener("abort", done);
    });
  }
}
