import type { Rule } from "./path";

/** A finding that is known and not mended yet: it warns until it is. */
export interface Standing {
  readonly rule: Rule;
  /** Ids of the links that it ends. */
  readonly links: readonly string[];
  /** Why it is there. */
  readonly reason: string;
}

/** A test wants each of them to be found in some topology: what is mended leaves this list. */
export const STANDING: readonly Standing[] = [
  {
    rule: "reach-caller",
    links: ["visitor-collector"],
    reason: "the collector takes signed-in visitors only until it has a public write key",
  },
  {
    rule: "reach-name",
    links: ["collector-gateway-issuer"],
    reason: "the owner brings the issuer of tokens, and its record",
  },
  {
    rule: "reach-ingress",
    links: ["deployer-kubernetes"],
    reason: "the topology names no block in serving.access: stacks must be applied from inside the VPC",
  },
  {
    rule: "reach-walk-around",
    links: ["edge-only-name"],
    reason: "CloudFront reaches the gateway by its public names",
  },
];

/** Why a finding is known; undefined for a new one. */
export function standingOf(rule: Rule, link: string): Standing | undefined {
  return STANDING.find((one) => one.rule === rule && one.links.includes(link));
}
