import { FleetGraph, StackGraph, type GraphNode } from "../../../fleet/graph";
import { FleetJudge, type Fleet, type FleetRule } from "../../../fleet/rules/rule";
import type { StackName } from "../../../regions/names";
import { findTopology, loadTopology } from "../../../regions/topology/load";

/** What a test says of a resource; the rest does not matter to it. */
export type Made = Pick<GraphNode, "type" | "region" | "inputs"> & Partial<Pick<GraphNode, "name" | "uses">>;

/** URN of a made resource in production's mesh, to be used by another one. */
export function urnOf(type: string, name = "made"): string {
  return `urn:pulumi:prod.mesh::meridian::${type}::${name}`;
}

/** Production's topology over these resources alone: those of the mesh, and those of a region's stack. */
export function fleetOf(mesh: readonly Made[], region?: string, inRegion: readonly Made[] = []): Fleet {
  const topology = loadTopology(findTopology("prod"));
  const { environment } = topology;
  const stacks = [
    new StackGraph(
      { environment, kind: "mesh" },
      mesh.map((made) => nodeOf("prod.mesh", made)),
    ),
  ];
  if (region !== undefined) {
    const name = { environment, kind: "region", region } as StackName;
    const stack = `prod.${region}`;
    stacks.push(
      new StackGraph(
        name,
        inRegion.map((made) => nodeOf(stack, made)),
      ),
    );
  }
  return { topology, graph: new FleetGraph(stacks) };
}

/** What a rule says of a fleet: property and what is wrong. */
export function says(rule: FleetRule, fleet: Fleet): readonly string[] {
  const judge = new FleetJudge(rule);
  rule.check(fleet, judge);
  return judge.violations.map(({ message }) => message.slice(0, -rule.fix.length - 2));
}

function nodeOf(stack: string, { name = "made", uses = {}, ...made }: Made): GraphNode {
  return {
    stack,
    urn: `urn:pulumi:${stack}::meridian::${made.type}::${name}`,
    name,
    parent: "",
    protect: false,
    retainOnDelete: false,
    ignoreChanges: [],
    provider: "",
    dependencies: [],
    uses,
    custom: true,
    ...made,
  };
}
