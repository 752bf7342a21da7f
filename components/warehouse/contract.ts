import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Scope } from "../kit/scope";
import type { BucketRef } from "../parts/refs/bucket";
import type { CatalogueRef } from "../parts/refs/catalogue";
import type { KeyRef } from "../parts/refs/key";
import type { WarehouseNames } from "../parts/refs/warehouse";
import type { WorkloadQueue } from "./workload-queues";

/** Nodes of one size that run all the time. */
export interface ProvisionedWarehouse {
  readonly mode: "provisioned";
  /** RA3 type, whose storage is apart from its compute, e.g. `ra3.xlplus`. */
  readonly nodeType: string;
  readonly nodes: number;
  /** Hours between automated snapshots, 1 to 24. */
  readonly snapshotEveryHours: number;
  /** Days for which automated snapshots are kept, 1 to 35. @default 7 */
  readonly snapshotRetentionDays?: number;
  /** Whose statements go first, in order of their match. @default one queue for all, which Redshift manages */
  readonly queues?: readonly WorkloadQueue[];
}

/** Capacity that comes and goes with the queries; recovery points every 30 minutes are made by the service. */
export interface ServerlessWarehouse {
  readonly mode: "serverless";
  /** Redshift processing units kept ready for a query, 8 to 512 in steps of 8. */
  readonly baseCapacityRpu: number;
  /** @default four times the base */
  readonly maxCapacityRpu?: number;
  /** RPU hours a day after which queries are refused. @default 24 x base / 4 */
  readonly dailyLimitRpuHours?: number;
}

export type WarehouseDeployment = ProvisionedWarehouse | ServerlessWarehouse;

/** Arguments of {@link Warehouse}. */
export interface WarehouseArgs {
  readonly scope: Scope;
  readonly deployment: WarehouseDeployment;
  readonly vpcId: pulumi.Input<string>;
  /** Isolated or private subnets; three zones for serverless. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Of data, secret and audit logs. */
  readonly key: KeyRef;
  /** Read by COPY and Spectrum. */
  readonly buckets: { readonly silver: BucketRef; readonly gold: BucketRef };
  /** Read by Spectrum. */
  readonly catalogue: CatalogueRef;
}

export const DATABASE = "meridian";
/** Administrator; its password is made and kept by Redshift in Secrets Manager. */
export const ADMIN = "meridian_admin";
/** docs.aws.amazon.com/redshift/latest/mgmt/managing-clusters-vpc.html */
export const PORT = 5439;

/** What both deployments are given. */
export interface WarehouseParts {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
  readonly securityGroup: aws.ec2.SecurityGroup;
}

/** What the component publishes of either deployment. */
export interface Made {
  readonly warehouseName: pulumi.Output<string>;
  readonly names: WarehouseNames;
  readonly adminSecretArn: pulumi.Output<string>;
}

/** Audit logs of both deployments, to CloudWatch: docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html */
export const LOG_EXPORTS = ["connectionlog", "userlog", "useractivitylog"];
