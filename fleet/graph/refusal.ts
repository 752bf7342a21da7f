import * as pulumi from "@pulumi/pulumi";

/** One property that a component refuses: where in the fleet, and why. */
export interface RefusedProperty {
  /** e.g. `prod.eu-west-1: Warehouse warehouse: nodes`. */
  readonly path: string;
  /** `want ..., got ...`. */
  readonly reason: string;
}

/** A fleet that cannot be built, since components refuse what the topology asks of them. */
export class FleetRefused extends Error {
  constructor(
    environment: string,
    readonly problems: readonly RefusedProperty[],
  ) {
    const lines = problems.map(({ path, reason }) => `\n  ${path}: ${reason}`);
    super(`${environment} cannot be built; refused properties: ${problems.length}${lines.join("")}`);
    this.name = "FleetRefused";
  }
}

/**
 * What components refuse (components/kit/refuse.ts), as the failure of a stack's program contains it; empty when the
 * program failed for another reason. Errors that come with a refusal are left out: they follow from it.
 */
export function refusedIn(stack: string, failure: unknown): readonly RefusedProperty[] {
  const errors: readonly unknown[] = failure instanceof AggregateError ? failure.errors : [failure];
  return errors
    .filter((error) => pulumi.InputPropertiesError.isInstance(error))
    .flatMap(({ message, errors: refused = [] }) => {
      const component = /^(.*) cannot be built:/.exec(message)?.[1];
      const place = component === undefined ? stack : `${stack}: ${component}`;
      return refused.map(({ propertyPath, reason }) => ({ path: `${place}: ${propertyPath}`, reason }));
    });
}
