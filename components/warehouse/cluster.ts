import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { dataTags, keepData } from "../kit/scope";
import { createLogGroup } from "../parts/log-group";
import {
  ADMIN,
  DATABASE,
  LOG_EXPORTS,
  PORT,
  type Made,
  type ProvisionedWarehouse,
  type WarehouseArgs,
  type WarehouseParts,
} from "./contract";
import { wlmConfiguration } from "./workload-queues";

/** A provisioned cluster with its parameters, subnets, snapshots and audit logs. */
export function createCluster(
  name: string,
  args: WarehouseArgs,
  deployment: ProvisionedWarehouse,
  parts: WarehouseParts,
  parent: pulumi.Resource,
): Made {
  const { scope } = args;
  const identifier = nameOf(scope, "warehouse", "redshift");
  const parameters = new aws.redshift.ParameterGroup(
    name,
    {
      name: identifier,
      family: "redshift-2.0",
      description: "TLS only, every statement logged",
      parameters: [
        { name: "require_ssl", value: "true" },
        { name: "enable_user_activity_logging", value: "true" },
        { name: "auto_analyze", value: "true" },
        { name: "statement_timeout", value: String(STATEMENT_TIMEOUT_MILLISECONDS) },
        ...(deployment.queues === undefined
          ? []
          : [{ name: "wlm_json_configuration", value: wlmConfiguration(deployment.queues) }]),
      ],
    },
    { parent },
  );
  const subnets = new aws.redshift.SubnetGroup(
    name,
    { name: identifier, description: "Private subnets of the warehouse", subnetIds: args.subnetIds },
    { parent },
  );
  const cluster = new aws.redshift.Cluster(
    name,
    {
      clusterIdentifier: identifier,
      databaseName: DATABASE,
      nodeType: deployment.nodeType,
      clusterType: deployment.nodes > 1 ? "multi-node" : "single-node",
      numberOfNodes: deployment.nodes,
      port: PORT,
      masterUsername: ADMIN,
      manageMasterPassword: true,
      masterPasswordSecretKmsKeyId: args.key.arn,
      encrypted: "true",
      kmsKeyId: args.key.arn,
      publiclyAccessible: false,
      enhancedVpcRouting: true,
      // A lost zone: the cluster is made again in another one, with its data, from managed storage.
      availabilityZoneRelocationEnabled: true,
      clusterSubnetGroupName: subnets.name,
      clusterParameterGroupName: parameters.name,
      vpcSecurityGroupIds: [parts.securityGroup.id],
      iamRoles: [parts.role.arn],
      defaultIamRoleArn: parts.role.arn,
      automatedSnapshotRetentionPeriod: deployment.snapshotRetentionDays ?? 7,
      preferredMaintenanceWindow: "sun:04:00-sun:05:00",
      allowVersionUpgrade: true,
      applyImmediately: false,
      ...(scope.data === "disposable"
        ? { skipFinalSnapshot: true }
        : { skipFinalSnapshot: false, finalSnapshotIdentifier: `${identifier}-final` }),
      tags: dataTags("behaviour"),
    },
    { parent, dependsOn: [parts.policy], ...keepData(scope) },
  );
  createAuditLogs(name, args, cluster, identifier, parent);
  createSnapshots(name, args, deployment, cluster, parent);
  return {
    warehouseName: cluster.clusterIdentifier,
    names: { mode: "provisioned", clusterIdentifier: cluster.clusterIdentifier, databaseName: DATABASE },
    adminSecretArn: cluster.masterPasswordSecretArn,
  };
}

/** An hour: longer statements are runaway queries; loads are split by day. */
const STATEMENT_TIMEOUT_MILLISECONDS = 3_600_000;

function createAuditLogs(
  name: string,
  args: WarehouseArgs,
  cluster: aws.redshift.Cluster,
  identifier: string,
  parent: pulumi.Resource,
): void {
  const groups = LOG_EXPORTS.map(
    (log) =>
      createLogGroup(
        `${name}-${log}`,
        {
          scope: args.scope,
          // Redshift writes to these names and no others; made here so that retention and key are ours.
          name: `/aws/redshift/cluster/${identifier}/${log}`,
          key: args.key,
          // Who logged in, and what was asked.
          use: "audit",
        },
        parent,
      ).group,
  );
  new aws.redshift.Logging(
    name,
    { clusterIdentifier: cluster.clusterIdentifier, logDestinationType: "cloudwatch", logExports: LOG_EXPORTS },
    { parent, dependsOn: groups },
  );
}

function createSnapshots(
  name: string,
  { scope }: WarehouseArgs,
  deployment: ProvisionedWarehouse,
  cluster: aws.redshift.Cluster,
  parent: pulumi.Resource,
): void {
  const schedule = new aws.redshift.SnapshotSchedule(
    name,
    {
      identifier: nameOf(scope, "warehouse", "redshift"),
      description: `A snapshot every ${deployment.snapshotEveryHours} hours`,
      definitions: [`rate(${deployment.snapshotEveryHours} hours)`],
      forceDestroy: scope.data === "disposable",
    },
    { parent },
  );
  new aws.redshift.SnapshotScheduleAssociation(
    name,
    { clusterIdentifier: cluster.clusterIdentifier, scheduleIdentifier: schedule.identifier },
    { parent },
  );
}
