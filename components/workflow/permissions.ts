import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../kit/arn";
import type { Allow } from "../kit/iam";
import type { Scope } from "../kit/scope";
import type { EtlRunner } from "../etl/contract";

/** No resource-level permissions: docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html and ...concepts-xray-tracing.html */
export const OBSERVE: readonly Allow[] = [
  {
    sid: "DeliverLogs",
    actions: [
      "logs:CreateLogDelivery",
      "logs:GetLogDelivery",
      "logs:UpdateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:DescribeResourcePolicies",
      "logs:DescribeLogGroups",
    ],
    resources: ["*"],
  },
  {
    sid: "Trace",
    actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"],
    resources: ["*"],
  },
];

/** What the daily run needs to have the ETL run, on what it runs. */
export function runEtl(
  scope: Scope,
  etl:
    | { readonly clusterId: pulumi.Input<string> }
    | { readonly machineArn: pulumi.Input<string>; readonly machineName: string }
    | Extract<EtlRunner, { readonly kind: "serverless" }>,
): Allow[] {
  if ("machineArn" in etl) {
    // docs.aws.amazon.com/step-functions/latest/dg/stepfunctions-iam.html
    return [
      { sid: "RunEtl", actions: ["states:StartExecution"], resources: [etl.machineArn] },
      {
        sid: "FollowEtl",
        actions: ["states:DescribeExecution", "states:StopExecution"],
        resources: [arnOf(scope, "states", `execution:${etl.machineName}:*`)],
      },
      {
        sid: "HearOfRuns",
        actions: ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
        resources: [arnOf(scope, "events", "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule")],
      },
    ];
  }
  if ("clusterId" in etl) {
    return [
      {
        sid: "RunEtl",
        actions: ["elasticmapreduce:AddJobFlowSteps", "elasticmapreduce:DescribeStep", "elasticmapreduce:CancelSteps"],
        resources: [pulumi.interpolate`${arnOf(scope, "elasticmapreduce", "cluster/")}${etl.clusterId}`],
      },
    ];
  }
  // docs.aws.amazon.com/step-functions/latest/dg/emr-serverless-iam.html
  return [
    { sid: "RunEtl", actions: ["emr-serverless:StartJobRun"], resources: [etl.applicationArn] },
    {
      sid: "FollowEtl",
      actions: ["emr-serverless:GetJobRun", "emr-serverless:CancelJobRun"],
      resources: [pulumi.interpolate`${etl.applicationArn}/jobruns/*`],
    },
    {
      sid: "PassJobRole",
      actions: ["iam:PassRole"],
      resources: [etl.roleArn],
      conditions: { StringEquals: { "iam:PassedToService": "emr-serverless.amazonaws.com" } },
    },
    {
      sid: "HearOfJobs",
      actions: ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
      resources: [arnOf(scope, "events", "rule/StepFunctionsGetEventsForEMRServerlessJobRule")],
    },
  ];
}

/** What a cluster of a run's own is made of. */
export type OwnCluster = Extract<EtlRunner, { readonly kind: "transient" }>;

/**
 * To make clusters that carry the platform's tag, and to do anything at all only with those.
 * docs.aws.amazon.com/step-functions/latest/dg/emr-iam.html; RunJobFlow has no resource to name
 * (docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticmapreduce.html)
 */
export function ownClusterPermissions(scope: Scope, { name, passRoleArns }: OwnCluster): Allow[] {
  const [service, node] = passRoleArns;
  return [
    {
      sid: "MakeCluster",
      actions: ["elasticmapreduce:RunJobFlow"],
      resources: ["*"],
      conditions: { StringEquals: { [`elasticmapreduce:RequestTag/${ETL_CLUSTER_TAG}`]: name } },
    },
    {
      // RunJobFlow with tags is a tagging call, too.
      sid: "TagCluster",
      actions: ["elasticmapreduce:AddTags"],
      resources: [arnOf(scope, "elasticmapreduce", "cluster/*")],
      conditions: { StringEquals: { [`elasticmapreduce:RequestTag/${ETL_CLUSTER_TAG}`]: name } },
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
      resources: [arnOf(scope, "elasticmapreduce", "cluster/*")],
      conditions: { StringEquals: { [`elasticmapreduce:ResourceTag/${ETL_CLUSTER_TAG}`]: name } },
    },
    ...[
      { sid: "PassServiceRole", role: service, to: "elasticmapreduce.amazonaws.com" },
      { sid: "PassNodeRole", role: node, to: "ec2.amazonaws.com" },
    ].flatMap(({ sid, role, to }): Allow[] =>
      role === undefined
        ? []
        : [
            {
              sid,
              actions: ["iam:PassRole"],
              resources: [role],
              conditions: { StringEquals: { "iam:PassedToService": to } },
            },
          ],
    ),
  ];
}

/** The ETL room's tag of such clusters. */
const ETL_CLUSTER_TAG = "meridian:etl";
