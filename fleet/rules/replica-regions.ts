import { list, text } from "../graph";
import { holdsPersonalData, zoneOf } from "./places";
import type { FleetRule } from "./rule";

/** In the place of a zone: every region. */
const WORLD = "world";

/** D4. */
export const replicaRegions: FleetRule = {
  id: "D4",
  name: "fleet-replica-regions",
  title: "A global table stands in exactly the regions that the topology allows",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "A region without a replica answers nobody when it has to; a replica that nobody declared is paid for, and holds data where no one looks.",
  fix: "Let stacks/foundation.ts make the replicas from the topology's zones",
  spares: "A table tagged `meridian:zone: world`, which holds no personal data, stands in all regions of the fleet.",
  check({ graph, topology }, judge) {
    const everywhere: readonly string[] = topology.regions.map(({ name }) => name);
    for (const table of graph.of("aws:dynamodb/table:Table")) {
      const tag = text(table.inputs, "tags.meridian:zone");
      const zone =
        tag === undefined ? zoneOf(topology, table.region) : topology.residency.find(({ zone }) => zone === tag);
      const wanted: readonly string[] = tag === WORLD ? everywhere : (zone?.regions ?? []);
      const replicas = list(table.inputs, "replicas").map((replica) => text(replica, "regionName") ?? "(unknown)");
      const got = [table.region, ...replicas].sort();
      if (got.join() !== [...wanted].sort().join()) {
        judge.against(table, "replicas", `the table in ${[...wanted].sort().join(", ")}`, got.join(", "));
      }
    }
    for (const replica of graph.of("aws:dynamodb/tableReplica:TableReplica")) {
      judge.against(
        replica,
        "region",
        "replicas that their table declares: its owner deletes any other",
        replica.region,
      );
    }
    for (const zone of topology.residency) {
      const primary: string = zone.primary;
      const owned = graph.of("aws:dynamodb/table:Table").filter((t) => t.region === primary && holdsPersonalData(t));
      if (owned.length === 0)
        judge.missing(
          `${topology.environment}.foundation`,
          `tables of zone ${zone.zone}`,
          `global tables owned by ${primary}`,
        );
    }
  },
};
