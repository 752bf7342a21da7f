import { finding, type Finding } from "../kit/refuse";
import type { Consistency } from "../../regions/topology/sections/tables";
import { wantDistinct } from "../kit/want";
import type { TableSpec } from "./specs";

/** Where a set of tables stands. */
export interface Placement {
  /** The owner's region. */
  readonly region: string;
  /** The other regions with a full copy, in any order. */
  readonly replicaRegions: readonly string[];
  readonly consistency: Consistency;
  /** A region that only votes: strong consistency with one replica. */
  readonly witnessRegion?: string | undefined;
}

/**
 * Sets of regions among which DynamoDB offers strong consistency
 * (docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html, "MRSC").
 */
export const STRONG_REGION_SETS: readonly (readonly string[])[] = [
  ["us-east-1", "us-east-2", "us-west-2"],
  ["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"],
  ["ap-northeast-1", "ap-northeast-2", "ap-northeast-3"],
];

/** Findings about a placement, by path. */
export function checkPlacement(placement: Placement): Finding[] {
  const { region, replicaRegions, consistency, witnessRegion } = placement;
  const findings = wantDistinct("replicaRegions", replicaRegions, "replica regions", 0);
  const own = replicaRegions.indexOf(region);
  if (own >= 0) findings.push(finding(`replicaRegions[${own}]`, "a region other than the owner's", region));
  if (consistency === "eventual") {
    if (witnessRegion !== undefined) {
      findings.push(finding("witnessRegion", "none with eventual consistency", witnessRegion));
    }
    return findings;
  }
  const all = [region, ...replicaRegions, ...(witnessRegion === undefined ? [] : [witnessRegion])];
  if (all.length !== 3) {
    findings.push(finding("replicaRegions", "3 regions, or 2 plus a witness, for strong consistency", all.length));
  }
  if (new Set(all).size === all.length && !STRONG_REGION_SETS.some((set) => all.every((one) => set.includes(one)))) {
    const sets = STRONG_REGION_SETS.map((set) => `(${set.join(", ")})`).join(" or ");
    findings.push(finding("replicaRegions", `all regions of one set for strong consistency: ${sets}`, all.join(", ")));
  }
  if (witnessRegion !== undefined && [region, ...replicaRegions].includes(witnessRegion)) {
    findings.push(finding("witnessRegion", "a region without a copy", witnessRegion));
  }
  return findings;
}

/** Findings about one table in its placement, by path. */
export function checkSpec(path: string, spec: TableSpec, consistency: Consistency): Finding[] {
  const findings: Finding[] = [];
  if (spec.sortKey?.name === spec.partitionKey.name) {
    findings.push(finding(`${path}.sortKey`, "an attribute other than the partition key", spec.partitionKey.name));
  }
  if (consistency === "strong" && spec.ttlAttribute !== undefined) {
    findings.push(finding(`${path}.ttlAttribute`, "none: strong consistency does not allow TTL", spec.ttlAttribute));
  }
  return findings;
}
