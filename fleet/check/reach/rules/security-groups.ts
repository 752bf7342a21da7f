import { contains, parseCidr } from "../../../../regions/addresses";
import type { Block } from "../../../../regions/addresses";

/** One rule of a security group, in either direction. */
export interface GroupRule {
  /** URN of the resource that makes it; empty for one that AWS makes. */
  readonly urn: string;
  /** `tcp`, `udp`, a number, or `-1` for all. */
  readonly protocol: string;
  /** Ports; all of them where the protocol is `-1`. */
  readonly ports: readonly [first: number, last: number];
  /** The other side: one of these. */
  readonly cidr?: string;
  readonly group?: string;
  readonly prefixList?: string;
}

/** The other side of a connection. */
export interface Peer {
  /** Addresses that it may have, all of which must be let through. */
  readonly cidrs: readonly string[];
  /** Groups of its network interfaces. @default none */
  readonly groups?: readonly string[];
  /** Prefix lists that contain its addresses. @default none */
  readonly prefixLists?: readonly string[];
}

/** One packet's port. */
export interface Port {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
}

/** Numbers of protocols: www.iana.org/assignments/protocol-numbers */
const NUMBERS: Readonly<Record<string, string>> = { tcp: "6", udp: "17" };

/**
 * Rules by which a group lets a connection to or from a peer through; undefined when some of the peer's addresses are
 * let through by none. A group has rules that allow, and none that deny; what answers a connection needs no rule.
 * docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
 */
export function admits(
  rules: readonly GroupRule[],
  { protocol, port }: Port,
  peer: Peer,
): readonly GroupRule[] | undefined {
  const fitting = rules.filter(
    (rule) =>
      rule.protocol === "-1" ||
      ((rule.protocol === protocol || rule.protocol === NUMBERS[protocol]) &&
        rule.ports[0] <= port &&
        port <= rule.ports[1]),
  );
  // A rule that names a group admits the private addresses of its interfaces, whatever they are.
  const byGroup = fitting.find(
    ({ group, prefixList }) =>
      (group !== undefined && (peer.groups ?? []).includes(group)) ||
      (prefixList !== undefined && (peer.prefixLists ?? []).includes(prefixList)),
  );
  if (byGroup !== undefined) return [byGroup];
  if (peer.cidrs.length === 0) return undefined;
  const used: GroupRule[] = [];
  for (const cidr of peer.cidrs) {
    const block = parseCidr(cidr);
    const rule = fitting.find((one) => one.cidr !== undefined && block !== undefined && covers(one.cidr, block));
    if (rule === undefined) return undefined;
    used.push(rule);
  }
  return [...new Set(used)];
}

function covers(cidr: string, block: Block): boolean {
  const outer = parseCidr(cidr);
  return outer !== undefined && contains(outer, block);
}
