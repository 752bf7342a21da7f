import { resourcesOf } from "../../fleet/check/resources";
import { CATALOGUE } from "../../policies/catalogue";
import { Graph, type Resource } from "../../policies/kit/resource";
import { judge, type Rule, type Violation } from "../../policies/kit/rule";

export { resourcesOf };

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
