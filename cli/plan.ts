import { table } from "../fleet/views/table";
import { planFleet } from "../fleet/drive";
import type { StackResult } from "../fleet/drive";
import { command, environment, flag } from "./kit/command";
import { openEnvironment, topologyOf } from "./kit/environment";
import { holdAcrossStacks } from "./kit/gate";
import { Output } from "./kit/output";
import { report } from "./kit/report";

/** One screen; a store that would be lost is refused unless both keys are turned. */
export default command({
  summary: "Preview every stack: what would change, which rules are broken, which data would be lost",
  arguments: { environment },
  options: {
    offline: flag("preview an AWS environment without AWS, by the local provider"),
    deleteData: flag("second key: with a disposable environment, the plan may replace or delete what holds data"),
  },
  examples: ["plan local", "plan prod --offline"],
  async run({ environment: name, offline, deleteData, json }) {
    const output = new Output(json);
    await holdAcrossStacks(topologyOf(name));
    const { topology, fleet } = await openEnvironment(name, { offline, deleteData });
    const results = await planFleet(topology, fleet);
    showPlan(results, output);
    return report(results, topology.regions.length + 2, output);
  },
});

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
