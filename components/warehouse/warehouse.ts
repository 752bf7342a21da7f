import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf, bucketArnOf, dnsSuffixOf } from "../kit/arn";
import { allowing, trustService } from "../kit/iam";
import { nameOf } from "../kit/names";
import { problem, refuse, type Problem } from "../kit/refuse";
import { wantDistinct, wantInteger, wantMatch } from "../kit/want";
import { createCluster } from "./cluster";
import {
  DATABASE,
  PORT,
  type ProvisionedWarehouse,
  type ServerlessWarehouse,
  type WarehouseArgs,
  type WarehouseDeployment,
} from "./contract";
import { createWorkgroup } from "./serverless";
import type { WarehouseRef } from "./users";
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
/** docs.aws.amazon.com/redshift/latest/mgmt/serverless-capacity.html */
const RPU = { min: 8, max: 512, step: 8 } as const;

/** Problems of the arguments, all of them. */
export function checkWarehouse(args: WarehouseArgs): Problem[] {
  const { deployment } = args;
  return [
    ...wantMatch(
      "databaseName",
      args.databaseName ?? DATABASE,
      /^[a-z][a-z0-9_]{0,63}$/,
      "at most 64 lower-case letters, digits and _",
    ),
    ...wantDistinct("buckets", Object.values(args.buckets), "buckets", 2),
    ...(deployment.mode === "provisioned" ? checkProvisioned(deployment) : checkServerless(deployment)),
  ];
}

function checkProvisioned(deployment: ProvisionedWarehouse): Problem[] {
  const limits = NODES[deployment.nodeType];
  return [
    ...(limits === undefined
      ? [problem("deployment.nodeType", `one of ${Object.keys(NODES).join(", ")}`, deployment.nodeType)]
      : wantInteger("deployment.nodes", deployment.nodes, `nodes of ${deployment.nodeType}`, limits)),
    ...wantInteger("deployment.snapshotEveryHours", deployment.snapshotEveryHours, "hours", { min: 1, max: 24 }),
    ...wantInteger("deployment.snapshotRetentionDays", deployment.snapshotRetentionDays ?? 7, "days", {
      min: 1,
      max: 35,
    }),
    ...checkQueues(deployment.queues ?? []),
  ];
}

function checkServerless(deployment: ServerlessWarehouse): Problem[] {
  const { baseCapacityRpu: base, maxCapacityRpu: max = base * 4 } = deployment;
  return [
    ...wantInteger("deployment.baseCapacityRpu", base, "RPU", RPU),
    ...(base % RPU.step === 0 ? [] : [problem("deployment.baseCapacityRpu", `a multiple of ${RPU.step}`, base)]),
    ...wantInteger("deployment.maxCapacityRpu", max, "RPU", { min: base }),
    ...(max % RPU.step === 0 ? [] : [problem("deployment.maxCapacityRpu", `a multiple of ${RPU.step}`, max)]),
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
  readonly databaseName: string;
  /** Role for COPY and external schemas. */
  readonly roleArn: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  /** Secret with the administrator's credentials. */
  readonly adminSecretArn: pulumi.Output<string>;
  /** Where statements go. */
  readonly ref: WarehouseRef;

  constructor(name: string, args: WarehouseArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Warehouse ${name}`, checkWarehouse(args));
    super("meridian:warehouse:Warehouse", name, {}, opts);

    const { deployment } = args;
    const identity = this.createRole(name, args);
    const securityGroup = this.createSecurityGroup(name, args);
    const parts = { ...identity, securityGroup, databaseName: args.databaseName ?? DATABASE };
    const made =
      deployment.mode === "provisioned"
        ? createCluster(name, args, deployment, parts, this)
        : createWorkgroup(name, args, deployment, parts, this);

    this.mode = deployment.mode;
    this.databaseName = parts.databaseName;
    this.warehouseName = made.warehouseName;
    this.adminSecretArn = made.adminSecretArn;
    this.ref = {
      mode: deployment.mode,
      name: made.warehouseName,
      databaseName: parts.databaseName,
      ...(made.workgroupArn === undefined ? {} : { workgroupArn: made.workgroupArn }),
    };
    this.roleArn = identity.role.arn;
    this.securityGroupId = securityGroup.id;
    this.registerOutputs({
      warehouseName: this.warehouseName,
      mode: this.mode,
      databaseName: this.databaseName,
      roleArn: this.roleArn,
      securityGroupId: this.securityGroupId,
      adminSecretArn: this.adminSecretArn,
    });
  }

  private createRole(name: string, args: WarehouseArgs): { role: aws.iam.Role; policy: aws.iam.RolePolicy } {
    const { scope } = args;
    const buckets = Object.values(args.buckets);
    const database = nameOf(scope, "lake", "glueDatabase");
    const role = new aws.iam.Role(
      name,
      { name: nameOf(scope, "warehouse", "role"), assumeRolePolicy: trustService(scope, "redshift.amazonaws.com") },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: allowing(
          {
            sid: "ListLake",
            actions: ["s3:ListBucket", "s3:GetBucketLocation"],
            resources: buckets.map((bucket) => bucketArnOf(scope, bucket)),
          },
          {
            sid: "ReadLake",
            actions: ["s3:GetObject"],
            resources: buckets.map((bucket) => bucketArnOf(scope, bucket, "*")),
          },
          { sid: "UseDataKey", actions: ["kms:Decrypt"], resources: [args.keyArn] },
          {
            sid: "ReadCatalog",
            actions: ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions"],
            resources: ["catalog", `database/${database}`, `table/${database}/*`].map((resource) =>
              arnOf(scope, "glue", resource),
            ),
          },
          ...(args.catalogueKeyArn === undefined
            ? []
            : [
                {
                  sid: "DecryptCatalog",
                  actions: ["kms:Decrypt"],
                  resources: [args.catalogueKeyArn],
                  conditions: { StringEquals: { "kms:ViaService": `glue.${scope.region}.${dnsSuffixOf(scope)}` } },
                },
              ]),
        ),
      },
      { parent: this },
    );
    return { role, policy };
  }

  private createSecurityGroup(name: string, args: WarehouseArgs): aws.ec2.SecurityGroup {
    const group = new aws.ec2.SecurityGroup(
      name,
      {
        name: nameOf(args.scope, "warehouse", "securityGroup"),
        description: "Redshift: named clients in, AWS APIs out",
        vpcId: args.vpcId,
      },
      { parent: this },
    );
    for (const [client, groupId] of Object.entries(args.clients ?? {})) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-from-${client}`,
        {
          securityGroupId: group.id,
          referencedSecurityGroupId: groupId,
          ipProtocol: "tcp",
          fromPort: PORT,
          toPort: PORT,
          description: `${client} to the warehouse`,
        },
        { parent: this },
      );
    }
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-https`,
      {
        securityGroupId: group.id,
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        description: "Enhanced routing sends COPY through the VPC: the gateway endpoint of S3 has public addresses",
      },
      { parent: this },
    );
    return group;
  }
}
