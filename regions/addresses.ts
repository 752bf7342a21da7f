/**
 * The address plan: each region one IPv4 block, disjoint from all others, and in it one block per tier and zone. Pure,
 * and stable: what a region has does not depend on which others there are, so adding one moves nobody's subnets.
 */
import { regionInfo } from "./catalogue";
import type { Cidr, RegionName } from "./names";

/** An IPv4 block: first address as an unsigned 32-bit number, and the prefix length. */
export interface Block {
  readonly first: number;
  readonly prefix: number;
}

/** Private addresses for all regions together, unless a topology says otherwise (RFC 1918). */
export const DEFAULT_ADDRESS_SPACE = "10.0.0.0/8" as Cidr;

/** What an AWS VPC may have: /16 to /28 (docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html). */
export const VPC_PREFIX = { min: 16, max: 28 } as const;

/** Smallest block that still holds three tiers in six zones of at least 32 addresses (EKS wants 16 free ones each). */
export const REGION_PREFIX_MAX = 22;

/** Bits of the slot number: room for 64 regions. AWS has 39 in the partitions that the catalogue knows. */
const SLOT_BITS = 6;

/** Blocks left free at the start of a space that has room: 10.0.0.0/16 is what most existing networks use. */
const FREE_AT_START = 16;

/** Private address ranges (RFC 1918) and the shared range (RFC 6598), the ones that AWS advises for VPCs. */
const PRIVATE: readonly string[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/** Reads `a.b.c.d/n`. Undefined unless each part is a plain decimal in its range and no host bit is set. */
export function parseCidr(text: string): Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return undefined;
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  const first = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  return first % sizeOf(prefix) === 0 ? { first, prefix } : undefined;
}

/** Writes a block as `a.b.c.d/n`. */
export function formatCidr({ first, prefix }: Block): Cidr {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join(".")}/${prefix}` as Cidr;
}

/** Addresses in a block of a prefix length. */
export function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

/** Whether two blocks share an address. */
export function overlaps(left: Block, right: Block): boolean {
  return left.first < right.first + sizeOf(right.prefix) && right.first < left.first + sizeOf(left.prefix);
}

/** Whether `inner` lies wholly in `outer`. */
export function contains(outer: Block, inner: Block): boolean {
  return outer.prefix <= inner.prefix && overlaps(outer, inner);
}

/** Whether a block lies in one of the private ranges. */
export function isPrivate(block: Block): boolean {
  return PRIVATE.some((range) => contains(required(range), block));
}

/** An owner and its block. */
export interface Owned {
  readonly owner: string;
  readonly cidr: string;
}

/** Every pair of owners whose blocks share an address, in the order given. Unreadable blocks are left out. */
export function findOverlaps(owned: readonly Owned[]): readonly (readonly [Owned, Owned])[] {
  const blocks = owned.flatMap((entry, index) => {
    const block = parseCidr(entry.cidr);
    return block === undefined ? [] : [{ entry, block, index }];
  });
  return blocks.flatMap((left) =>
    blocks
      .filter((right) => right.index > left.index && overlaps(left.block, right.block))
      .map((right) => [left.entry, right.entry] as const),
  );
}

/** Prefix length of each region's block in an address space; undefined when the space is too small for 64 regions. */
export function regionPrefix(space: Block): number | undefined {
  const prefix = Math.max(VPC_PREFIX.min, space.prefix + SLOT_BITS);
  return prefix <= REGION_PREFIX_MAX ? prefix : undefined;
}

/**
 * The block of a region in an address space: the one of its slot in the catalogue, whatever the other regions are.
 * @throws RangeError when the space is unreadable or smaller than a /16, or the region unknown.
 */
export function regionCidr(region: RegionName, addressSpace: Cidr = DEFAULT_ADDRESS_SPACE): Cidr {
  const space = required(addressSpace);
  const prefix = regionPrefix(space);
  const slot = regionInfo(region)?.slot;
  if (prefix === undefined) throw new RangeError(`want an address space of /16 or larger, got ${addressSpace}`);
  if (slot === undefined || slot >= 2 ** SLOT_BITS)
    throw new RangeError(`want a region of the catalogue, got ${region}`);
  const blocks = 2 ** (prefix - space.prefix);
  const skipped = blocks >= 2 ** SLOT_BITS + FREE_AT_START ? FREE_AT_START : 0;
  return formatCidr({ first: space.first + (slot + skipped) * sizeOf(prefix), prefix });
}

/** Subnet tiers: reachable from outside; with a way out; with none (stores, caches, training). */
export const TIERS = ["public", "private", "isolated"] as const;
export type Tier = (typeof TIERS)[number];

/** Zones for which a region's block has room: what AWS's largest region has is 6. */
export const MAX_ZONES = 8;

export interface Subnet {
  readonly tier: Tier;
  readonly availabilityZone: string;
  readonly cidr: Cidr;
}

/**
 * The subnets of a region's block, one per tier and zone. The block's first half is private (pods take an address
 * each), the third quarter isolated, the fourth public; each is cut in 8, one piece a zone letter. A zone's blocks hang
 * on its letter alone, so adding a zone moves nothing.
 * @throws RangeError for an unreadable block, one smaller than a /22, or a zone whose last letter is not a..h.
 */
export function subnetsOf(cidr: Cidr, availabilityZones: readonly string[]): readonly Subnet[] {
  const { first, prefix } = required(cidr);
  if (prefix > REGION_PREFIX_MAX) throw new RangeError(`want a block of /${REGION_PREFIX_MAX} or larger, got ${cidr}`);
  const quarter = sizeOf(prefix + 2);
  const starts: Readonly<Record<Tier, { readonly first: number; readonly prefix: number }>> = {
    private: { first, prefix: prefix + 4 },
    isolated: { first: first + 2 * quarter, prefix: prefix + 5 },
    public: { first: first + 3 * quarter, prefix: prefix + 5 },
  };
  return TIERS.flatMap((tier) =>
    availabilityZones.map((availabilityZone) => {
      const index = zoneIndex(availabilityZone);
      const start = starts[tier];
      const block = { first: start.first + index * sizeOf(start.prefix), prefix: start.prefix };
      return { tier, availabilityZone, cidr: formatCidr(block) };
    }),
  );
}

function zoneIndex(availabilityZone: string): number {
  const index = availabilityZone.charCodeAt(availabilityZone.length - 1) - "a".charCodeAt(0);
  if (!(index >= 0 && index < MAX_ZONES)) {
    throw new RangeError(`want an availability zone that ends in a..h, got ${availabilityZone}`);
  }
  return index;
}

function required(cidr: string): Block {
  const block = parseCidr(cidr);
  if (block === undefined) throw new RangeError(`want an IPv4 block like 10.16.0.0/16, got ${cidr}`);
  return block;
}
