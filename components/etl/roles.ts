import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { arnOf, bucketArnOf } from "../kit/arn";
import { allowing, allowKeyByAlias, trustCompute, trustService } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { EtlArgs, EtlJobArgs } from "./contract";

export interface Roles {
  readonly node: aws.iam.Role;
  readonly service: aws.iam.Role;
  readonly profile: aws.iam.InstanceProfile;
  /** Policies that must stand before EMR uses the roles. */
  readonly ready: readonly pulumi.Resource[];
}

/** The service's role and the nodes' role, each with what it needs. */
export function createRoles(name: string, args: EtlArgs, parent: pulumi.Resource): Roles {
  const { scope } = args;
  const node = new aws.iam.Role(
    `${name}-node`,
    { name: nameOf(scope, "etl-node", "role"), assumeRolePolicy: trustCompute("ec2.amazonaws.com") },
    { parent },
  );
  const nodePolicy = new aws.iam.RolePolicy(`${name}-node`, { role: node.name, policy: allowed(args) }, { parent });
  const profile = new aws.iam.InstanceProfile(
    `${name}-node`,
    { name: nameOf(scope, "etl-node", "role"), role: node.name },
    { parent },
  );
  const service = new aws.iam.Role(
    `${name}-service`,
    {
      name: nameOf(scope, "etl-service", "role"),
      assumeRolePolicy: trustService(scope, "elasticmapreduce.amazonaws.com"),
    },
    { parent },
  );
  const managed = new aws.iam.RolePolicyAttachment(
    `${name}-service`,
    {
      role: service.name,
      policyArn: `arn:${scope.partition}:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2`,
    },
    { parent },
  );
  const pass = new aws.iam.RolePolicy(
    `${name}-service`,
    {
      role: service.name,
      policy: allowing({
        sid: "PassNodeRole",
        actions: ["iam:PassRole"],
        resources: [node.arn],
        conditions: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
      }),
    },
    { parent },
  );
  return { node, service, profile, ready: [nodePolicy, managed, pass] };
}

/** What Spark programs may do: read bronze and code, take hand-overs, rewrite silver and gold, write key points. */
export function allowed(args: EtlJobArgs): pulumi.Output<string> {
  const { scope, buckets, goldFolder, profilesTable, keyArn, handover } = args;
  const glue = (resource: string): string => arnOf(scope, "glue", resource);
  const database = nameOf(scope, "lake", "glueDatabase");
  return allowing(
    {
      sid: "ListBuckets",
      actions: ["s3:ListBucket", "s3:GetBucketLocation"],
      resources: Object.values(buckets).map((bucket: string) => bucketArnOf(scope, bucket)),
    },
    {
      sid: "ReadInputs",
      actions: ["s3:GetObject"],
      resources: [bucketArnOf(scope, buckets.bronze, "verified/*"), bucketArnOf(scope, buckets.artifacts, "etl/*")],
    },
    {
      sid: "RewriteTables",
      actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      resources: [
        bucketArnOf(scope, buckets.silver, "*"),
        bucketArnOf(scope, buckets.gold, `${goldFolder}*`),
        // EMRFS marks a folder by an object beside it.
        bucketArnOf(scope, buckets.gold, goldFolder.replace(/\/$/, "_$folder$")),
      ],
    },
    { sid: "WriteLogs", actions: ["s3:PutObject"], resources: [bucketArnOf(scope, buckets.logs, "emr/*")] },
    {
      sid: "UseDataKey",
      actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
      resources: [keyArn],
    },
    {
      sid: "WriteKeyPoints",
      actions: ["dynamodb:DescribeTable", "dynamodb:BatchWriteItem", "dynamodb:UpdateItem"],
      resources: [arnOf(scope, "dynamodb", `table/${profilesTable}`)],
    },
    ...(handover === undefined
      ? []
      : [
          {
            sid: "TakeHandovers",
            actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
            resources: [handover.arn],
          },
          {
            sid: "ReadHandovers",
            actions: ["kms:Decrypt"],
            resources: [handover.keyArn],
            conditions: { StringEquals: { "kms:ViaService": `sqs.${scope.region}.amazonaws.com` } },
          },
        ]),
    ...(args.tablesKeyAlias === undefined
      ? []
      : [
          allowKeyByAlias(args.scope, {
            sid: "UseTablesKey",
            actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
            alias: args.tablesKeyAlias,
            via: "dynamodb",
          }),
        ]),
    {
      sid: "UseCatalog",
      actions: [
        "glue:GetDatabase",
        "glue:GetTable",
        "glue:GetPartition",
        "glue:GetPartitions",
        "glue:BatchCreatePartition",
      ],
      resources: [glue("catalog"), glue(`database/${database}`), glue(`table/${database}/*`)],
    },
  );
}
