import { isRedshiftRpu, REDSHIFT_RPU_WANT, redshiftRpuFor } from "../../aws/facts";
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../kit/grant";
import { trustService } from "../kit/iam";
import { finding, refuse, type Finding } from "../kit/refuse";
import { wantInteger } from "../kit/want";
import { checkLogKey } from "../parts/log-group";
import { SecretRef } from "../parts/refs/secret";
import { WarehouseRef } from "../parts/refs/warehouse";
import { createRole } from "../parts/role";
import { createClosedGroup, openHttps } from "../parts/security-group";
import { createCluster } from "./cluster";
import {
  DATABASE,
  type ProvisionedWarehouse,
  type ServerlessWarehouse,
  type WarehouseArgs,
  type WarehouseDeployment,
} from "./contract";
import { createWorkgroup } from "./serverless";
import { checkQueues } from "./workload-queues";

export type { ProvisionedWarehouse, ServerlessWarehouse, WarehouseArgs, WarehouseDeployment } from "./contract";
export type { Priority, WorkloadQueue } from "./workload-queues";

/** docs.aws.amazon.com/redshift/latest/mgmt/working-with-clusters.html */
const NODES: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  "ra3.large": { min: 1, max: 16 },
  "ra3.xlplus": { min: 1, max: 32 },
  "ra3.4xlarge": { min: 2, max: 128 },
  "ra3.16xlarge": { min: 2, max: 128 },
};
/** Findings about the arguments, all of them. */
export function checkWarehouse(args: WarehouseArgs): Finding[] {
  const { deployment } = args;
  return [
    ...checkLogKey("key", args.key),
    ...(deployment.mode === "provisioned" ? checkProvisioned(deployment) : checkServerless(deployment)),
  ];
}

function checkProvisioned(deployment: ProvisionedWarehouse): Finding[] {
  const limits = NODES[deployment.nodeType];
  return [
    ...(limits === undefined
      ? [finding("deployment.nodeType", `one of ${Object.keys(NODES).join(", ")}`, deployment.nodeType)]
      : wantInteger("deployment.nodes", deployment.nodes, `nodes of ${deployment.nodeType}`, limits)),
    ...wantInteger("deployment.snapshotEveryHours", deployment.snapshotEveryHours, "hours", { min: 1, max: 24 }),
    ...wantInteger("deployment.snapshotRetentionDays", deployment.snapshotRetentionDays ?? 7, "days", {
      min: 1,
      max: 35,
    }),
    ...checkQueues(deployment.queues ?? []),
  ];
}

function checkServerless(deployment: ServerlessWarehouse): Finding[] {
  const { baseCapacityRpu: base, maxCapacityRpu: max = redshiftRpuFor(base * 4) } = deployment;
  return [
    ...(isRedshiftRpu(base) ? [] : [finding("deployment.baseCapacityRpu", `${REDSHIFT_RPU_WANT} RPU`, base)]),
    ...(isRedshiftRpu(max) && max >= base
      ? []
      : [finding("deployment.maxCapacityRpu", `at least the base, and ${REDSHIFT_RPU_WANT} RPU`, max)]),
    ...wantInteger("deployment.dailyLimitRpuHours", deployment.dailyLimitRpuHours ?? base * 6, "RPU hours", { min: 1 }),
  ];
}

/**
 * The analysts' warehouse: Redshift, private, encrypted, TLS only, its administrator's password known to nobody, its
 * role able to read the silver and gold buckets and nothing else. Provisioned or serverless behind one contract.
 * @throws InputPropertiesError listing every bad argument.
 */
export class Warehouse extends pulumi.ComponentResource {
  /** Cluster identifier or workgroup name: what the Data API is told. */
  readonly warehouseName: pulumi.Output<string>;
  readonly mode: WarehouseDeployment["mode"];
  /** Role for COPY and external schemas. */
  readonly roleArn: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  /** Secret with the administrator's credentials. */
  readonly adminSecret: SecretRef;
  /** What those need who run statements. */
  readonly ref: WarehouseRef;

  constructor(name: string, args: WarehouseArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Warehouse ${name}`, checkWarehouse(args));
    super("meridian:warehouse:Warehouse", name, {}, opts);

    const { deployment } = args;
    const { scope } = args;
    const identity = createRole(
      name,
      {
        scope,
        part: "warehouse",
        // docs.aws.amazon.com/redshift/latest/mgmt/authorizing-redshift-service.html
        trust:
          deployment.mode === "serverless"
            ? trustService(scope, "redshift.amazonaws.com", "redshift-serverless.amazonaws.com")
            : trustService(scope, "redshift.amazonaws.com"),
        grants: grantsOf(args),
      },
      this,
    );
    const securityGroup = this.createSecurityGroup(name, args);
    const parts = { ...identity, securityGroup };
    const made =
      deployment.mode === "provisioned"
        ? createCluster(name, args, deployment, parts, this)
        : createWorkgroup(name, args, deployment, parts, this);

    this.mode = deployment.mode;
    this.warehouseName = made.warehouseName;
    this.adminSecret = new SecretRef({ arn: made.adminSecretArn, key: args.key });
    this.ref = new WarehouseRef(scope, made.names);
    this.roleArn = identity.role.arn;
    this.securityGroupId = securityGroup.id;
    this.registerOutputs({
      warehouseName: this.warehouseName,
      mode: this.mode,
      databaseName: DATABASE,
      roleArn: this.roleArn,
      securityGroupId: this.securityGroupId,
      adminSecretArn: made.adminSecretArn,
    });
  }

  private createSecurityGroup(name: string, args: WarehouseArgs): aws.ec2.SecurityGroup {
    const group = createClosedGroup(
      name,
      {
        scope: args.scope,
        part: "warehouse",
        // Analysts use the Data API, which needs no network.
        description: "Redshift: named clients in, AWS APIs out",
        vpcId: args.vpcId,
      },
      this,
    );
    openHttps(
      `${name}-https`,
      group,
      "Enhanced routing sends COPY through the VPC: the gateway endpoint of S3 has public addresses",
      this,
    );
    return group;
  }
}

/** Reads of COPY and Spectrum: docs.aws.amazon.com/redshift/latest/dg/c-spectrum-iam-policies.html */
function grantsOf({ buckets: { silver, gold }, catalogue }: WarehouseArgs): readonly Grant[] {
  return [silver.allowBrowse(), gold.allowBrowse(), silver.allowRead("*"), gold.allowRead("*"), catalogue.allowRead()];
}
