import * as pulumi from "@pulumi/pulumi";
import { FindingsError } from "../../contracts/finding";
import type { Finding } from "../../contracts/finding";

/** A fleet that cannot be built, since components refuse what the topology asks of them. */
export class FleetRefused extends FindingsError {
  /** @param findings `where` is stack and component, e.g. `prod.eu-west-1: Warehouse warehouse` */
  constructor(environment: string, findings: readonly Finding[]) {
    super(`${environment} cannot be built; refused properties: ${findings.length}`, findings);
  }
}

/**
 * What components refuse (components/kit/refuse.ts), as the failure of a stack's program contains it; empty when the
 * program failed for another reason. Errors that come with a refusal are left out: they follow from it.
 */
export function refusedIn(stack: string, failure: unknown): readonly Finding[] {
  const errors: readonly unknown[] = failure instanceof AggregateError ? failure.errors : [failure];
  return errors
    .filter((error) => pulumi.InputPropertiesError.isInstance(error))
    .flatMap(({ message, errors: refused = [] }) => {
      const component = /^(.*) cannot be built:/.exec(message)?.[1];
      const where = component === undefined ? stack : `${stack}: ${component}`;
      return refused.map(({ propertyPath, reason }) => ({ where, path: propertyPath, ...wantAndGot(reason) }));
    });
}

/** Pulumi carries `want ..., got ...` as one text. */
function wantAndGot(reason: string): Pick<Finding, "want" | "got"> {
  const [, want = reason, got = ""] = /^want (.*), got (.*)$/s.exec(reason) ?? [];
  return { want, got };
}
