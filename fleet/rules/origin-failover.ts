import { list, text, type Value } from "../graph";
import { regionsOfHost, zoneOf } from "./places";
import type { FleetRule } from "./rule";

/** X2. */
export const originFailover: FleetRule = {
  id: "X2",
  name: "fleet-origin-failover",
  title: "A distribution's second origin stands in another region of the same zone",
  severity: "high",
  level: "mandatory",
  source: ["CloudFront.4 extended"],
  why: "The control CloudFront.4 passes two origins in one region, which fail together; and an origin of another zone takes requests of people whose data may not go there.",
  fix: "Give each zone its own distribution, with an origin group of two of its regions",
  spares: "Zones of one region; environments with `failover: false`.",
  check(fleet, judge) {
    const { graph, topology } = fleet;
    for (const node of graph.of("aws:cloudfront/distribution:Distribution")) {
      const hosts = new Map(
        list(node.inputs, "origins").map((origin) => [
          text(origin, "originId"),
          regionsOfHost(fleet, text(origin, "domainName") ?? ""),
        ]),
      );
      const named = [...new Set([...hosts.values()].flatMap((regions) => [...regions.values()]))];
      const zones = new Set(named.map((region) => zoneOf(topology, region)?.zone));
      if (zones.size > 1) {
        judge.against(node, "origins", "origins of one zone", named.join(", "));
      }
      const home = named[0] === undefined ? undefined : zoneOf(topology, named[0]);
      if (home === undefined || home.regions.length < 2 || !topology.failover) continue;
      const groups = list(node.inputs, "originGroups");
      const members = groups.map((group) =>
        list(group, "members").map((member: Value) => hosts.get(text(member, "originId")) ?? new Map<string, string>()),
      );
      if (!members.some(crosses)) {
        const got = members.map((group) =>
          group.map((host) => [...host.values()].join("/") || "no region").join(" and "),
        );
        judge.against(
          node,
          "originGroups",
          "a group whose second origin is in another region for every caller",
          got.join("; ") || "no group",
        );
      }
      const used = text(node.inputs, "defaultCacheBehavior.targetOriginId");
      if (!groups.some((group) => text(group, "originId") === used)) {
        judge.against(node, "defaultCacheBehavior.targetOriginId", "the origin group");
      }
    }
  },
};

/** Whether the second try goes to another region than the first, wherever the caller is. */
function crosses([first, second]: readonly ReadonlyMap<string, string>[]): boolean {
  if (first === undefined || second === undefined || first.size === 0 || second.size === 0) return false;
  const callers = [...new Set([...first.keys(), ...second.keys()])].filter((near) => near !== "");
  return (callers.length === 0 ? [""] : callers).every((near) => {
    const [once, again] = [first.get(near) ?? first.get(""), second.get(near) ?? second.get("")];
    return once !== undefined && again !== undefined && once !== again;
  });
}
