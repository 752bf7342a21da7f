import { PutRecordsCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import { PUT_RECORDS } from "../../../aws/facts";

/** A record for the stream. */
export interface StreamRecord {
  readonly partitionKey: string;
  readonly data: Buffer;
}

export interface ProducerOptions {
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly stream: string;
  /** PutRecords calls under way at once. One keeps the order of records. @default 4 */
  readonly concurrency?: number;
  /** Records that may wait; `put` refuses above it. @default 20000 */
  readonly maxBuffered?: number;
  /** Tries of one record before it is given up. @default 8 */
  readonly maxAttempts?: number;
  /** Waits, milliseconds. @default a timer */
  readonly sleep?: (ms: number) => Promise<void>;
  /** For the jitter. @default Math.random */
  readonly random?: () => number;
}

/** Counters since the start. */
export interface ProducerCounters {
  calls: number;
  records: number;
  retried: number;
  givenUp: number;
}

interface Waiting extends StreamRecord {
  attempts: number;
  readonly settle: (problem: string | undefined) => void;
}

/** Back-off between tries: full jitter over 50 ms x 2^n, 2 s at most (aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter). */
const BACKOFF_MS = { base: 50, max: 2_000 } as const;

/**
 * Puts records on a Kinesis stream: gathers those of all requests into full calls, retries only the records that failed,
 * and holds a bounded number of them.
 */
export class Producer {
  readonly counters: ProducerCounters = { calls: 0, records: 0, retried: 0, givenUp: 0 };
  private readonly queue: Waiting[] = [];
  private readonly options: Required<ProducerOptions>;
  private inFlight = 0;
  private held = 0;
  private idle: (() => void)[] = [];
  private scheduled = false;

  constructor(options: ProducerOptions) {
    this.options = {
      concurrency: 4,
      maxBuffered: 20_000,
      maxAttempts: 8,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      random: Math.random,
      ...options,
    };
  }

  /** Records that wait or are under way. */
  buffered(): number {
    return this.held;
  }

  /** Whether `count` more records may be put now. A request larger than the whole buffer is let in when it is empty. */
  hasRoom(count: number): boolean {
    return this.held === 0 || this.held + count <= this.options.maxBuffered;
  }

  /** Puts records; resolves when each is either on the stream (`undefined`) or given up (why). Never rejects. */
  async put(records: readonly StreamRecord[]): Promise<(string | undefined)[]> {
    this.held += records.length;
    const settled = records.map(
      (record) =>
        new Promise<string | undefined>((settle) => {
          this.queue.push({ ...record, attempts: 0, settle });
        }),
    );
    this.schedule();
    return Promise.all(settled);
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    if (this.held === 0) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  // Waits for the end of the current turn, so that requests that arrived together share a call.
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.queue.length > 0 && this.inFlight < this.options.concurrency) void this.send(this.takeBatch());
    });
  }

  private takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const record of this.queue) {
      bytes += record.data.length + Buffer.byteLength(record.partitionKey);
      if (count === PUT_RECORDS.records || (count > 0 && bytes > PUT_RECORDS.bytes)) break;
      count += 1;
    }
    return this.queue.splice(0, count);
  }

  private async send(batch: Waiting[]): Promise<void> {
    this.inFlight += 1;
    let pending = batch;
    for (let attempt = 1; pending.length > 0; attempt += 1) {
      const problems = await this.call(pending);
      const again: Waiting[] = [];
      pending.forEach((record, index) => {
        const problem = problems[index];
        record.attempts += 1;
        if (problem === undefined) this.settle(record, undefined);
        else if (problem.final || record.attempts >= this.options.maxAttempts) this.settle(record, problem.message);
        else again.push(record);
      });
      pending = again;
      if (pending.length > 0) {
        this.counters.retried += pending.length;
        const ceiling = Math.min(BACKOFF_MS.max, BACKOFF_MS.base * 2 ** attempt);
        await this.options.sleep(this.options.random() * ceiling);
      }
    }
    this.inFlight -= 1;
    this.schedule();
  }

  /** One call: what went wrong with each record. */
  private async call(batch: readonly Waiting[]): Promise<(Failure | undefined)[]> {
    this.counters.calls += 1;
    try {
      const { Records = [] } = await this.options.kinesis.send(
        new PutRecordsCommand({
          StreamName: this.options.stream,
          Records: batch.map(({ data, partitionKey }) => ({ Data: data, PartitionKey: partitionKey })),
        }),
      );
      // A record counts as put only with a sequence number: FailedRecordCount alone does not say which.
      return batch.map((_, index) => {
        const answer = Records[index];
        if (answer?.SequenceNumber !== undefined) return undefined;
        return {
          message: `${answer?.ErrorCode ?? "NoAnswer"}: ${answer?.ErrorMessage ?? "no sequence number"}`,
          final: false,
        };
      });
    } catch (error) {
      const failure = { message: String(error), final: FINAL_ERRORS.has(error instanceof Error ? error.name : "") };
      return batch.map(() => failure);
    }
  }

  private settle(record: Waiting, problem: string | undefined): void {
    this.held -= 1;
    if (problem === undefined) this.counters.records += 1;
    else this.counters.givenUp += 1;
    record.settle(problem);
    if (this.held === 0) for (const resolve of this.idle.splice(0)) resolve();
  }
}

interface Failure {
  readonly message: string;
  readonly final: boolean;
}

/** Errors that the same call would meet again. */
const FINAL_ERRORS = new Set([
  "ResourceNotFoundException",
  "AccessDeniedException",
  "ValidationException",
  "InvalidArgumentException",
]);
