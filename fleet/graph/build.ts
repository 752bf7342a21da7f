import { formatStackName, PROJECT } from "../../regions/names";
import type { StackName } from "../../regions/names";
import type { Topology } from "../../regions/topology/model";
import { stackProgram } from "../../stacks/program";
import { waves } from "../waves";
import { FleetGraph, StackGraph } from "./graph";
import { recordStack } from "./record";
import type { RecordSettings } from "./record";
import type { Finding } from "../../contracts/finding";
import { FleetRefused, refusedIn } from "./refusal";

export interface BuildOptions {
  /** The operator's key for deleting data; the topology's `disposable` is the other. @default false */
  readonly deleteData?: boolean;
  /** Identifiers that AWS would give. @default what only AWS knows stays unknown */
  readonly answer?: RecordSettings["answer"];
  /** Called after each stack. */
  readonly onStack?: (stack: StackGraph, seconds: number) => void;
}

/** The resource graph of one stack of a topology, as a preview of a stack that does not exist yet would have it. */
export async function buildStackGraph(
  topology: Topology,
  name: StackName,
  { deleteData = false, answer }: Pick<BuildOptions, "deleteData" | "answer"> = {},
): Promise<StackGraph> {
  const program = stackProgram(topology, name, { deleteData });
  const nodes = await recordStack(program, {
    project: PROJECT,
    stack: formatStackName(name),
    ...(answer === undefined ? {} : { answer }),
  });
  return new StackGraph(name, nodes);
}

/**
 * The resource graphs of all stacks of a topology, in process: no engine, no provider, no AWS.
 * @throws FleetRefused with every property that a component refuses, in whichever stack.
 */
export async function buildFleetGraph(topology: Topology, options: BuildOptions = {}): Promise<FleetGraph> {
  const stacks: StackGraph[] = [];
  const refused: Finding[] = [];
  for (const name of waves(topology).flat()) {
    const started = performance.now();
    try {
      const graph = await buildStackGraph(topology, name, options);
      stacks.push(graph);
      options.onStack?.(graph, (performance.now() - started) / 1000);
    } catch (error) {
      const found = refusedIn(formatStackName(name), error);
      if (found.length === 0) throw error;
      refused.push(...found);
    }
  }
  if (refused.length > 0) throw new FleetRefused(topology.environment, refused);
  return new FleetGraph(stacks);
}
