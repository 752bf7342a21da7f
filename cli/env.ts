import { ensureStacks } from "../fleet/drive";
import { waves } from "../fleet/waves";
import { formatStackName } from "../regions/names";
import { command, environment } from "./kit/command";
import { openEnvironment } from "./kit/environment";
import { EXIT } from "./kit/exit";
import { Output } from "./kit/output";

/**
 * For an AWS environment the local backend and provider serve previews only. The environment's stacks are made known to
 * that backend, so that `pulumi preview --stack <name>` finds them.
 */
export default command({
  summary: "Print shell settings with which plain pulumi, aws and SDKs use the local cloud",
  arguments: { environment },
  examples: ["env local"],
  async run({ environment: name, json }) {
    const output = new Output(json);
    const { topology, fleet } = await openEnvironment(name, { offline: true });
    const { localEnvironment, shellExports, unsetLocally } = await import("../local/toolchain/index.ts");
    const names = waves(topology).flat();
    await ensureStacks(names, fleet.settings);
    const variables = await localEnvironment();
    output.result({ variables, unset: unsetLocally(), stacks: names.map(formatStackName) }, () => {
      output.line(shellExports(variables, unsetLocally()).trimEnd());
    });
    return EXIT.ok;
  },
});
