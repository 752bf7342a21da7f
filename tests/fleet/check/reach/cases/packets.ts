import { admits } from "../../../../../fleet/check/reach/rules/security-groups";
import type { GroupRule, Peer } from "../../../../../fleet/check/reach/rules/security-groups";
import { routeTo, wayOut } from "../../../../../fleet/check/reach/rules/routes";
import type { Route } from "../../../../../fleet/check/reach/rules/routes";
import type { Case } from "./case";

const GROUPS = "vpc/latest/userguide/security-group-rules.html";
const PRIORITY = "vpc/latest/userguide/route-tables-priority.html";
const GATEWAY = "vpc/latest/privatelink/gateway-endpoints.html";
const NAT = "vpc/latest/userguide/vpc-nat-gateway.html";
const INTERNET = "vpc/latest/userguide/VPC_Internet_Gateway.html";

const rule = (ports: readonly [number, number], other: Partial<GroupRule>, protocol = "tcp"): GroupRule => ({
  urn: `${protocol} ${ports.join("-")}`,
  protocol,
  ports,
  ...other,
});
const HTTPS = [443, 443] as const;
const from = (...cidrs: readonly string[]): Peer => ({ cidrs });
const lets =
  (rules: readonly GroupRule[], port: number, peer: Peer, protocol: "tcp" | "udp" = "tcp") =>
  () =>
    admits(rules, { protocol, port }, peer) !== undefined;

export const GROUP_CASES: readonly Case[] = [
  {
    name: "a group without rules lets nothing in",
    source: GROUPS,
    got: lets([], 443, from("10.0.0.0/24")),
    want: false,
  },
  {
    name: "a rule's block lets in the addresses in it",
    source: GROUPS,
    got: lets([rule(HTTPS, { cidr: "10.0.0.0/16" })], 443, from("10.0.1.0/24")),
    want: true,
  },
  {
    name: "a block that only overlaps is not enough",
    source: GROUPS,
    got: lets([rule(HTTPS, { cidr: "10.0.0.0/25" })], 443, from("10.0.0.0/24")),
    want: false,
  },
  {
    name: "addresses outside of the block stay out",
    source: GROUPS,
    got: lets([rule(HTTPS, { cidr: "10.0.0.0/16" })], 443, from("10.1.0.0/24")),
    want: false,
  },
  {
    name: "0.0.0.0/0 is every IPv4 address",
    source: GROUPS,
    got: lets([rule(HTTPS, { cidr: "0.0.0.0/0" })], 443, from("203.0.113.7/32", "10.0.0.0/8")),
    want: true,
  },
  {
    name: "all of several blocks must be let in",
    source: GROUPS,
    got: lets([rule(HTTPS, { cidr: "10.0.0.0/24" })], 443, from("10.0.0.0/24", "10.0.1.0/24")),
    want: false,
  },
  {
    name: "two rules together let in two blocks",
    source: GROUPS,
    got: lets(
      [rule(HTTPS, { cidr: "10.0.0.0/24" }), rule(HTTPS, { cidr: "10.0.1.0/24" })],
      443,
      from("10.0.0.0/24", "10.0.1.0/24"),
    ),
    want: true,
  },
  {
    name: "another port stays closed",
    source: GROUPS,
    got: lets([rule(HTTPS, { cidr: "0.0.0.0/0" })], 6379, from("10.0.0.0/24")),
    want: false,
  },
  {
    name: "the last port of a range is in it",
    source: GROUPS,
    got: lets([rule([30_000, 32_767], { cidr: "0.0.0.0/0" })], 32_767, from("10.0.0.0/24")),
    want: true,
  },
  {
    name: "the port after a range is not",
    source: GROUPS,
    got: lets([rule([30_000, 32_767], { cidr: "0.0.0.0/0" })], 32_768, from("10.0.0.0/24")),
    want: false,
  },
  {
    name: "protocol -1 is all protocols and ports",
    source: GROUPS,
    got: lets([rule([0, 0], { cidr: "0.0.0.0/0" }, "-1")], 6379, from("10.0.0.0/24")),
    want: true,
  },
  {
    name: "UDP is not TCP",
    source: GROUPS,
    got: lets([rule([53, 53], { cidr: "0.0.0.0/0" }, "udp")], 53, from("10.0.0.0/24")),
    want: false,
  },
  {
    name: "protocol 6 is TCP",
    source: GROUPS,
    got: lets([rule(HTTPS, { cidr: "0.0.0.0/0" }, "6")], 443, from("10.0.0.0/24")),
    want: true,
  },
  {
    name: "a rule that names a group lets its members in, wherever they are",
    source: GROUPS,
    got: lets([rule(HTTPS, { group: "sg-api" })], 443, { cidrs: ["10.9.0.0/24"], groups: ["sg-other", "sg-api"] }),
    want: true,
  },
  {
    name: "and nobody else",
    source: GROUPS,
    got: lets([rule(HTTPS, { group: "sg-api" })], 443, { cidrs: ["10.0.0.0/24"], groups: ["sg-other"] }),
    want: false,
  },
  {
    name: "a group that names itself lets its own members in",
    source: GROUPS,
    got: lets([rule([0, 65_535], { group: "sg-a" }, "-1")], 7077, { cidrs: [], groups: ["sg-a"] }),
    want: true,
  },
  {
    name: "a prefix list stands for the service's addresses",
    source: GATEWAY,
    got: lets([rule(HTTPS, { prefixList: "s3" })], 443, { cidrs: ["0.0.0.0/0"], prefixLists: ["s3"] }),
    want: true,
  },
  {
    name: "and not for those of another service",
    source: GATEWAY,
    got: lets([rule(HTTPS, { prefixList: "s3" })], 443, { cidrs: ["0.0.0.0/0"], prefixLists: ["dynamodb"] }),
    want: false,
  },
  {
    name: "a block inside the VPC does not let out to the Internet",
    source: GROUPS,
    got: lets([rule(HTTPS, { cidr: "10.16.0.0/16" })], 443, from("0.0.0.0/0")),
    want: false,
  },
  {
    name: "a peer without addresses and groups is let in by nothing",
    source: GROUPS,
    got: lets([rule(HTTPS, { cidr: "0.0.0.0/0" })], 443, from()),
    want: false,
  },
];

