import { makeLean } from "../../fleet/graph/lean";
import { waves } from "../../fleet/waves";
import { formatStackName } from "../../regions/names";
import type { Topology } from "../../regions/topology/model";
import { stackProgram } from "../../stacks/program";
import { CERTIFICATES } from "../components/edge/args";
import { record, type Recorded } from "../kit/recorder";

/** A resource, and the stack that it is in. */
export interface Standing extends Recorded {
  readonly stack: string;
}

/**
 * Every resource of a fleet as after an update: what AWS would answer is plausible, so that documents which name other
 * resources are whole. (The fleet's graph is that of a preview, in which they are unknown.)
 */
export async function recordFleet(topology: Topology): Promise<readonly Standing[]> {
  const standing: Standing[] = [];
  const restore = makeLean();
  try {
    for (const name of waves(topology).flat()) {
      const { resources } = await record(stackProgram(topology, name, { deleteData: false }), {
        region: name.kind === "region" ? name.region : topology.home,
        outputs: {
          ...CERTIFICATES,
          "pulumi:pulumi:StackReference": () => ({ outputs: { zoneId: "Z1" }, secretOutputNames: [] }),
        },
      });
      standing.push(...resources.map((resource) => ({ ...resource, stack: formatStackName(name) })));
    }
  } finally {
    restore();
  }
  return standing;
}
