import type * as pulumi from "@pulumi/pulumi";
import type { Allow } from "./iam";

/** A port of a thing in the VPC that the grant's user connects to. */
export interface Reach {
  readonly securityGroupId: pulumi.Input<string>;
  readonly port: number;
}

/**
 * What the owner of a thing hands to a user of it: the statements for the user's role, those for the key of the thing
 * included; the port to open where the thing is in the VPC; and the address under which a program finds it.
 *
 * @example
 * const work = queue.allowConsume();
 * const { role } = createRole("worker", { scope, part: "worker", trust, grants: [work] }, this);
 * const settings = environmentOf(workerSettings, {}, { queueUrl: work });
 */
export interface Grant {
  readonly allow: readonly Allow[];
  /** Name, URL or host: what the service's own API calls the thing. */
  readonly address: pulumi.Input<string>;
  /** @default the thing is reached through AWS's APIs only */
  readonly reach?: Reach;
}

/** Statements of grants, in their order. */
export function statementsOf(grants: readonly (Grant | Allow)[]): readonly Allow[] {
  return grants.flatMap((grant) => ("allow" in grant ? grant.allow : [grant]));
}
