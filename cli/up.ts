import { planFleet, upFleet } from "../fleet/drive";
import { openEnvironment, topologyOf } from "./kit/environment";
import type { ExitCode } from "./kit/exit";
import { holdAcrossStacks } from "./kit/gate";
import { stopOnSignal } from "./kit/signal";
import { Output } from "./kit/output";
import { report } from "./kit/report";

interface UpOptions {
  readonly json?: boolean;
  readonly deleteData?: boolean;
  readonly skipPreview?: boolean;
}

/**
 * Applies an environment. The whole fleet is previewed first, since a rule about a stack as a whole is judged only
 * after its resources exist when one applies at once.
 */
export async function up(environment: string | undefined, options: UpOptions): Promise<ExitCode> {
  const output = new Output(options.json === true);
  await holdAcrossStacks(topologyOf(environment));
  const { topology, fleet } = await openEnvironment(environment, {
    deleteData: options.deleteData === true,
    signal: stopOnSignal(),
  });
  const stacks = topology.regions.length + 2;
  if (options.skipPreview !== true) {
    const planned = await planFleet(topology, fleet);
    if (!planned.every(({ succeeded }) => succeeded)) return report(planned, stacks, output);
  }
  return report(await upFleet(topology, fleet), stacks, output);
}
