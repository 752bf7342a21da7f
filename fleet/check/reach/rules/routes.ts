import { contains, parseCidr } from "../../../../regions/addresses";

/** Where a route leads. */
export type RouteTarget = "local" | "internet-gateway" | "nat-gateway" | "gateway-endpoint" | "blackhole";

/** One route of a subnet's table. */
export interface Route {
  /** A block in CIDR notation, or the service whose prefix list it is, e.g. `s3`. */
  readonly destination: string;
  readonly target: RouteTarget;
  /** URN of what it leads to. */
  readonly urn: string;
}

/** Where a packet goes. */
export interface Destination {
  /** Addresses, in CIDR notation: `0.0.0.0/0` stands for any address on the Internet. */
  readonly cidr: string;
  /** Service whose prefix list contains the addresses. @default none */
  readonly service?: string;
}

/**
 * The route that a table has for a destination: that of a service's prefix list, else the longest prefix.
 * docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
 */
export function routeTo(table: readonly Route[], { cidr, service }: Destination): Route | undefined {
  const listed = service === undefined ? undefined : table.find(({ destination }) => destination === service);
  if (listed !== undefined) return listed;
  const block = parseCidr(cidr);
  if (block === undefined) return undefined;
  return table
    .flatMap((route) => {
      const outer = parseCidr(route.destination);
      return outer !== undefined && contains(outer, block) ? [{ route, prefix: outer.prefix }] : [];
    })
    .sort((a, b) => b.prefix - a.prefix)[0]?.route;
}

/** What a subnet's routes let its machines do. */
export type Way =
  | { readonly leaves: true; readonly by: RouteTarget; readonly urn: string }
  | { readonly leaves: false; readonly why: string };

/**
 * Whether a machine without a public address gets a packet to a destination, and by what. An Internet gateway alone does
 * not do for it: docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
 */
export function wayOut(
  table: readonly Route[],
  destination: Destination,
  { publicAddress = false }: { readonly publicAddress?: boolean } = {},
): Way {
  const route = routeTo(table, destination);
  const what = destination.service ?? destination.cidr;
  if (route === undefined) return { leaves: false, why: `no route to ${what}` };
  if (route.target === "blackhole")
    return { leaves: false, why: `the route to ${what} leads to what no longer exists` };
  if (route.target === "internet-gateway" && !publicAddress) {
    return { leaves: false, why: `the route to ${what} is an Internet gateway, and the machine has no public address` };
  }
  return { leaves: true, by: route.target, urn: route.urn };
}
