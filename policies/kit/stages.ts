import type { Resource } from "./resource";
import { stackOf } from "./resource";
import type { Setting, Settings } from "./rule";

/** The parameter of rules that spare stacks which are made to be thrown away. */
export const disposableStacks: Setting = {
  type: "string",
  default: "^(local|sandbox)([.-]|$)",
  description: "Stacks whose name matches this regular expression are thrown away after use, and are spared.",
};

/** The parameter of rules that ask more of production. */
export const productionStacks: Setting = {
  type: "string",
  default: "^prod(uction)?([.-]|$)",
  description: "Stacks whose name matches this regular expression are production; the rule judges only these.",
};

/** Whether a resource's stack matches the regular expression that a parameter holds. */
export function isIn(resource: Resource, settings: Settings, parameter: string): boolean {
  return settings.pattern(parameter).test(stackOf(resource));
}
