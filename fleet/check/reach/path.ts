/** One step of a path that is there. */
export interface Hop {
  /** E.g. `record collector.us.example.com -> entry.us-east-1.example.com`. */
  readonly what: string;
  /** URN of the resource that makes it so; empty for what AWS makes. */
  readonly urn: string;
}

/** The first thing that a path lacks. */
export interface Gap {
  /** Id of the rule, `reach-...`. */
  readonly rule: Rule;
  /** URN of the resource that is wrong, or that would carry what is missing. */
  readonly urn: string;
  readonly property: string;
  readonly want: string;
  readonly got: string;
  /** AWS's page, or Kubernetes', that says why the packet ends here. */
  readonly source: string;
  /** Only what AWS knows decides it. @default false */
  readonly unjudged?: boolean;
}

/** What can be missing, in the order in which a packet meets it. */
export const RULES = {
  "reach-name": "A client finds the server's name in DNS",
  "reach-certificate": "The server's certificate has the name that the client asks for",
  "reach-egress": "The client's security groups let the connection out",
  "reach-network-policy": "Kubernetes' network policies let the connection through",
  "reach-route": "The client's subnet has a route to the server",
  "reach-ingress": "The server's security groups let the connection in",
  "reach-endpoint": "The VPC endpoint lets the call through",
  "reach-listener": "Something listens at the server's address and port",
  "reach-request": "A route of the program answers the request",
  "reach-caller": "The client has what the server asks callers for",
  "reach-health": "What a health check asks is answered 2xx by the program itself",
  "reach-walk-around": "What a web ACL guards is reached through it alone",
} as const;
export type Rule = keyof typeof RULES;

/** The hops of one link, and what it lacks. */
export interface Path {
  /** Id of the link. */
  readonly link: string;
  /** Client and server as messages name them. */
  readonly from: string;
  readonly to: string;
  readonly region: string;
  readonly hops: readonly Hop[];
  readonly gap?: Gap;
}

/** Hops so far. */
export class Trail {
  readonly hops: Hop[] = [];

  /** Adds a hop; its result is that of a step that lacks nothing. */
  pass(what: string, urn = ""): Gap | undefined {
    this.hops.push({ what, urn });
    return undefined;
  }
}

/** Runs steps in order until one lacks something. */
export function inOrder(...steps: readonly (() => Gap | undefined)[]): Gap | undefined {
  for (const step of steps) {
    const gap = step();
    if (gap !== undefined) return gap;
  }
  return undefined;
}

/** The first of several alternatives, all of which must hold, that lacks something. */
export function everyOf<T>(all: readonly T[], step: (one: T) => Gap | undefined): Gap | undefined {
  for (const one of all) {
    const gap = step(one);
    if (gap !== undefined) return gap;
  }
  return undefined;
}
