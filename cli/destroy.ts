import { table } from "../fleet/views/table";
import { createInterface } from "node:readline/promises";
import { destroyFleet, upFleet } from "../fleet/drive";
import type { StackResult } from "../fleet/drive";
import { command, environment, flag } from "./kit/command";
import { openEnvironment, topologyOf } from "./kit/environment";
import { BadInput } from "./kit/exit";
import { Output } from "./kit/output";
import { report } from "./kit/report";
import { stopOnSignal } from "./kit/signal";

/**
 * Data is protected and stays, unless both keys are turned: `disposable: true` in the topology and `--delete-data` here.
 * Turning them first takes the protection off (an update), then destroys.
 */
export default command({
  summary: "Destroy every stack, last wave first; protected data stays and is listed",
  arguments: { environment },
  options: {
    deleteData: flag("second key: with a disposable environment, data is deleted too"),
    yes: flag("do not ask"),
  },
  examples: ["destroy local --yes", "destroy local --yes --delete-data"],
  async run({ environment: name, deleteData, yes, json }) {
    const output = new Output(json);
    if (!yes) await confirm(topologyOf(name).environment, json);
    const { topology, fleet } = await openEnvironment(name, { deleteData, signal: stopOnSignal() });
    const stacks = topology.regions.length + 2;
    if (deleteData) {
      const released = await upFleet(topology, fleet);
      if (!released.every(({ succeeded }) => succeeded)) return report(released, stacks, output);
    }
    const results = await destroyFleet(topology, fleet);
    showKept(results, output);
    if (results.length === stacks && results.every(({ kept }) => kept.length === 0)) output.line("nothing is left");
    return report(results, stacks, output);
  },
});

function showKept(results: readonly StackResult[], output: Output): void {
  const kept = results.flatMap(({ stack, kept: resources }) => resources.map((resource) => ({ stack, ...resource })));
  const data = kept.filter((resource) => resource.protected);
  if (data.length === 0) return;
  output.line("protected data that stays:");
  const rows = data.map(({ stack, type, id }) => [stack, type, id]);
  for (const line of table(["stack", "type", "id"], rows)) output.line(`  ${line}`);
  output.line(`and ${kept.length - data.length} resources that it stands on (networks, roles); --json lists them`);
}

async function confirm(environment: string, json: boolean): Promise<void> {
  if (!process.stdin.isTTY || json) {
    throw new BadInput(`destroying ${environment} must be confirmed`, [
      { path: "--yes", want: "it given where nobody can be asked", got: "none" },
    ]);
  }
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asked.question(`Destroy every stack of ${environment}? Type its name: `);
  asked.close();
  if (answer.trim() !== environment) {
    throw new BadInput("nothing was destroyed", [
      { path: "answer", want: `"${environment}"`, got: `"${answer.trim()}"` },
    ]);
  }
}
