import type { StackName } from "../regions/names";
import type { Topology } from "../regions/topology/model";

/**
 * The order in which an environment's stacks are applied: each wave needs only what earlier ones made; stacks of one
 * wave know nothing of each other. Destroying goes the other way round.
 */
export function waves(topology: Topology): readonly (readonly StackName[])[] {
  const { environment } = topology;
  return [
    [{ kind: "foundation", environment }],
    topology.regions.map(({ name }) => ({ kind: "region", environment, region: name })),
    [{ kind: "mesh", environment }],
  ];
}
