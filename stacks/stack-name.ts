import { finding, refuse } from "../components/kit/refuse";
import type { StackName } from "../regions/names";
import type { Topology } from "../regions/topology/model";

/**
 * Reads Pulumi's stack name.
 * @throws InputPropertiesError when the topology has no such stack.
 */
export function parseStackName(name: string, topology: Topology): StackName {
  const { environment } = topology;
  const part = name.slice(environment.length + 1);
  if (part === "foundation" || part === "mesh") return { kind: part, environment };
  const region = topology.regions.find((plan) => plan.name === part);
  if (region === undefined) {
    const known = ["foundation", ...topology.regions.map((plan) => plan.name), "mesh"];
    refuse(`stack ${name}`, [finding("stack", `${environment}.<${known.join("|")}>`, name)]);
    throw new Error(`${name} was refused`);
  }
  return { kind: "region", environment, region: region.name };
}
