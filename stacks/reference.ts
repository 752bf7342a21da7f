import * as pulumi from "@pulumi/pulumi";
import { foundationOutputsSchema } from "../contracts/outputs/foundation";
import type { FoundationOutputs } from "../contracts/outputs/foundation";
import { OutputsError, readOutputs } from "../contracts/outputs/read";
import { formatStackName } from "../regions/names";
import type { Topology } from "../regions/topology/model";

/**
 * What a stack must be told of the foundation and cannot compute: ids that AWS gives. Before the foundation stands, a
 * preview goes on with a stand-in, so that a fleet that does not exist yet can be previewed whole; an update refuses.
 */
export function foundationOutput(topology: Topology, key: keyof FoundationOutputs & "zoneId"): pulumi.Output<string> {
  const stack = formatStackName({ kind: "foundation", environment: topology.environment });
  const reference = new pulumi.StackReference(stack, {
    name: `organization/${pulumi.getProject()}/${stack}`,
  });
  return reference.getOutput(key).apply((value: unknown) => {
    if (value === undefined) {
      if (pulumi.runtime.isDryRun()) return `${stack}.${key}`;
      throw new pulumi.RunError(`${stack} has no output ${key} yet: apply it first`);
    }
    const read = readOutputs(stack, foundationOutputsSchema.pick({ zoneId: true }), { [key]: value });
    if ("findings" in read) throw new pulumi.RunError(new OutputsError(read.findings).message);
    return read.outputs[key];
  });
}
