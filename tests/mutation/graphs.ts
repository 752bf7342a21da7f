import { UNKNOWN as GIVEN_BY_AWS } from "../../fleet/graph";
import type { GraphNode, StackGraph, Value as GraphValue } from "../../fleet/graph";
import { Graph, type Resource } from "../../policies/kit/resource";
import { judge, type Rule, type Violation } from "../../policies/kit/rule";
import { UNKNOWN, type Properties, type Value } from "../../policies/kit/value";
import { CATALOGUE } from "../../policies/catalogue";

/** A stack as the rules see it. */
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

/** A violation without its words: which rule, where. */
export function mark({ rule, urn, property }: Violation): string {
  return `${rule.id} ${urn} ${property}`;
}

/** Rules that read any of these types: no other rule can change its mind when only such resources change. */
export function rulesFor(types: Iterable<string>): readonly Rule[] {
  const changed = new Set(types);
  return CATALOGUE.filter((rule) => rule.types.some((type) => changed.has(type)));
}

/** What the rules say of a stack. */
export function verdict(resources: readonly Resource[], rules: readonly Rule[] = CATALOGUE): readonly Violation[] {
  return judge(rules, new Graph(resources));
}
