import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../kit/arn";
import type { Allow } from "../kit/iam";
import type { Scope } from "../kit/scope";
import { allowPassRole } from "../parts/refs/role";
import { ETL_TAG } from "./contract";

// What running the job takes, by what it runs on: the grants of the three engines.

/** Steps on the cluster that waits. */
export function allowSteps(scope: Scope, clusterId: pulumi.Input<string>): readonly Allow[] {
  return [
    {
      sid: "RunEtl",
      actions: ["elasticmapreduce:AddJobFlowSteps", "elasticmapreduce:CancelSteps", "elasticmapreduce:DescribeStep"],
      resources: [pulumi.interpolate`${arnOf(scope, "elasticmapreduce", "cluster/")}${clusterId}`],
    },
    allowManagedRules(scope, "StepFunctionsGetEventForEMRAddJobFlowStepsRule"),
  ];
}

/** Jobs of an application: docs.aws.amazon.com/step-functions/latest/dg/emr-serverless-iam.html */
export function allowJobs(
  scope: Scope,
  {
    applicationArn,
    roleArn,
  }: { readonly applicationArn: pulumi.Input<string>; readonly roleArn: pulumi.Input<string> },
): readonly Allow[] {
  return [
    { sid: "RunEtl", actions: ["emr-serverless:StartJobRun"], resources: [applicationArn] },
    {
      sid: "FollowEtl",
      actions: ["emr-serverless:CancelJobRun", "emr-serverless:GetJobRun"],
      resources: [pulumi.interpolate`${applicationArn}/jobruns/*`],
    },
    allowPassRole(roleArn, "emr-serverless.amazonaws.com"),
    allowManagedRules(scope, "StepFunctionsGetEventsForEMRServerlessJobRule"),
  ];
}

/**
 * To make clusters that carry the platform's tag, and to do anything at all only with those.
 * docs.aws.amazon.com/step-functions/latest/dg/emr-iam.html; RunJobFlow has no resource to name
 * (docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticmapreduce.html)
 */
export function allowOwnCluster(
  scope: Scope,
  parts: {
    readonly name: string;
    readonly serviceRoleArn: pulumi.Input<string>;
    readonly nodeRoleArn: pulumi.Input<string>;
  },
): readonly Allow[] {
  const clusters = arnOf(scope, "elasticmapreduce", "cluster/*");
  const tagged = (key: "RequestTag" | "ResourceTag"): NonNullable<Allow["conditions"]> => ({
    StringEquals: { [`elasticmapreduce:${key}/${ETL_TAG}`]: parts.name },
  });
  return [
    {
      sid: "MakeCluster",
      actions: ["elasticmapreduce:RunJobFlow"],
      resources: ["*"],
      conditions: tagged("RequestTag"),
    },
    {
      // RunJobFlow with tags is a tagging call, too.
      sid: "TagCluster",
      actions: ["elasticmapreduce:AddTags"],
      resources: [clusters],
      conditions: tagged("RequestTag"),
    },
    {
      sid: "UseCluster",
      actions: [
        "elasticmapreduce:AddJobFlowSteps",
        "elasticmapreduce:CancelSteps",
        "elasticmapreduce:DescribeCluster",
        "elasticmapreduce:DescribeStep",
        "elasticmapreduce:TerminateJobFlows",
      ],
      resources: [clusters],
      conditions: tagged("ResourceTag"),
    },
    allowPassRole(parts.serviceRoleArn, "elasticmapreduce.amazonaws.com"),
    allowPassRole(parts.nodeRoleArn, "ec2.amazonaws.com"),
    allowManagedRules(
      scope,
      "StepFunctionsGetEventForEMRAddJobFlowStepsRule",
      "StepFunctionsGetEventForEMRRunJobFlowRule",
    ),
  ];
}

/**
 * What a `.sync` task needs to learn of the end: Step Functions manages EventBridge rules under fixed names.
 * docs.aws.amazon.com/step-functions/latest/dg/emr-iam.html
 */
function allowManagedRules(scope: Scope, ...rules: readonly string[]): Allow {
  return {
    sid: "HearOfJobs",
    actions: ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
    resources: rules.map((rule) => arnOf(scope, "events", `rule/${rule}`)),
  };
}
