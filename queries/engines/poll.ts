import { setTimeout as delay } from "node:timers/promises";
import { QueryError } from "../errors";
import type { QueryConfig } from "./types";

const FIRST_PAUSE_MS = 25;
const MAX_PAUSE_MS = 2_000;
const DEFAULT_TIMEOUT_MS = 300_000;

/** Asks until there is an answer, with growing pauses. `giveUp` is called once when time runs out. @throws QueryError */
export async function pollUntil<T>(
  ask: () => Promise<T | undefined>,
  giveUp: () => Promise<unknown>,
  config: QueryConfig,
): Promise<T> {
  const timeoutMs = config.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const until = performance.now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(MAX_PAUSE_MS, pause * 1.6)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() + pause > until || config.signal?.aborted === true) {
      // The engine would go on, and be paid for, without it.
      await giveUp().catch(() => undefined);
      throw new QueryError("timeout", `no answer within ${timeoutMs} ms; the query was stopped`);
    }
    await delay(pause);
  }
}
