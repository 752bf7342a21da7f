import { LRUCache } from "lru-cache";

/** As the ETL cuts sessions (components/etl): half an hour without an event ends one. */
const SESSION_MS = 30 * 60_000;

/** Items of a session that are kept, and sessions in this process: about 1 KB each. */
const MOST = { items: 20, sessions: 20_000 } as const;

/** What users saw a moment ago, in this process's memory: enough to follow a session, and gone with it. */
export class Sessions {
  private readonly seen = new LRUCache<string, readonly string[]>({ max: MOST.sessions, ttl: SESSION_MS });

  /** Items of a user's session, oldest first. */
  of(userId: string): readonly string[] {
    return this.seen.get(userId) ?? [];
  }

  /** Adds items to a user's session and returns them all; an item that is seen again is the latest. */
  add(userId: string, itemIds: readonly string[]): readonly string[] {
    const fresh = [...new Set(itemIds.toReversed())].reverse();
    const items = [...this.of(userId).filter((item) => !fresh.includes(item)), ...fresh].slice(-MOST.items);
    this.seen.set(userId, items);
    return items;
  }
}
