import { fleetOutputs } from "../fleet/outputs";
import { openEnvironment } from "./kit/environment";
import { EXIT } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { Output } from "./kit/output";

/** Prints the outputs of every stack that is up; secrets are not shown. */
export async function outputs(
  environment: string | undefined,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const { topology, fleet } = await openEnvironment(environment);
  const found = await fleetOutputs(topology, fleet.settings);
  output.result(found, () => {
    for (const [stack, values] of Object.entries(found)) {
      output.line(stack);
      for (const [key, value] of Object.entries(values)) {
        output.line(`  ${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
      }
    }
    if (Object.keys(found).length === 0) output.line(`no stack of ${topology.environment} is up`);
  });
  return EXIT.ok;
}
