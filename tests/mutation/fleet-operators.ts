import {
  FleetGraph,
  StackGraph,
  at,
  isBlock,
  UNKNOWN,
  type GraphNode,
  type Properties,
  type Value,
} from "../../fleet/graph";
import type { Fleet } from "../../fleet/rules/rule";

/** One way to change a fleet; every fleet that it gives differs in one thing from the one it was given. */
export interface FleetOperator {
  readonly label: string;
  apply(fleet: Fleet): Iterable<{ readonly at: string; readonly fleet: Fleet }>;
}

/** A change of one resource: the changed one, nothing where it does not apply, or `GONE`. */
export type Change = (node: GraphNode, fleet: Fleet) => GraphNode | undefined | typeof GONE;

export const GONE = Symbol("taken away");

/** Changes each resource of a type by itself, one fleet for each. */
export function each(type: string, label: string, change: Change): FleetOperator {
  return {
    label: `${type.split(":").at(-1) ?? type}: ${label}`,
    *apply(fleet) {
      for (const node of fleet.graph.of(type)) {
        const changed = change(node, fleet);
        if (changed === undefined) continue;
        const next = changed === GONE ? undefined : changed;
        const graph = fleet.graph.map((one) => (one === node ? next : one));
        yield { at: node.urn, fleet: { ...fleet, graph } };
      }
    },
  };
}

/** The resource is not there. */
export const remove = (type: string, where: (node: GraphNode, fleet: Fleet) => boolean = () => true): FleetOperator =>
  each(type, "remove", (node, fleet) => (where(node, fleet) ? GONE : undefined));

/** A property has another value; a function may leave a resource out by giving nothing. */
export function set(
  type: string,
  path: string,
  value: Value | ((node: GraphNode, fleet: Fleet) => Value),
  label = `another ${path}`,
): FleetOperator {
  return each(type, label, (node, fleet) => {
    const next = typeof value === "function" ? value(node, fleet) : value;
    return next === undefined ? undefined : withInput(node, path, next);
  });
}

/** A property is not set. */
export function drop(
  type: string,
  path: string,
  where: (node: GraphNode, fleet: Fleet) => boolean = () => true,
): FleetOperator {
  return each(type, `drop ${path}`, (node, fleet) =>
    at(node.inputs, path) === undefined || !where(node, fleet) ? undefined : withInput(node, path, undefined),
  );
}

/** A property is not known before the update. */
export function hide(
  type: string,
  path: string,
  where: (node: GraphNode, fleet: Fleet) => boolean = () => true,
): FleetOperator {
  return each(type, `make ${path} unknown`, (node, fleet) =>
    at(node.inputs, path) === undefined || !where(node, fleet) ? undefined : withInput(node, path, UNKNOWN),
  );
}

/** The resource stands in another region. */
export function move(type: string, to: (node: GraphNode, fleet: Fleet) => string | undefined): FleetOperator {
  return each(type, "move to another region", (node, fleet) => {
    const region = to(node, fleet);
    return region === undefined || region === node.region
      ? undefined
      : { ...withInput(node, "region", region), region };
  });
}

/** The topology asks for something else. */
export function topology(label: string, change: (fleet: Fleet) => Fleet["topology"] | undefined): FleetOperator {
  return {
    label: `topology: ${label}`,
    *apply(fleet) {
      const changed = change(fleet);
      if (changed !== undefined) yield { at: "topology", fleet: { ...fleet, topology: changed } };
    },
  };
}

/** Changes the whole graph. */
export function whole(label: string, change: (fleet: Fleet) => FleetGraph | undefined): FleetOperator {
  return {
    label,
    *apply(fleet) {
      const graph = change(fleet);
      if (graph !== undefined) yield { at: "fleet", fleet: { ...fleet, graph } };
    },
  };
}

/** A fleet with one more resource in a stack. */
export function adding(
  graph: FleetGraph,
  stack: string,
  node: Pick<GraphNode, "type" | "name" | "region" | "inputs"> & Partial<Pick<GraphNode, "uses">>,
): FleetGraph {
  const made: GraphNode = {
    stack,
    urn: `urn:pulumi:${stack}::meridian::${node.type}::${node.name}`,
    parent: "",
    protect: false,
    retainOnDelete: false,
    ignoreChanges: [],
    provider: "",
    dependencies: [],
    uses: {},
    custom: true,
    ...node,
  };
  return new FleetGraph(
    graph.stacks.map((one) => (one.stack === stack ? new StackGraph(one.name, [...one.nodes, made]) : one)),
  );
}

/** The resource with another value at a dotted path; the way there is made where it is missing. */
export function withInput(node: GraphNode, path: string, value: Value): GraphNode {
  return { ...node, inputs: replaced(node.inputs, path.split("."), value) as Properties };
}

function replaced(from: Value, [step, ...rest]: readonly string[], value: Value): Value {
  if (step === undefined) return value;
  if (Array.isArray(from)) {
    const items = [...(from as readonly Value[])];
    items[Number(step)] = replaced(items[Number(step)], rest, value);
    return items;
  }
  const block = from !== undefined && isBlock(from) ? from : {};
  const inner = replaced(block[step], rest, value);
  if (inner !== undefined) return { ...block, [step]: inner };
  return Object.fromEntries(Object.entries(block).filter(([name]) => name !== step));
}
