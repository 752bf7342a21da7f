import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../kit/grant";
import { trustPlain, trustService, type Allow } from "../kit/iam";
import { allowPassRole } from "../parts/refs/role";
import { createInstanceRole, createRole } from "../parts/role";
import type { EtlArgs, EtlJobArgs } from "./contract";

export interface Roles {
  readonly node: aws.iam.Role;
  readonly service: aws.iam.Role;
  readonly profile: aws.iam.InstanceProfile;
  /** Policies that must exist before EMR uses the roles. */
  readonly ready: readonly pulumi.Resource[];
}

/** The service's role and the nodes' role, each with what it needs. */
export function createRoles(name: string, args: EtlArgs, parent: pulumi.Resource): Roles {
  const { scope, key } = args;
  const node = createInstanceRole(
    `${name}-node`,
    {
      scope,
      part: "etl-node",
      trust: trustPlain("ec2.amazonaws.com"),
      // Local disks are encrypted under the same key by the nodes themselves:
      // docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html
      grants: [
        ...grantsOf(args),
        key.allowUse("EncryptDisks", ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]),
      ],
    },
    parent,
  );
  const service = createRole(
    `${name}-service`,
    {
      scope,
      part: "etl-service",
      trust: trustService(scope, "elasticmapreduce.amazonaws.com"),
      // EMR starts instances with volumes under this key by its own role: the managed policy has no KMS action
      // (docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html, "EBS encryption").
      grants: [allowPassRole(node.role.arn, "ec2.amazonaws.com"), ...key.allowVolumes()],
    },
    parent,
  );
  const managed = new aws.iam.RolePolicyAttachment(
    `${name}-service`,
    {
      role: service.role.name,
      policyArn: `arn:${scope.partition}:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2`,
    },
    { parent },
  );
  return {
    node: node.role,
    service: service.role,
    profile: node.profile,
    ready: [node.policy, managed, service.policy],
  };
}

/** Calls of the Spark programs (services/etl) and of EMRFS, which browses each bucket that it opens. */
export function grantsOf({ buckets, goldFolder, profiles, handover }: EtlJobArgs): readonly (Grant | Allow)[] {
  const { bronze, silver, gold, artifacts, logs } = buckets;
  return [
    ...[bronze, silver, gold, artifacts, logs].map((bucket) => bucket.allowBrowse()),
    bronze.allowRead("verified/*"),
    artifacts.allowRead("etl/*"),
    silver.allowRewrite("*"),
    // EMRFS marks a folder by an object beside it.
    gold.allowRewrite(`${goldFolder}*`, goldFolder.replace(/\/$/, "_$folder$")),
    logs.allowWrite("emr/*"),
    profiles.allow("BatchWriteItem"),
    handover.allowTake(),
  ];
}
