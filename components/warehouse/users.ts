import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../kit/arn";
import { allowing, type Allow } from "../kit/iam";
import { nameOf } from "../kit/names";
import { problem, refuse, type Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantMatch } from "../kit/want";
import type { WarehouseDeployment } from "./contract";
import type { WarehouseRole } from "./statements";

/** Roles that people take; the loader's is a machine's. */
export const PEOPLE = ["analyst", "auditor"] as const satisfies readonly WarehouseRole[];

/** Tag of the people who may take such a role; its value is the role's name. */
export const WAREHOUSE_TAG = "meridian:warehouse";

/** Where statements go, as the Data API is told. */
export interface WarehouseRef {
  readonly mode: WarehouseDeployment["mode"];
  /** Cluster identifier, or workgroup. */
  readonly name: pulumi.Input<string>;
  /** ARN of the workgroup, whose last part is an id that AWS gives; unused for a cluster. */
  readonly workgroupArn?: pulumi.Input<string>;
  readonly databaseName: string;
}

export interface WarehouseUsersArgs {
  readonly scope: Scope;
  readonly warehouse: WarehouseRef;
}

/** Name of the IAM role that logs in as a database role. */
export function iamRoleName(scope: Scope, role: WarehouseRole): string {
  return nameOf(scope, `warehouse-${role}`, "role");
}

/** Problems of the arguments, by path. */
export function checkWarehouseUsers({ warehouse }: WarehouseUsersArgs): Problem[] {
  return [
    ...wantMatch(
      "warehouse.databaseName",
      warehouse.databaseName,
      /^[a-z][a-z0-9_]{0,63}$/,
      "at most 64 lower-case letters, digits and _",
    ),
    ...(warehouse.mode === "serverless" && warehouse.workgroupArn === undefined
      ? [problem("warehouse.workgroupArn", "the workgroup's ARN", "nothing")]
      : []),
  ];
}

/**
 * What running SQL on a warehouse needs, for whoever logs in with its own IAM role: the Data API on this warehouse, credentials
 * of this database, and its own statements' results. Sources: docs.aws.amazon.com/redshift/latest/mgmt/data-api-iam.html and
 * .../generating-iam-credentials-role-permissions.html
 */
export function askWarehouse(scope: Scope, { mode, name, workgroupArn, databaseName }: WarehouseRef): Allow[] {
  const cluster = (kind: string, path: string): pulumi.Output<string> =>
    pulumi.interpolate`${arnOf(scope, "redshift", `${kind}:`)}${name}${path}`;
  const place = mode === "serverless" ? (workgroupArn ?? "") : cluster("cluster", "");
  return [
    {
      sid: "RunStatements",
      actions: ["redshift-data:ExecuteStatement", "redshift-data:BatchExecuteStatement"],
      resources: [place],
    },
    mode === "serverless"
      ? { sid: "LogIn", actions: ["redshift-serverless:GetCredentials"], resources: [place] }
      : {
          sid: "LogIn",
          actions: ["redshift:GetClusterCredentialsWithIAM"],
          resources: [cluster("dbname", `/${databaseName}`)],
        },
    {
      // No resource to name: a statement is its caller's own (Service Authorization Reference, "Amazon Redshift Data API").
      sid: "OwnStatements",
      actions: ["redshift-data:DescribeStatement", "redshift-data:GetStatementResult", "redshift-data:CancelStatement"],
      resources: ["*"],
      conditions: { StringEquals: { "redshift-data:statement-owner-iam-userid": "${aws:userid}" } },
    },
  ];
}

/**
 * The warehouse's users by role. Nobody has a password: who takes the IAM role gets credentials for a quarter of an hour as the
 * database's user of that role, which may do what sql/grants.sql says. The administrator's secret is not among their rights.
 */
export class WarehouseUsers extends pulumi.ComponentResource {
  /** ARN of the IAM role, by database role. */
  readonly roleArns: Readonly<Record<(typeof PEOPLE)[number], pulumi.Output<string>>>;

  constructor(name: string, args: WarehouseUsersArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`warehouse users "${name}"`, checkWarehouseUsers(args));
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
    const made = new aws.iam.Role(
      `${name}-${role}`,
      {
        name: iamRoleName(scope, role),
        description: `Logs in to the warehouse as ${role}`,
        assumeRolePolicy: trustTagged(scope, role),
        maxSessionDuration: SESSION_SECONDS,
      },
      { parent: this },
    );
    new aws.iam.RolePolicy(
      `${name}-${role}`,
      { role: made.name, policy: allowing(...askWarehouse(scope, warehouse)) },
      { parent: this },
    );
    return made.arn;
  }
}

/** An hour, AWS's least. */
const SESSION_SECONDS = 3600;

/** People of this account who may assume roles and carry the tag with the role's name. */
function trustTagged({ partition, account }: Scope, role: WarehouseRole): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:${partition}:iam::${account}:root` },
        Action: ["sts:AssumeRole"],
        Condition: { StringEquals: { [`aws:PrincipalTag/${WAREHOUSE_TAG}`]: role } },
      },
    ],
  });
}
