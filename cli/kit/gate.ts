import { checkAcrossStacks } from "../../fleet/check";
import type { Topology } from "../../regions/topology/model";
import { Failed } from "./exit";
import { publishedModels } from "./published";

/**
 * Holds a fleet to the cross-stack rules before the engine starts: one stack's preview cannot see what they see. A fleet
 * on AWS is held to AWS's published models too, since AWS itself would say no only halfway through an update; on the
 * local cloud the provider does.
 * @throws Failed naming every broken mandatory rule.
 */
export async function holdAcrossStacks(topology: Topology): Promise<void> {
  const { findings } = await checkAcrossStacks(topology, topology.cloud === "aws" ? publishedModels() : undefined);
  const broken = findings.filter(({ level }) => level === "mandatory");
  if (broken.length === 0) return;
  const lines = broken.map(
    ({ id, rule, stack, message }) => `  [mandatory] ${id} ${rule} (${stack === "" ? "topology" : stack}): ${message}`,
  );
  throw new Failed([`${broken.length} violations over all stacks; nothing was begun`, ...lines].join("\n"));
}
