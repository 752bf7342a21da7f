/** What a breaker is made of. */
export interface BreakerOptions {
  /** Failures in a row that open it. @default 5 */
  readonly failures?: number;
  /** For how long it stays open, milliseconds; by up to a fifth less, so that processes do not retry at the same moment. @default 1000 */
  readonly openMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** A call that was not made, since the last ones failed. */
export class BreakerOpenError extends Error {
  constructor() {
    super("not asked: the last calls failed");
    this.name = "BreakerOpenError";
  }
}

/**
 * A circuit breaker: after failures in a row it refuses calls at once, then lets one through as a trial; the trial's
 * success closes it. Callers do not wait for a part that is away, and a part that comes back is not flooded.
 */
export class Breaker {
  private failed = 0;
  private openUntil = 0;
  private trying = false;

  constructor(private readonly options: BreakerOptions = {}) {}

  /** Whether a call would be refused now. */
  isOpen(): boolean {
    return this.failed >= this.limit() && (this.trying || this.now() < this.openUntil);
  }

  /** @throws BreakerOpenError, or what the work throws. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.isOpen()) throw new BreakerOpenError();
    const trial = this.failed >= this.limit();
    if (trial) this.trying = true;
    try {
      const value = await work();
      this.failed = 0;
      return value;
    } catch (error) {
      this.failed += 1;
      if (this.failed >= this.limit()) {
        this.openUntil =
          this.now() + (this.options.openMs ?? 1000) * (1 - 0.2 * (this.options.random ?? Math.random)());
      }
      throw error;
    } finally {
      if (trial) this.trying = false;
    }
  }

  private limit(): number {
    return this.options.failures ?? 5;
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }
}
