import type { Finding } from "../../contracts/finding";
import { fromServices } from "../kit/folders";
import type { Properties } from "../value";
import type { Neighbours, Node, RuleContext, PropertyRule, StackRule } from "./rule";

export type { ExampleNode, Neighbours, Node, RuleContext, PropertyRule, StackRule } from "./rule";

/** Rules between properties of one resource: `rules` of every `aws/<service>/rules.ts`. */
export const PROPERTY_RULES = fromServices<readonly PropertyRule[]>("rules", "rules").flat();

/** Rules between resources of one stack: `stackRules` of every `aws/<service>/rules.ts` and `stack-rules.ts`. */
export const STACK_RULES = [
  ...fromServices<readonly StackRule[]>("rules", "stackRules"),
  ...fromServices<readonly StackRule[]>("stack-rules", "stackRules"),
].flat();

/** Every rule that AWS enforces and its service models do not state. */
export const ALL_RULES: readonly (PropertyRule | StackRule)[] = [...PROPERTY_RULES, ...STACK_RULES];

/** A property that AWS would refuse. */
export interface RuleFinding extends Finding {
  readonly rule: PropertyRule | StackRule;
}

/** A resource of a stack that AWS would refuse. */
export interface StackFinding extends RuleFinding {
  readonly node: Node;
}

const BY_TYPE = new Map<string, readonly PropertyRule[]>();
for (const rule of PROPERTY_RULES)
  for (const type of rule.types) BY_TYPE.set(type, [...(BY_TYPE.get(type) ?? []), rule]);

/** What AWS would refuse about a resource by itself. Unknown values are never refused. */
export function ruleFindings(type: string, inputs: Properties, context: RuleContext): readonly RuleFinding[] {
  return (BY_TYPE.get(type) ?? []).flatMap((rule) => rule.check(inputs, context).map((found) => ({ rule, ...found })));
}

/** What AWS would refuse about the resources of a stack together; `ruleFindings` says it of each by itself. */
export function stackFindings(stack: Neighbours): readonly StackFinding[] {
  return STACK_RULES.flatMap((rule) =>
    stack.of(...rule.types).flatMap((node) => rule.across(node, stack).map((found) => ({ rule, node, ...found }))),
  );
}
