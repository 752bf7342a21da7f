import type { FleetGraph } from "../../fleet/graph";
import type { Resource } from "../../policies/kit/resource";
import { resourcesOf } from "./graphs";
import type { Seed } from "./seeds";

/** One stack with one thing changed. */
export interface Mutant {
  readonly id: string;
  /** The rule meant for it. */
  readonly rule: string;
  readonly stack: string;
  readonly operator: string;
  /** Whether the change breaks the rule, or only looks as if it did. */
  readonly breaks: boolean;
  /** Types of the changed resources. */
  readonly types: readonly string[];
  readonly changed: readonly Resource[];
  readonly resources: readonly Resource[];
}

/** Every mutant that the seeds make of a fleet. */
export function* mutantsOf(fleet: FleetGraph, seeds: readonly Seed[]): Generator<Mutant> {
  for (const graph of fleet.stacks) {
    const resources = resourcesOf(graph);
    for (const seed of seeds) {
      if (seed.in !== undefined && !seed.in.test(graph.stack)) continue;
      yield* mutantsOfStack(graph.stack, resources, seed);
    }
  }
}

function* mutantsOfStack(stack: string, resources: readonly Resource[], seed: Seed): Generator<Mutant> {
  const { rule } = seed;
  for (const [index, resource] of resources.entries()) {
    const replaceBy = (...others: readonly Resource[]): readonly Resource[] => [
      ...resources.slice(0, index),
      ...others,
      ...resources.slice(index + 1),
    ];
    for (const breaks of [true, false]) {
      for (const operator of (breaks ? seed.breaks : seed.passes)?.[resource.type] ?? []) {
        const mutated = operator.apply(resource);
        if (mutated === undefined) continue;
        const id = `${rule} ${resource.urn} ${operator.label}`;
        const types = [resource.type];
        yield {
          id,
          rule,
          stack,
          operator: operator.label,
          breaks,
          types,
          changed: [mutated],
          resources: replaceBy(mutated),
        };
      }
    }
    if (seed.needs?.includes(resource.type) === true) {
      const operator = `remove the ${resource.type.split(":").at(-1) ?? ""}`;
      const id = `${rule} ${resource.urn} ${operator}`;
      yield { id, rule, stack, operator, breaks: true, types: [resource.type], changed: [], resources: replaceBy() };
    }
  }
  for (const [breaks, made] of [
    [true, seed.added?.bad],
    [false, seed.added?.good],
  ] as const) {
    for (const [operator, make] of Object.entries(made ?? {})) {
      const changed = make(stack);
      const types = changed.map(({ type }) => type);
      yield {
        id: `${rule} ${stack} ${operator}`,
        rule,
        stack,
        operator,
        breaks,
        types,
        changed,
        resources: [...resources, ...changed],
      };
    }
  }
}
