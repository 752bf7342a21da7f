import { dnsSuffixOf } from "../../../../aws/facts";
import { regionInfo } from "../../../../regions/catalogue";
import type { Topology } from "../../../../regions/topology/model";
import { buildFleetGraph } from "../../../graph";
import type { FleetGraph } from "../../../graph";
import { answerAt } from "./identifiers";
import type { ArnContext } from "./identifiers";
import { World } from "./world";

/** The account and partition of a topology. */
export function placeOf({ account, home }: Pick<Topology, "account" | "home">): ArnContext {
  const partition = regionInfo(home)?.partition ?? "aws";
  return { partition, account, suffix: dnsSuffixOf(partition) };
}

/** The graphs of all stacks with the identifiers that AWS would give, so that the documents that name them are known. */
export function identifiedGraph(topology: Topology): Promise<FleetGraph> {
  return buildFleetGraph(topology, { answer: answerAt(placeOf(topology)) });
}

/** Principals and resources of a topology. */
export async function buildWorld(topology: Topology): Promise<World> {
  return new World(await identifiedGraph(topology), placeOf(topology));
}
