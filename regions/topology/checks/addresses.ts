import {
  contains,
  DEFAULT_ADDRESS_SPACE,
  findOverlaps,
  isPrivate,
  parseCidr,
  REGION_PREFIX_MAX,
  regionPrefix,
  VPC_PREFIX,
} from "../../addresses";
import type { CheckContext } from "../check-context";
import { cidrOf } from "../derive";
import type { Finding } from "../draft";
import { got } from "../problems";

/** Blocks: readable, private, of a size that a VPC may have, disjoint. */
export function checkAddresses(context: CheckContext): readonly Finding[] {
  const { draft, known } = context;
  const space = checkSpace(context);
  const blocks = known.flatMap(({ path, entry }) =>
    entry.cidr === undefined ? [] : checkBlock(entry.cidr).map((reason) => ({ path: [...path, "cidr"], reason })),
  );
  if (space.length > 0) return [...space, ...blocks];
  const owned = known.map(({ path, entry }) => ({
    owner: entry.name,
    cidr: cidrOf(entry, draft.sections.addressSpace),
    path,
    given: entry.cidr !== undefined,
  }));
  const overlaps = findOverlaps(owned).map(([left, right]) => {
    // The one that its author wrote is the one to change.
    const blamed =
      owned.find(({ owner, given }) => given && owner === right.owner) ??
      owned.find(({ owner, given }) => given && owner === left.owner);
    return {
      path: [...(blamed?.path ?? ["regions"]), "cidr"],
      reason: `want disjoint blocks, got ${left.cidr} (${left.owner}) and ${right.cidr} (${right.owner}), which overlap`,
    };
  });
  return [...blocks, ...overlaps];
}

function checkSpace({ draft }: CheckContext): readonly Finding[] {
  const given = draft.sections.addressSpace;
  if (given === undefined) return [];
  const block = parseCidr(given);
  if (block === undefined || !isPrivate(block) || regionPrefix(block) === undefined) {
    const want = `a private IPv4 block of /16 or larger like ${DEFAULT_ADDRESS_SPACE}`;
    return [{ path: ["addressSpace"], reason: `want ${want}, got ${got(given)}` }];
  }
  return [];
}

function checkBlock(cidr: string): readonly string[] {
  const block = parseCidr(cidr);
  if (block === undefined) return [`want an IPv4 block like 10.16.0.0/16 with no host bits, got ${got(cidr)}`];
  const reasons: string[] = [];
  if (block.prefix < VPC_PREFIX.min || block.prefix > REGION_PREFIX_MAX) {
    reasons.push(`want a block of /${VPC_PREFIX.min} to /${REGION_PREFIX_MAX}, got ${got(cidr)}`);
  }
  const reserved = parseCidr("172.17.0.0/16");
  if (!isPrivate(block)) reasons.push(`want a private block (RFC 1918 or 100.64.0.0/10), got ${got(cidr)}`);
  // Services such as Cloud9 and SageMaker run Docker, whose bridge has this range (VPC user guide, "VPC CIDR blocks").
  else if (reserved !== undefined && (contains(reserved, block) || contains(block, reserved))) {
    reasons.push(`want a block apart from 172.17.0.0/16, which Docker's bridge uses, got ${got(cidr)}`);
  }
  return reasons;
}
