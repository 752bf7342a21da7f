import type { FoundationOutputs } from "../../contracts/outputs/foundation";
import type { Topology } from "../../regions/topology/model";
import { IMAGE_VERSION } from "../../stacks/region/context";
import { buildFleetGraph } from "../graph";
import { openAccount, preflight } from "../preflight";
import { accountFits } from "./account-fits";
import type { Gate } from "./gate";
import { ecrImages, imagesPushed } from "./images-pushed";
import { zoneDelegated } from "./zone-delegated";

export { passGates } from "./gate";
export type { Gate, Passing } from "./gate";

/** The gates of a first `up`, in their order; none on the local cloud, which has no account, parent domain or registry. */
export function gatesOf(topology: Topology, foundation: () => Promise<FoundationOutputs | undefined>): readonly Gate[] {
  const { cloud, home, domain, regions } = topology;
  if (cloud === "local") return [];
  const partition = regions.find(({ name }) => name === home)?.partition ?? "aws";
  return [
    accountFits(async () => preflight(topology, await buildFleetGraph(topology), openAccount({ home, partition }))),
    zoneDelegated(domain, async () => (await foundation())?.nameServers ?? []),
    imagesPushed(IMAGE_VERSION, async () => (await foundation())?.imageRepositories ?? {}, ecrImages(home)),
  ];
}
