import type { Finding } from "../../contracts/finding";
import type { Properties } from "../value";

/** What a rule may ask about beside the inputs. */
export interface RuleContext {
  /** AWS region, e.g. `eu-west-1`. */
  readonly region: string;
}

interface About {
  /** Service and rule, e.g. `firehose-dynamic-partitioning-buffer`. */
  readonly id: string;
  /** Pulumi type tokens that it judges. */
  readonly types: readonly string[];
  /** What must hold, in a few words. */
  readonly title: string;
  /** AWS documentation that says so. */
  readonly source: string;
}

/** A rule between properties of one resource, which AWS enforces and its service models do not state. */
export interface PropertyRule extends About {
  /** What is wrong, by the dotted path of the property. A value that only AWS knows is never wrong: it cannot be decided. */
  check(inputs: Properties, context: RuleContext): readonly Finding[];
  /** Inputs of the first type that this rule refuses and no other rule does. */
  readonly failing: readonly Properties[];
  /** Inputs of the first type that no rule refuses. */
  readonly passing: readonly Properties[];
}

/** A resource as a rule over a stack sees it. */
export interface Node {
  readonly urn: string;
  /** Pulumi type token. */
  readonly type: string;
  readonly name: string;
  /** Empty for what has none. */
  readonly region: string;
  readonly inputs: Properties;
}

/** The resources of a stack, as far as rules ask for them: a graph of recorded resources satisfies it. */
export interface Neighbours {
  /** Resources of these types. */
  of(...types: readonly string[]): readonly Node[];
  /** Resources of these types from which a top-level property of `node` is computed. */
  linked(node: Node, property: string, ...types: readonly string[]): readonly Node[];
}

/** A resource of an example. */
export interface ExampleNode {
  readonly type: string;
  /** @default "example" */
  readonly name?: string;
  /** @default {} */
  readonly inputs?: Properties;
  /** Names of the resources from which each top-level property is computed. @default {} */
  readonly uses?: Readonly<Record<string, readonly string[]>>;
}

/** A rule between resources of one stack. */
export interface StackRule extends About {
  /** What is wrong with a resource of one of the types. */
  across(node: Node, stack: Neighbours): readonly Finding[];
  /** Stacks that this rule refuses and no other rule does. */
  readonly failing: readonly (readonly ExampleNode[])[];
  /** Stacks that no rule refuses. */
  readonly passing: readonly (readonly ExampleNode[])[];
}
