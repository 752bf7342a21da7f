/**
 * Host names of the edge. All are computed, so that the stack over the regions needs no output of theirs.
 *
 * - `collector.<region>.<domain>`: one region's API by its own name; the health checks use it.
 * - `entry.<region>.<domain>`: the same region's side of the shared name.
 * - `collector.<zone>.<domain>`: the name that a residency zone's regions share; Route 53 answers with the nearest healthy
 *   region's `entry`. Each zone has its own, so that nobody's data is sent to another zone when a region fails.
 * - `collector-next.<zone>.<domain>`, `entry-next.<region>.<domain>`: the same for a second try. Route 53 answers it with
 *   another region than the first name, wherever the caller is.
 * - `api.<region>.<domain>`: on the certificate of the recommendation API's load balancer in the region; in no zone.
 * - `api.<zone>.<domain>`: the zone's public name, on CloudFront.
 */
export interface RegionHosts {
  readonly own: string;
  readonly entry: string;
  readonly entryNext: string;
}

export function regionHosts(domain: string, region: string): RegionHosts {
  return {
    own: `collector.${region}.${domain}`,
    entry: `entry.${region}.${domain}`,
    entryNext: `entry-next.${region}.${domain}`,
  };
}

export function sharedHost(domain: string, zone: string): string {
  return `collector.${zone}.${domain}`;
}

export function nextHost(domain: string, zone: string): string {
  return `collector-next.${zone}.${domain}`;
}

export function apiHost(domain: string, region: string): string {
  return `api.${region}.${domain}`;
}

export function publicHost(domain: string, zone: string): string {
  return `api.${zone}.${domain}`;
}

/** A DNS name of at least two labels: RFC 1035, 2.3.1, with digits allowed first (RFC 1123). */
export const DOMAIN = /^(?=.{4,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
