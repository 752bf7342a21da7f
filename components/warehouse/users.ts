import * as pulumi from "@pulumi/pulumi";
import { trustAccount } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { Scope } from "../kit/scope";
import type { WarehouseRef } from "../parts/refs/warehouse";
import { createRole } from "../parts/role";
import type { WarehouseRole } from "./statements";

/** Roles that people take; the loader's is a machine's. */
export const PEOPLE = ["analyst", "auditor"] as const satisfies readonly WarehouseRole[];

/** Tag of the people who may take such a role; its value is the role's name. */
export const WAREHOUSE_TAG = "meridian:warehouse";

export interface WarehouseUsersArgs {
  readonly scope: Scope;
  readonly warehouse: WarehouseRef;
}

/** Name of the IAM role that logs in as a database role. */
export function iamRoleName(scope: Scope, role: WarehouseRole): string {
  return nameOf(scope, iamRolePart(role), "role");
}

/** Part of that name. */
export function iamRolePart(role: WarehouseRole): string {
  return `warehouse-${role}`;
}

/**
 * The warehouse's users by role. Nobody has a password: who takes the IAM role gets credentials for a quarter of an hour as the
 * database's user of that role, which may do what sql/grants.sql says. The administrator's secret is not among their rights.
 */
export class WarehouseUsers extends pulumi.ComponentResource {
  /** ARN of the IAM role, by database role. */
  readonly roleArns: Readonly<Record<(typeof PEOPLE)[number], pulumi.Output<string>>>;

  constructor(name: string, args: WarehouseUsersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meridian:warehouse:WarehouseUsers", name, {}, opts);
    this.roleArns = {
      analyst: this.createRole(name, args, "analyst"),
      auditor: this.createRole(name, args, "auditor"),
    };
    this.registerOutputs({ roleArns: this.roleArns });
  }

  private createRole(
    name: string,
    { scope, warehouse }: WarehouseUsersArgs,
    role: (typeof PEOPLE)[number],
  ): pulumi.Output<string> {
    const { role: made } = createRole(
      `${name}-${role}`,
      {
        scope,
        part: iamRolePart(role),
        description: `Logs in to the warehouse as ${role}`,
        // People of this account who may assume roles and carry the tag with the role's name.
        trust: trustAccount(scope, { [WAREHOUSE_TAG]: role }),
        maxSessionDuration: SESSION_SECONDS,
        grants: [warehouse.allowQuery()],
      },
      this,
    );
    return made.arn;
  }
}

/** An hour, AWS's least. */
const SESSION_SECONDS = 3600;
