import type { Resource } from "../../policies/kit/resource";
import type { Operator } from "./operators";

/** How bad fleets are made for one rule, from the resources of real ones. */
export interface Mutations {
  /** By type: operators each of which must break the rule. */
  readonly breaks: Readonly<Record<string, readonly Operator[]>>;
  /** By type: operators that look alike, after which the rule must hold. */
  readonly passes?: Readonly<Record<string, readonly Operator[]>>;
  /** Types of which the loss of one resource must break the rule. */
  readonly needs?: readonly string[];
  /** Stacks, as a regular expression, in which the rule judges. @default all */
  readonly in?: RegExp;
  /** Resources that no stack of ours has, added to a real one; each set must break the rule, or must not. */
  readonly added?: { readonly bad: Readonly<Record<string, Made>>; readonly good: Readonly<Record<string, Made>> };
}

/** Resources for a stack of that name. */
export type Made = (stack: string) => readonly Resource[];
