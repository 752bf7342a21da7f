import { redshiftRpuFor } from "../../aws/facts";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { dataTags, keepData } from "../kit/scope";
import {
  ADMIN,
  DATABASE,
  LOG_EXPORTS,
  PORT,
  type Made,
  type ServerlessWarehouse,
  type WarehouseArgs,
  type WarehouseParts,
} from "./contract";

/** A serverless namespace (data) and workgroup (compute) with a daily limit. */
export function createWorkgroup(
  name: string,
  args: WarehouseArgs,
  deployment: ServerlessWarehouse,
  parts: WarehouseParts,
  parent: pulumi.Resource,
): Made {
  const { scope } = args;
  const base = deployment.baseCapacityRpu;
  const namespace = new aws.redshiftserverless.Namespace(
    name,
    {
      namespaceName: nameOf(scope, "warehouse", "redshift"),
      dbName: DATABASE,
      adminUsername: ADMIN,
      manageAdminPassword: true,
      adminPasswordSecretKmsKeyId: args.key.arn,
      kmsKeyId: args.key.arn,
      iamRoles: [parts.role.arn],
      defaultIamRoleArn: parts.role.arn,
      logExports: LOG_EXPORTS,
      tags: dataTags("behaviour"),
    },
    { parent, dependsOn: [parts.policy], ...keepData(scope) },
  );
  const workgroup = new aws.redshiftserverless.Workgroup(
    name,
    {
      workgroupName: nameOf(scope, "warehouse", "redshift"),
      namespaceName: namespace.namespaceName,
      baseCapacity: base,
      maxCapacity: deployment.maxCapacityRpu ?? redshiftRpuFor(base * 4),
      port: PORT,
      publiclyAccessible: false,
      enhancedVpcRouting: true,
      subnetIds: args.subnetIds,
      securityGroupIds: [parts.securityGroup.id],
      configParameters: [
        { parameterKey: "require_ssl", parameterValue: "true" },
        { parameterKey: "enable_user_activity_logging", parameterValue: "true" },
        { parameterKey: "max_query_execution_time", parameterValue: "3600" },
      ],
    },
    { parent },
  );
  new aws.redshiftserverless.UsageLimit(
    name,
    {
      resourceArn: workgroup.arn,
      usageType: "serverless-compute",
      period: "daily",
      // A quarter of the base's whole day: analysts' days are short, and a loop of queries should end, not cost.
      amount: deployment.dailyLimitRpuHours ?? base * 6,
      breachAction: "deactivate",
    },
    { parent },
  );
  return {
    warehouseName: workgroup.workgroupName,
    names: {
      mode: "serverless",
      workgroupName: workgroup.workgroupName,
      workgroupArn: workgroup.arn,
      databaseName: DATABASE,
    },
    adminSecretArn: namespace.adminPasswordSecretArn,
  };
}
