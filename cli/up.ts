import { planFleet, upFleet } from "../fleet/drive";
import { command, environment, flag } from "./kit/command";
import { openEnvironment, topologyOf } from "./kit/environment";
import { holdAcrossStacks } from "./kit/gate";
import { gateKeeper } from "./kit/gates";
import { Output } from "./kit/output";
import { report } from "./kit/report";
import { stopOnSignal } from "./kit/signal";

/**
 * On AWS, what only a person can do is a gate before the wave that needs it: quotas and roles of the account, the
 * delegation of the domain, the container images. The whole fleet is previewed first, since a rule about a stack as a whole is judged only after its resources exist when
 * one applies at once.
 */
export default command({
  summary: "Apply every stack of an environment, wave by wave, with the policy pack on",
  arguments: { environment },
  options: {
    deleteData: flag("second key: with a disposable environment, data loses its protection"),
    skipPreview: flag("apply without a preview of the whole fleet first"),
    noWait: flag("end at a closed gate with exit code 1, as where there is no terminal"),
  },
  examples: ["up local", "up dev"],
  async run({ environment: name, deleteData, skipPreview, noWait, json }) {
    const output = new Output(json);
    await holdAcrossStacks(topologyOf(name));
    const signal = stopOnSignal();
    const { topology, fleet } = await openEnvironment(name, { deleteData, signal });
    const stacks = topology.regions.length + 2;
    if (!skipPreview) {
      const planned = await planFleet(topology, fleet);
      if (!planned.every(({ succeeded }) => succeeded)) return report(planned, stacks, output);
    }
    const waits = process.stdin.isTTY && !noWait && !json;
    const beforeWave = gateKeeper(topology, fleet.settings, { waits, signal });
    return report(await upFleet(topology, { ...fleet, beforeWave }), stacks, output);
  },
});
