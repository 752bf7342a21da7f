import type { Plan, PlannedResource } from "../../aws/quotas";
import type { Topology } from "../../regions/topology/model";
import type { FleetGraph, GraphNode } from "../graph";
import { runClusters } from "../run-clusters";

/** Resources of some types. */
export type Select = (...types: readonly string[]) => readonly PlannedResource[];

/** A fleet's resources by the region that they stand in. */
export interface Places {
  /** All regions with a resource, sorted. */
  readonly regions: readonly string[];
  /** What a plan makes in a region. */
  region(name: string): Plan;
  /** What it makes in the account. */
  readonly account: Plan;
}

/**
 * Sorts a fleet's resources by region. What has none of its own (Kubernetes objects, what awsx makes) stands in its
 * stack's region, and in the home region if the stack is of none.
 */
export function placesOf(topology: Topology, graph: FleetGraph): Places {
  const nodes = graph.stacks.flatMap(({ name, nodes: all }): readonly PlannedResource[] => {
    const region = name.kind === "region" ? name.region : topology.home;
    const standing = all.filter(counts).map((node) => (node.region === "" ? { ...node, region } : node));
    return name.kind === "region" ? [...standing, ...runClusters(topology, region)] : standing;
  });
  const everywhere = select(nodes);
  const byRegion = Map.groupBy(nodes, ({ region }) => region);
  const plans = new Map(
    [...byRegion].map(([region, own]): [string, Plan] => [region, { region, of: select(own), everywhere }]),
  );
  return {
    regions: [...plans.keys()].sort(),
    region: (name) => plans.get(name) ?? { region: name, of: () => [], everywhere },
    account: { region: "", of: everywhere, everywhere },
  };
}

/** Components are not made; awsx's are, by a provider that runs inside the plan. */
function counts({ custom, type }: GraphNode): boolean {
  return custom || type.startsWith("awsx:");
}

function select(nodes: readonly PlannedResource[]): Select {
  const byType = Map.groupBy(nodes, ({ type }) => type);
  return (...types) => types.flatMap((type) => byType.get(type) ?? []);
}
