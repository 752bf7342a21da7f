import type { StackName } from "../../regions/names";
import { formatStackName } from "../../regions/names";
import type { Properties } from "../../aws/value";

/** One resource, as the engine would be asked to register it. */
export interface GraphNode {
  /** Pulumi's stack name, e.g. `prod.eu-west-1`. */
  readonly stack: string;
  readonly urn: string;
  /** Type token, e.g. `aws:s3/bucket:Bucket`. */
  readonly type: string;
  readonly name: string;
  /** The resource's own region, else its provider's; empty for what has none (components, Kubernetes). */
  readonly region: string;
  /** Inputs in the clear; what only AWS knows is `UNKNOWN`. An asset is `{ asset: <digest> }`. */
  readonly inputs: Properties;
  /** URN of the parent; empty for the stack itself. */
  readonly parent: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Paths of properties whose change is passed over: the value in the state stays. */
  readonly ignoreChanges: readonly string[];
  /** URN of the explicit provider; empty when a default one would be used. */
  readonly provider: string;
  /** URNs of all that it waits for. */
  readonly dependencies: readonly string[];
  /** URNs from which each top-level property is computed. */
  readonly uses: Readonly<Record<string, readonly string[]>>;
  /** A resource of a provider, not a component. */
  readonly custom: boolean;
}

/** The resources of one stack. */
export class StackGraph {
  readonly stack: string;
  private readonly byType = new Map<string, GraphNode[]>();
  private readonly byUrn = new Map<string, GraphNode>();

  constructor(
    readonly name: StackName,
    /** In the order in which the program registers them. */
    readonly nodes: readonly GraphNode[],
  ) {
    this.stack = formatStackName(name);
    for (const node of nodes) {
      this.byUrn.set(node.urn, node);
      const same = this.byType.get(node.type);
      if (same === undefined) this.byType.set(node.type, [node]);
      else same.push(node);
    }
  }

  /** Resources of these types, in the order of the types. */
  of(...types: readonly string[]): readonly GraphNode[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  get(urn: string): GraphNode | undefined {
    return this.byUrn.get(urn);
  }

  /** Resources of these types from which a top-level property of `node` is computed. */
  linked(node: GraphNode, property: string, ...types: readonly string[]): readonly GraphNode[] {
    return (node.uses[property] ?? []).flatMap((urn) => {
      const found = this.byUrn.get(urn);
      return found !== undefined && types.includes(found.type) ? [found] : [];
    });
  }
}

/** The resources of all stacks of a topology: what the cross-stack rules judge. Never changed in place. */
export class FleetGraph {
  private readonly byStack = new Map<string, StackGraph>();

  constructor(readonly stacks: readonly StackGraph[]) {
    for (const graph of stacks) this.byStack.set(graph.stack, graph);
  }

  get nodes(): readonly GraphNode[] {
    return this.stacks.flatMap(({ nodes }) => nodes);
  }

  /** Resources of these types in all stacks. */
  of(...types: readonly string[]): readonly GraphNode[] {
    return this.stacks.flatMap((graph) => graph.of(...types));
  }

  /** A stack by Pulumi's name. */
  stack(name: string): StackGraph | undefined {
    return this.byStack.get(name);
  }

  /** The stack of a region; undefined when the fleet has none. */
  region(region: string): StackGraph | undefined {
    return this.stacks.find(({ name }) => name.kind === "region" && name.region === region);
  }

  /** The stacks of all regions. */
  get regions(): readonly StackGraph[] {
    return this.stacks.filter(({ name }) => name.kind === "region");
  }

  get(urn: string): GraphNode | undefined {
    return this.byStack.get(stackOfUrn(urn))?.get(urn);
  }

  /** A fleet in which each resource is as `change` gives it; `undefined` takes it away. Untouched stacks are shared. */
  map(change: (node: GraphNode) => GraphNode | undefined): FleetGraph {
    return new FleetGraph(
      this.stacks.map((graph) => {
        const changed = graph.nodes.map(change);
        const same = changed.every((node, index) => node === graph.nodes[index]);
        return same
          ? graph
          : new StackGraph(
              graph.name,
              changed.filter((node) => node !== undefined),
            );
      }),
    );
  }
}

/** The stack's name in a URN: `urn:pulumi:<stack>::<project>::<type>::<name>`. */
export function stackOfUrn(urn: string): string {
  return urn.split("::", 1)[0]?.slice("urn:pulumi:".length) ?? "";
}