const route = (destination: string, target: Route["target"]): Route => ({ destination, target, urn: target });
const LOCAL = route("10.16.0.0/16", "local");
const OUT = route("0.0.0.0/0", "nat-gateway");

export const ROUTE_CASES: readonly Case[] = [
  {
    name: "the local route takes what is in the VPC",
    source: PRIORITY,
    got: () => routeTo([OUT, LOCAL], { cidr: "10.16.128.0/21" })?.target,
    want: "local",
  },
  {
    name: "the longest prefix wins",
    source: PRIORITY,
    got: () => routeTo([OUT, LOCAL, route("10.16.5.0/24", "blackhole")], { cidr: "10.16.5.7/32" })?.target,
    want: "blackhole",
  },
  {
    name: "what is elsewhere takes the default route",
    source: PRIORITY,
    got: () => routeTo([LOCAL, OUT], { cidr: "203.0.113.0/24" })?.target,
    want: "nat-gateway",
  },
  {
    name: "a gateway endpoint's prefix list beats the default route",
    source: GATEWAY,
    got: () => routeTo([LOCAL, OUT, route("s3", "gateway-endpoint")], { cidr: "0.0.0.0/0", service: "s3" })?.target,
    want: "gateway-endpoint",
  },
  {
    name: "the endpoint of another service does not",
    source: GATEWAY,
    got: () =>
      routeTo([LOCAL, OUT, route("s3", "gateway-endpoint")], { cidr: "0.0.0.0/0", service: "dynamodb" })?.target,
    want: "nat-gateway",
  },
  {
    name: "a table with the local route alone leads nowhere else",
    source: PRIORITY,
    got: () => wayOut([LOCAL], { cidr: "0.0.0.0/0" }),
    want: { leaves: false, why: "no route to 0.0.0.0/0" },
  },
  {
    name: "an isolated subnet reaches S3 by its gateway endpoint",
    source: GATEWAY,
    got: () => wayOut([LOCAL, route("s3", "gateway-endpoint")], { cidr: "0.0.0.0/0", service: "s3" }).leaves,
    want: true,
  },
  {
    name: "a private subnet leaves by NAT",
    source: NAT,
    got: () => wayOut([LOCAL, OUT], { cidr: "0.0.0.0/0" }),
    want: { leaves: true, by: "nat-gateway", urn: "nat-gateway" },
  },
  {
    name: "a machine without a public address does not leave by an Internet gateway",
    source: INTERNET,
    got: () => wayOut([LOCAL, route("0.0.0.0/0", "internet-gateway")], { cidr: "0.0.0.0/0" }).leaves,
    want: false,
  },
  {
    name: "one with a public address does",
    source: INTERNET,
    got: () =>
      wayOut([LOCAL, route("0.0.0.0/0", "internet-gateway")], { cidr: "0.0.0.0/0" }, { publicAddress: true }).leaves,
    want: true,
  },
  {
    name: "a route to what was deleted drops packets",
    source: PRIORITY,
    got: () => wayOut([LOCAL, route("0.0.0.0/0", "blackhole")], { cidr: "0.0.0.0/0" }).leaves,
    want: false,
  },
];
