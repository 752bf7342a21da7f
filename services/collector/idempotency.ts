import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { CollectAnswer } from "./answer";

/** Length of an `Idempotency-Key`, characters: long enough not to be guessed or met by chance. */
export const KEY_LENGTH = { min: 16, max: 128 } as const;
/** Keys remembered at once, and for how long: clients give up sending again long before. */
const REMEMBERED = { keys: 50_000, ms: 3_600_000 } as const;

/** What became of a request so far. */
export interface Taken {
  /** Places of events that are on the stream or on disk. */
  readonly accepted: ReadonlySet<number>;
  readonly refused: CollectAnswer["refused"];
}

interface Entry {
  readonly digest: string;
  taken: Taken | undefined;
  running: Promise<unknown>;
}

/**
 * Requests by their `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): one that is sent again is answered,
 * not taken again, and of one that was taken in part only the rest is taken. Of this process alone: between processes,
 * the lake's own rule holds, that an event counts once by its id.
 */
export class IdempotentRequests {
  private readonly entries = new LRUCache<string, Entry>({ max: REMEMBERED.keys, ttl: REMEMBERED.ms });

  /**
   * Runs `take` after any other with the same key, with what that took before.
   * @returns undefined when the key was used with another body.
   */
  async run<R extends { readonly taken: Taken | undefined }>(
    key: string,
    body: string,
    take: (before: Taken | undefined) => Promise<R>,
  ): Promise<R | undefined> {
    const digest = createHash("sha256").update(body).digest("base64");
    const entry: Entry = this.entries.get(key) ?? { digest, taken: undefined, running: Promise.resolve() };
    if (entry.digest !== digest) return undefined;
    const result = entry.running.then(async () => {
      const done = await take(entry.taken);
      if (done.taken !== undefined) entry.taken = done.taken;
      return done;
    });
    entry.running = result.catch(() => undefined);
    this.entries.set(key, entry);
    return result;
  }
}
