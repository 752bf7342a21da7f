import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { arnOf, bucketArnOf } from "../kit/arn";
import { allowing, allowKeyByAlias, trustCompute } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { TrainingArgs } from "./contract";
import { allowReady } from "./warm-pool";

export interface Identity {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
  readonly profile: aws.iam.InstanceProfile;
}

/** What a worker may do, as an instance profile. */
export function createIdentity(name: string, args: TrainingArgs, parent: pulumi.Resource): Identity {
  const { scope, buckets, tables } = args;
  const table = (part: string): string => arnOf(scope, "dynamodb", `table/${part}`);
  const role = new aws.iam.Role(
    name,
    { name: nameOf(scope, "training", "role"), assumeRolePolicy: trustCompute("ec2.amazonaws.com") },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    name,
    {
      role: role.name,
      policy: allowing(
        {
          sid: "ListInputs",
          actions: ["s3:ListBucket"],
          resources: [bucketArnOf(scope, buckets.gold), bucketArnOf(scope, buckets.artifacts)],
        },
        {
          sid: "ReadInputs",
          actions: ["s3:GetObject"],
          resources: [bucketArnOf(scope, buckets.gold, "*"), bucketArnOf(scope, buckets.artifacts, "training/*")],
        },
        {
          sid: "WriteModels",
          actions: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
          resources: [
            bucketArnOf(scope, buckets.artifacts, "models/*"),
            bucketArnOf(scope, buckets.artifacts, "checkpoints/*"),
          ],
        },
        { sid: "UseDataKey", actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [args.keyArn] },
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
          sid: "TakeShards",
          actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
          resources: [args.queue.arn],
        },
        {
          sid: "AnswerWorkflow",
          actions: ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"],
          // The second form is a distributed map's: its shards run under the machine's name.
          resources: ["", "/*"].map((part) =>
            arnOf(scope, "states", `stateMachine:${nameOf(scope, "daily", "stateMachine")}${part}`),
          ),
        },
        {
          sid: "WriteRecommendations",
          actions: ["dynamodb:BatchWriteItem", "dynamodb:PutItem"],
          resources: [table(tables.recommendations)],
        },
        {
          sid: "KeepRecords",
          actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
          resources: [table(tables.models), table(tables.shards)],
        },
        ...(args.warmPool === undefined ? [] : [allowReady(scope)]),
      ),
    },
    { parent },
  );
  const profile = new aws.iam.InstanceProfile(
    name,
    { name: nameOf(scope, "training", "role"), role: role.name },
    { parent },
  );
  return { role, policy, profile };
}
