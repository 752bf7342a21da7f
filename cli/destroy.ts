import { createInterface } from "node:readline/promises";
import { destroyFleet, upFleet } from "../fleet/drive";
import type { StackResult } from "../fleet/drive";
import { openEnvironment, topologyOf } from "./kit/environment";
import { BadInput } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { Output, table } from "./kit/output";
import { report } from "./kit/report";
import { stopOnSignal } from "./kit/signal";

interface DestroyOptions {
  readonly json?: boolean;
  readonly deleteData?: boolean;
  readonly yes?: boolean;
}

/**
 * Destroys an environment. Data is protected and stays, unless both keys are turned: `disposable: true` in the topology
 * and `--delete-data` here. Turning them first takes the protection off (an update), then destroys.
 */
export async function destroy(environment: string | undefined, options: DestroyOptions): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const deleteData = options.deleteData === true;
  await confirm(topologyOf(environment).environment, options);
  const { topology, fleet } = await openEnvironment(environment, { deleteData, signal: stopOnSignal() });
  const stacks = topology.regions.length + 2;
  if (deleteData) {
    const released = await upFleet(topology, fleet);
    if (!released.every(({ succeeded }) => succeeded)) return report(released, stacks, output);
  }
  const results = await destroyFleet(topology, fleet);
  tellKept(results, output);
  if (results.length === stacks && results.every(({ kept }) => kept.length === 0)) output.line("nothing is left");
  return report(results, stacks, output);
}

function tellKept(results: readonly StackResult[], output: Output): void {
  const kept = results.flatMap(({ stack, kept: resources }) => resources.map((resource) => ({ stack, ...resource })));
  const data = kept.filter((resource) => resource.protected);
  if (data.length === 0) return;
  output.line("protected data that stays:");
  const rows = data.map(({ stack, type, id }) => [stack, type, id]);
  for (const line of table(["stack", "type", "id"], rows)) output.line(`  ${line}`);
  output.line(`and ${kept.length - data.length} resources that it stands on (networks, roles); --json lists them`);
}

async function confirm(environment: string, { yes, json }: DestroyOptions): Promise<void> {
  if (yes === true) return;
  if (!process.stdin.isTTY || json === true) {
    throw new BadInput(`destroying ${environment} wants a yes`, [
      { path: "--yes", reason: "want it given where nobody can be asked, got none" },
    ]);
  }
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asked.question(`Destroy every stack of ${environment}? Type its name: `);
  asked.close();
  if (answer.trim() !== environment) {
    throw new BadInput("nothing was destroyed", [
      { path: "answer", reason: `want "${environment}", got "${answer.trim()}"` },
    ]);
  }
}
