import { planFleet } from "../fleet/drive";
import type { StackResult } from "../fleet/drive";
import { openEnvironment, topologyOf } from "./kit/environment";
import type { ExitCode } from "./kit/exit";
import { holdAcrossStacks } from "./kit/gate";
import { Output, table } from "./kit/output";
import { report } from "./kit/report";

interface PlanOptions {
  readonly json?: boolean;
  readonly offline?: boolean;
  readonly deleteData?: boolean;
}

/**
 * Previews an environment: one screen of what would change in each stack, every rule that is broken, and every store
 * that would be lost, which is refused unless both keys are turned.
 */
export async function plan(environment: string | undefined, options: PlanOptions): Promise<ExitCode> {
  const output = new Output(options.json === true);
  await holdAcrossStacks(topologyOf(environment));
  const { topology, fleet } = await openEnvironment(environment, {
    offline: options.offline === true,
    deleteData: options.deleteData === true,
  });
  const results = await planFleet(topology, fleet);
  showPlan(results, output);
  return report(results, topology.regions.length + 2, output);
}

function showPlan(results: readonly StackResult[], output: Output): void {
  const rows = results.map(({ stack, counts, violations }) => [
    stack,
    counts.create,
    counts.update,
    counts.replace,
    counts.delete,
    counts.same,
    violations.filter(({ level }) => level === "mandatory").length,
    violations.filter(({ level }) => level !== "mandatory").length,
  ]);
  const heading = ["stack", "create", "update", "replace", "delete", "same", "mandatory", "advisory"];
  for (const line of table(heading, rows)) output.line(line);
  for (const { stack, steps } of results) {
    for (const { op, type, name, properties } of steps) {
      if (op === "create") continue;
      output.line(`${stack}: ${op} ${type} ${name}${properties.length > 0 ? ` (${properties.join(", ")})` : ""}`);
    }
  }
}
