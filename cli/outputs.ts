import { fleetOutputs } from "../fleet/outputs";
import { command, environment } from "./kit/command";
import { openEnvironment } from "./kit/environment";
import { EXIT } from "./kit/exit";
import { Output } from "./kit/output";

export default command({
  summary: "Print the outputs of every stack that is up; secrets are not shown",
  arguments: { environment },
  async run({ environment: name, json }) {
    const output = new Output(json);
    const { topology, fleet } = await openEnvironment(name);
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
  },
});
