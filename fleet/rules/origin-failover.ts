import { list, text, type Value } from "../graph";
import { regionsIn, zoneOf } from "./places";
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
  check({ graph, topology }, judge) {
    for (const node of graph.of("aws:cloudfront/distribution:Distribution")) {
      const regions = new Map(
        list(node.inputs, "origins").map((origin) => [
          text(origin, "originId"),
          regionsIn(text(origin, "domainName") ?? "")[0],
        ]),
      );
      const named = [...new Set([...regions.values()].flatMap((region) => region ?? []))];
      const zones = new Set(named.map((region) => zoneOf(topology, region)?.zone));
      if (zones.size > 1) {
        judge.against(node, "origins", "origins of one zone", named.join(", "));
      }
      const home = named[0] === undefined ? undefined : zoneOf(topology, named[0]);
      if (home === undefined || home.regions.length < 2 || !topology.failover) continue;
      const members = list(node.inputs, "originGroups").map((group) =>
        list(group, "members").map((member: Value) => regions.get(text(member, "originId"))),
      );
      const across = members.some((group) => new Set(group.flatMap((region) => region ?? [])).size >= 2);
      if (!across) {
        const got = members.map((group) => group.map((region) => region ?? "no region").join(" and ")).join("; ");
        judge.against(node, "originGroups", "a group with origins in two regions", got === "" ? "no group" : got);
      }
      const used = ["defaultCacheBehavior.targetOriginId"].map((path) => text(node.inputs, path));
      const groups = list(node.inputs, "originGroups").map((group) => text(group, "originId"));
      if (!used.some((id) => groups.includes(id))) {
        judge.against(node, "defaultCacheBehavior.targetOriginId", "the origin group");
      }
    }
  },
};
