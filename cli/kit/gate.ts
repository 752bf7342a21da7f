import { checkAcrossStacks } from "../../fleet/check";
import type { Topology } from "../../regions/topology/model";
import { Failed } from "./exit";

/**
 * Holds a fleet to the cross-stack rules before the engine starts: one stack's preview cannot see what they see.
 * @throws Failed naming every broken mandatory rule.
 */
export async function holdAcrossStacks(topology: Topology): Promise<void> {
  const { findings } = await checkAcrossStacks(topology);
  const broken = findings.filter(({ level }) => level === "mandatory");
  if (broken.length === 0) return;
  const lines = broken.map(
    ({ id, rule, stack, message }) => `  [mandatory] ${id} ${rule} (${stack === "" ? "topology" : stack}): ${message}`,
  );
  throw new Failed([`${broken.length} violations over all stacks; nothing was begun`, ...lines].join("\n"));
}
