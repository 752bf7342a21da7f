import type { IncomingMessage } from "node:http";
import { LRUCache } from "lru-cache";

/** What one client may send. */
export interface ClientRate {
  /** Events a second in the long run. */
  readonly perSecond: number;
  /** Events at once after a pause. */
  readonly burst: number;
}

/** Clients remembered at once; one that was forgotten starts with a full bucket. About 150 bytes each. */
const REMEMBERED_CLIENTS = 100_000;

interface Bucket {
  tokens: number;
  /** Seconds, by the limiter's clock. */
  at: number;
}

/**
 * A token bucket for each client, in events. A request is let in while the bucket is above zero and charged when its
 * events are counted, so that it may fall below zero: a large batch is paid for by a longer wait afterwards.
 */
export class RateLimiter {
  private readonly buckets = new LRUCache<string, Bucket>({ max: REMEMBERED_CLIENTS });

  /** @param clock seconds; @default the process's own */
  constructor(
    private readonly rate: ClientRate,
    private readonly clock: () => number = () => performance.now() / 1000,
  ) {}

  /** Whole seconds that the client must wait; 0 when it may send now. */
  wait(client: string): number {
    const { tokens } = this.bucket(client);
    return tokens > 0 ? 0 : Math.max(1, Math.ceil(-tokens / this.rate.perSecond));
  }

  /** Takes events off the client's bucket; a request without events costs one. */
  charge(client: string, events: number): void {
    this.bucket(client).tokens -= Math.max(1, events);
  }

  private bucket(client: string): Bucket {
    const now = this.clock();
    const found = this.buckets.get(client);
    if (found === undefined) {
      const fresh = { tokens: this.rate.burst, at: now };
      this.buckets.set(client, fresh);
      return fresh;
    }
    found.tokens = Math.min(this.rate.burst, found.tokens + (now - found.at) * this.rate.perSecond);
    found.at = now;
    return found;
  }
}

/**
 * Who sends: the address behind the given number of proxies of ours, each of which appends to `X-Forwarded-For`; what
 * is further left was written by the client. An IPv6 address counts by its /64, which is one household's.
 */
export function clientOf(request: IncomingMessage, trustedProxies: number): string {
  const direct = request.socket.remoteAddress ?? "unknown";
  if (trustedProxies === 0) return network(direct);
  const header = request.headers["x-forwarded-for"];
  const hops = (Array.isArray(header) ? header.join(",") : (header ?? "")).split(",").map((hop) => hop.trim());
  return network(hops.at(-trustedProxies) ?? hops[0] ?? direct);
}

function network(address: string): string {
  const plain = address.startsWith("::ffff:") ? address.slice(7) : address;
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, 4).join(":");
}
