import { list, text, type GraphNode, type StackGraph } from "../graph";
import { zonesOfSeveral } from "./places";
import type { Fleet, FleetJudge, FleetRule } from "./rule";

/** W4. */
export const snapshotCopy: FleetRule = {
  id: "W4",
  name: "fleet-snapshot-copy",
  title: "The warehouse's snapshots are copied within its zone, often enough for its recovery point",
  severity: "high",
  level: "mandatory",
  source: ["Redshift.3 extended"],
  why: "A snapshot stays in its region: with the region both the warehouse and its backups are away.",
  fix: "Copy snapshots to another region of the zone (stacks/mesh.ts), and take them at least as often as `warehouse.rpoMinutes` says",
  spares: "Zones of one region; Redshift Serverless, which is loaded anew from the replicated gold data.",
  check(fleet, judge) {
    const { graph, topology } = fleet;
    for (const zone of zonesOfSeveral(fleet)) {
      for (const region of zone.regions) {
        const stack = graph.region(region);
        for (const cluster of stack?.of("aws:redshift/cluster:Cluster") ?? []) {
          const id = text(cluster.inputs, "clusterIdentifier");
          const copy = graph
            .of("aws:redshift/snapshotCopy:SnapshotCopy")
            .find((node) => node.region === region && text(node.inputs, "clusterIdentifier") === id);
          const to = copy === undefined ? undefined : text(copy.inputs, "destinationRegion");
          if (to === undefined || to === region || !zone.regions.some((member) => member === to)) {
            judge.against(
              copy ?? cluster,
              copy === undefined ? "clusterIdentifier" : "destinationRegion",
              `a copy to another region of zone ${zone.zone}`,
              to ?? "none",
            );
          }
          if (copy !== undefined) judgeGrant(fleet, judge, cluster, copy, to);
          const hours = Math.min(
            ...schedulesOf(stack, id)
              .flatMap(({ inputs }) => list(inputs, "definitions"))
              .map(hoursOf),
          );
          const { rpoMinutes } = topology.warehouse;
          if (hours * 60 > rpoMinutes) {
            judge.against(
              cluster,
              "clusterIdentifier",
              `a snapshot every ${rpoMinutes} minutes`,
              hours === Infinity ? "no schedule that it is bound to" : `one every ${hours} hours`,
            );
          }
        }
      }
    }
  },
};

/** The schedules that a cluster is bound to; one that stands by itself takes no snapshot. */
function schedulesOf(stack: StackGraph | undefined, cluster: string | undefined): readonly GraphNode[] {
  const bound = (stack?.of("aws:redshift/snapshotScheduleAssociation:SnapshotScheduleAssociation") ?? [])
    .filter(({ inputs }) => cluster !== undefined && text(inputs, "clusterIdentifier") === cluster)
    .map(({ inputs }) => text(inputs, "scheduleIdentifier"));
  return (stack?.of("aws:redshift/snapshotSchedule:SnapshotSchedule") ?? []).filter(({ inputs }) => {
    const identifier = text(inputs, "identifier");
    return identifier !== undefined && bound.includes(identifier);
  });
}

/** An encrypted snapshot is copied by a grant on a key, which must stand where the copy does. */
function judgeGrant(
  { graph }: Fleet,
  judge: FleetJudge,
  cluster: GraphNode,
  copy: GraphNode,
  to: string | undefined,
): void {
  if (text(cluster.inputs, "encrypted") === "false") return;
  const name = text(copy.inputs, "snapshotCopyGrantName");
  const grant = graph
    .of("aws:redshift/snapshotCopyGrant:SnapshotCopyGrant")
    .find(({ inputs }) => name !== undefined && text(inputs, "snapshotCopyGrantName") === name);
  if (grant === undefined || grant.region !== to) {
    judge.against(copy, "snapshotCopyGrantName", `a grant in ${to ?? "the destination"}`, grant?.region ?? "none");
  }
}

/** Hours between two snapshots of `rate(n hours)`; any other form is not judged as often enough. */
function hoursOf(definition: unknown): number {
  const found = typeof definition === "string" ? /^rate\((\d+) hours?\)$/.exec(definition)?.[1] : undefined;
  return found === undefined ? Infinity : Number(found);
}
