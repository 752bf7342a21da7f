import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { statementsOf, type Grant } from "../kit/grant";
import { policyOf, type Allow } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { Scope } from "../kit/scope";

export interface RoleArgs {
  readonly scope: Scope;
  /** Part of the role's name, e.g. `intake`. */
  readonly part: string;
  /** Who may assume the role: see trustService(), trustCompute(), trustAccount(). */
  readonly trust: string;
  /** What owners of things hand to this role; a role without any has no policy of its own. */
  readonly grants: readonly (Grant | Allow)[];
  readonly description?: string;
  /** Longest session, seconds. @default 3600, AWS's least */
  readonly maxSessionDuration?: number;
}

/** A role, its ARN, and what must exist before the role is of use. */
export interface MadeRole {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
}

/** A role and one inline policy, both of the given logical name. */
export function createRole(name: string, args: RoleArgs, parent: pulumi.Resource): MadeRole {
  const role = new aws.iam.Role(
    name,
    {
      name: nameOf(args.scope, args.part, "role"),
      assumeRolePolicy: args.trust,
      ...(args.description === undefined ? {} : { description: args.description }),
      ...(args.maxSessionDuration === undefined ? {} : { maxSessionDuration: args.maxSessionDuration }),
    },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    name,
    { role: role.name, policy: policyOf(statementsOf(args.grants)) },
    { parent },
  );
  return { role, policy };
}

/** A role that EC2 instances have, with its instance profile of the same name. */
export function createInstanceRole(
  name: string,
  args: RoleArgs,
  parent: pulumi.Resource,
): MadeRole & { readonly profile: aws.iam.InstanceProfile } {
  const made = createRole(name, args, parent);
  const profile = new aws.iam.InstanceProfile(
    name,
    { name: nameOf(args.scope, args.part, "role"), role: made.role.name },
    { parent },
  );
  return { ...made, profile };
}
