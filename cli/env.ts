import { formatStackName } from "../regions/names";
import { waves } from "../fleet/waves";
import { ensureStacks } from "../fleet/drive";
import { openEnvironment } from "./kit/environment";
import { EXIT } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { Output } from "./kit/output";

/**
 * Prints shell settings with which plain `pulumi`, `aws` and any AWS SDK work against the local cloud. For an AWS
 * environment the same backend and provider serve previews only. The environment's stacks are made known to the local
 * backend, so that `pulumi preview --stack <name>` finds them.
 */
export async function env(environment: string | undefined, options: { readonly json?: boolean }): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const { topology, fleet } = await openEnvironment(environment, { offline: true });
  const { localEnvironment, shellExports, unsetLocally } = await import("../local/toolchain/index.ts");
  const names = waves(topology).flat();
  await ensureStacks(names, fleet.settings);
  const variables = await localEnvironment();
  output.result({ variables, unset: unsetLocally(), stacks: names.map(formatStackName) }, () => {
    output.line(shellExports(variables, unsetLocally()).trimEnd());
  });
  return EXIT.ok;
}
