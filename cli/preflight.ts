import { buildFleetGraph } from "../fleet/graph";
import { AccountError, openAccount, preflight as runPreflight } from "../fleet/preflight";
import type { Account, Preflight } from "../fleet/preflight";
import type { Topology } from "../regions/topology/model";
import { preflightText } from "../fleet/views/preflight";
import { command, environment, flag } from "./kit/command";
import { topologyOf } from "./kit/environment";
import { BadInput, EXIT } from "./kit/exit";
import { Output } from "./kit/output";

/** Nothing is started, nothing applied. */
export default command({
  summary: "Compare what a topology needs with an account's quotas, and say what to request first",
  arguments: { environment },
  options: {
    account: flag("ask the account of the credentials, instead of taking defaults and grants"),
    all: flag("list what fits too"),
  },
  examples: ["preflight prod", "preflight prod --account"],
  async run({ environment: name, account: ask, all, json }) {
    // A file of one's own can be compared before it is one of the environments.
    const topology = topologyOf(name);
    if (topology.cloud === "local") {
      throw new BadInput("the local cloud has no quotas", [
        { path: "environment", want: "one whose cloud is aws", got: `"${topology.environment}"` },
      ]);
    }
    const report = await check(topology, ask ? accountOf(topology) : undefined);
    new Output(json).result(report, () => {
      process.stdout.write(preflightText(report, { all }));
    });
    return report.passed ? EXIT.ok : EXIT.failed;
  },
});

function accountOf({ home, regions }: Topology): Account {
  const partition = regions.find(({ name }) => name === home)?.partition ?? "aws";
  return openAccount({ home, partition });
}

async function check(topology: Topology, account: Account | undefined): Promise<Preflight> {
  try {
    return await runPreflight(topology, await buildFleetGraph(topology), account);
  } catch (error) {
    // Not the exit code of a plan that does not fit: nothing has been found out.
    if (error instanceof AccountError)
      throw new BadInput("the account cannot be asked", [
        { path: "--account", want: "credentials that may read quotas", got: error.message },
      ]);
    throw error;
  }
}
