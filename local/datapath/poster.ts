import { setTimeout as wait } from "node:timers/promises";
import type { CollectAnswer } from "../../services/collector/answer";
import type { RegionLedger } from "../delivery/ledger";

/** Events in one request. */
const BATCH_EVENTS = 1_000;
/** Characters in one request; far below the collector's limit for a body. */
const BATCH_CHARACTERS = 1_000_000;
/** Tries to place an event that the collector could not take. */
const MAX_TRIES = 6;

/** Posts one region's events to its collector in order, batch by batch, and enters the answers into the ledger. */
export class EventPoster {
  private batch: string[] = [];
  private characters = 0;
  private last: Promise<void> = Promise.resolve();
  private failure: Error | undefined;

  constructor(
    private readonly url: string,
    private readonly ledger: RegionLedger,
    private readonly onAnswer: () => void,
  ) {}

  /** Adds an event. @returns when the batch is full: a promise to wait for before adding more, so that memory is bounded. */
  add(line: string): Promise<void> | undefined {
    this.batch.push(line);
    this.characters += line.length;
    return this.batch.length >= BATCH_EVENTS || this.characters >= BATCH_CHARACTERS ? this.flush() : undefined;
  }

  /** Posts the rest. @throws what the first failed post threw. */
  async finish(): Promise<void> {
    await this.flush();
    await this.last;
    if (this.failure !== undefined) throw this.failure;
  }

  /** Starts the batch's post after the one before it is answered. */
  private async flush(): Promise<void> {
    await this.last;
    if (this.failure !== undefined) throw this.failure;
    const { batch } = this;
    if (batch.length === 0) return;
    this.batch = [];
    this.characters = 0;
    this.last = this.post(batch).catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  private async post(events: readonly string[]): Promise<void> {
    const { ledger } = this;
    ledger.posting = events.length;
    this.onAnswer();
    let left = events;
    let accepted = 0;
    let refused = 0;
    for (let tries = 1; left.length > 0 && tries <= MAX_TRIES; tries += 1) {
      const response = await fetch(`${this.url}/v1/events`, {
        method: "POST",
        headers: { "content-type": "application/x-ndjson" },
        body: left.join("\n"),
      });
      const answer: unknown = await response.json();
      if (isAnswer(answer)) {
        accepted += answer.accepted;
        refused += answer.refused.length;
        const sent = left;
        left = answer.unavailable.flatMap((index) => sent[index] ?? []);
      } else if (response.status !== 429 && response.status !== 503) {
        throw new Error(`the collector answered ${response.status}: ${JSON.stringify(answer)}`);
      }
      if (left.length > 0) await wait(1_000 * Number(response.headers.get("retry-after") ?? 1));
    }
    ledger.posting = 0;
    for (const counts of [ledger, ledger.run]) {
      counts.generated += events.length;
      counts.accepted += accepted;
      counts.refused += refused;
      counts.unavailable += left.length;
    }
    this.onAnswer();
  }
}

function isAnswer(value: unknown): value is CollectAnswer {
  return typeof value === "object" && value !== null && "accepted" in value;
}
