import { UNKNOWN as GIVEN_BY_AWS } from "../graph";
import type { GraphNode, StackGraph, Value as GraphValue } from "../graph";
import type { Resource } from "../../policies/kit/resource";
import { UNKNOWN, type Properties, type Value } from "../../policies/kit/value";

/** A stack as the policy pack sees it. */
export function resourcesOf(stack: StackGraph): readonly Resource[] {
  return stack.nodes.map(resourceOf);
}

function resourceOf({ urn, type, name, inputs, region, uses }: GraphNode): Resource {
  return { urn, type, name, props: value(inputs) as Properties, outputs: {}, region: region || undefined, uses };
}

function value(given: GraphValue): Value {
  if (given === GIVEN_BY_AWS) return UNKNOWN;
  if (Array.isArray(given)) return (given as readonly GraphValue[]).map(value);
  if (typeof given === "object" && given !== null)
    return Object.fromEntries(Object.entries(given).map(([name, inner]) => [name, value(inner)]));
  return given;
}
