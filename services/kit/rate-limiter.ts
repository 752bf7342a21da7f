import { setTimeout as delay } from "node:timers/promises";

/** A token bucket: lets `perSecond` units through, and a burst of one second's worth. */
export class RateLimiter {
  private tokens: number;
  private updated: number;
  private queue: Promise<unknown> = Promise.resolve();

  /**
   * @param perSecond units per second, > 0.
   * @throws RangeError otherwise: zero would wait for ever.
   */
  constructor(
    private readonly perSecond: number,
    private readonly clock: { readonly now: () => number; readonly sleep: (ms: number) => Promise<unknown> } = {
      now: () => performance.now(),
      sleep: delay,
    },
  ) {
    if (!(perSecond > 0) || !Number.isFinite(perSecond)) {
      throw new RangeError(`want a rate > 0 per second, got ${perSecond}`);
    }
    this.tokens = perSecond;
    this.updated = clock.now();
  }

  /** Waits, first come first served, until `units` may pass. More than a second's worth is let pass and then paid off. */
  take(units: number): Promise<void> {
    const turn = this.queue.then(() => this.pay(units));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async pay(units: number): Promise<void> {
    const now = this.clock.now();
    this.tokens = Math.min(this.perSecond, this.tokens + ((now - this.updated) / 1000) * this.perSecond);
    this.updated = now;
    if (this.tokens < 0) {
      await this.clock.sleep((-this.tokens / this.perSecond) * 1000);
      this.updated = this.clock.now();
      this.tokens = 0;
    }
    this.tokens -= units;
  }
}
