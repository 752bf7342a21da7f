/**
 * Host names of the edge. All are computed, so that the stack over the regions needs no output of theirs.
 *
 * - `collector.<region>.<domain>`: one region's API by its own name; CloudFront's origins and the health checks use it.
 * - `entry.<region>.<domain>`: the same region's side of the shared name.
 * - `collector.<domain>`: the shared name; Route 53 answers with the nearest healthy region's `entry`.
 * - `api.<domain>`: the public name, on CloudFront.
 */
export interface RegionHosts {
  readonly own: string;
  readonly entry: string;
}

export function regionHosts(domain: string, region: string): RegionHosts {
  return { own: `collector.${region}.${domain}`, entry: `entry.${region}.${domain}` };
}

export function sharedHost(domain: string): string {
  return `collector.${domain}`;
}

export function publicHost(domain: string): string {
  return `api.${domain}`;
}

/** A DNS name of at least two labels: RFC 1035, 2.3.1, with digits allowed first (RFC 1123). */
export const DOMAIN = /^(?=.{4,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
