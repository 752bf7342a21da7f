import { setTimeout as delay } from "node:timers/promises";

/** How long to wait, and for what. */
export interface WaitOptions {
  /** For the error's text: `... did not come within`. */
  readonly what: string;
  readonly timeoutMs: number;
  /** First pause, milliseconds; doubles up to `maxPauseMs`. @default 20 */
  readonly firstPauseMs?: number;
  /** @default 1000 */
  readonly maxPauseMs?: number;
  readonly signal?: AbortSignal;
}

/** Asks until the answer is yes. @throws Error naming what did not come in time. */
export async function waitUntil(ask: () => Promise<boolean>, options: WaitOptions): Promise<void> {
  const { what, timeoutMs, firstPauseMs = 20, maxPauseMs = 1000, signal } = options;
  const until = performance.now() + timeoutMs;
  for (let pause = firstPauseMs; !(await ask()); pause = Math.min(maxPauseMs, pause * 2)) {
    if (performance.now() >= until) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await delay(pause, undefined, signal === undefined ? {} : { signal });
  }
}
