import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { statementsOf, type Grant } from "../kit/grant";
import { policyOf, type Allow } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { Scope } from "../kit/scope";

export interface BareRoleArgs {
  readonly scope: Scope;
  /** Part of the role's name, e.g. `intake`. */
  readonly part: string;
  /** Who may assume the role: see trustService(), trustPlain(), trustAccount(). */
  readonly trust: string;
  readonly description?: string;
  /** Longest session, seconds. @default 3600, AWS's least */
  readonly maxSessionDuration?: number;
}

export interface RoleArgs extends BareRoleArgs {
  /** What owners of things hand to this role. */
  readonly grants: readonly (Grant | Allow)[];
}

/** A role, and the policy that must exist before the role is of use. */
export interface MadeRole {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
}

/** A role without a policy of ours: AWS's managed policies, or another service's own access control, say what it may do. */
export function createBareRole(name: string, args: BareRoleArgs, parent: pulumi.Resource): aws.iam.Role {
  return new aws.iam.Role(
    name,
    {
      name: nameOf(args.scope, args.part, "role"),
      assumeRolePolicy: args.trust,
      ...(args.description === undefined ? {} : { description: args.description }),
      ...(args.maxSessionDuration === undefined ? {} : { maxSessionDuration: args.maxSessionDuration }),
    },
    { parent },
  );
}

/** A role and one inline policy, both of the given logical name. */
export function createRole(name: string, args: RoleArgs, parent: pulumi.Resource): MadeRole {
  const role = createBareRole(name, args, parent);
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
