import { ProviderError } from "../failures";

/** Tier of a subnet, as `awsx.ec2.Vpc` has it. */
export type Tier = "Public" | "Private" | "Isolated" | "Unused";

/** What a program says about one tier of subnets. */
export interface SubnetSpec {
  readonly type: Tier;
  readonly name?: string;
  /** One block per zone, in the zones' order. */
  readonly cidrBlocks?: readonly string[];
  /** Prefix length of the blocks where none are given. */
  readonly cidrMask?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** One subnet to make. */
export interface PlannedSubnet {
  readonly name: string;
  readonly type: Tier;
  readonly zone: string;
  readonly cidrBlock: string;
  readonly tags: Readonly<Record<string, string>>;
}

const ORDER: readonly Tier[] = ["Public", "Private", "Isolated", "Unused"];

/** Prefix length of a subnet whose spec gives neither blocks nor a length; four tiers and four zones fit a /16. */
const DEFAULT_MASK = 20;

/**
 * Which subnets a VPC gets, zone by zone and the public ones first, named as `awsx` names them:
 * `<vpc>-<name or tier>-<number of the zone>`. Explicit blocks are taken as they are; the rest are cut off the VPC's
 * block in order.
 * @throws ProviderError when blocks and zones do not agree in number, or the VPC's block is used up
 */
export function planSubnets(
  vpc: string,
  cidrBlock: string,
  zones: readonly string[],
  specs: readonly SubnetSpec[],
): readonly PlannedSubnet[] {
  const next = allocator(cidrBlock);
  const blocks = specs.map((spec, i) => {
    const given = spec.cidrBlocks ?? [];
    if (given.length > 0 && given.length !== zones.length) {
      throw new ProviderError(
        `subnetSpecs[${i}].cidrBlocks: want one block per availability zone (${zones.length}), got ${given.length}`,
      );
    }
    return zones.map((_, zone) => given[zone] ?? next(spec.cidrMask ?? DEFAULT_MASK));
  });
  const byTier = specs.map((spec, i) => ({ spec, i })).sort((a, b) => rank(a.spec.type) - rank(b.spec.type));
  return zones.flatMap((zone, index) =>
    byTier
      .filter(({ spec }) => spec.type !== "Unused")
      .map(({ spec, i }) => ({
        name: `${vpc}-${spec.name ?? spec.type.toLowerCase()}-${index + 1}`,
        type: spec.type,
        zone,
        cidrBlock: blocks[i]?.[index] ?? "",
        tags: spec.tags ?? {},
      })),
  );
}

function rank(tier: Tier): number {
  return ORDER.indexOf(tier);
}

/** Cuts blocks of any prefix length off the start of another, each aligned to its own size. */
function allocator(cidrBlock: string): (mask: number) => string {
  const [address = "", length = ""] = cidrBlock.split("/");
  const base = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const end = base + 2 ** (32 - Number(length));
  let at = base;
  return (mask) => {
    const size = 2 ** (32 - mask);
    const start = Math.ceil(at / size) * size;
    if (start + size > end) throw new ProviderError(`cidrBlock ${cidrBlock} has no room for another /${mask}`);
    at = start + size;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${mask}`;
  };
}
