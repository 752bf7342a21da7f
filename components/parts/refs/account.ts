import { arnOf } from "../../kit/arn";
import type { Allow } from "../../kit/iam";
import type { Scope } from "../../kit/scope";

// What belongs to the account as a whole: services without a thing that somebody could own.

/** Traces. X-Ray has no resource-level permission for these: Service Authorization Reference, "AWS X-Ray". */
export const TRACE: Allow = {
  sid: "Trace",
  actions: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
  resources: ["*"],
};

/** A state machine also asks how much to trace: docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html */
export const TRACE_MACHINE: Allow = {
  ...TRACE,
  actions: [...TRACE.actions, "xray:GetSamplingRules", "xray:GetSamplingTargets"],
};

/** How a state machine has its log delivered; no resource to name: docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
export const DELIVER_LOGS: Allow = {
  sid: "DeliverLogs",
  actions: [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
  ],
  resources: ["*"],
};

/**
 * Metrics of one namespace (a `*` at its end is a wildcard). No resource to name:
 * docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
 */
export function allowMetrics(namespace: string): Allow {
  return {
    sid: "PutMetrics",
    actions: ["cloudwatch:PutMetricData"],
    resources: ["*"],
    conditions: { [namespace.endsWith("*") ? "StringLike" : "StringEquals"]: { "cloudwatch:namespace": namespace } },
  };
}

/** What a service calls with a role to put its own network interfaces into subnets of ours. */
export function allowInterfaces(
  scope: Scope,
  describe: readonly `ec2:Describe${string}`[],
  others: readonly `ec2:Delete${string}`[] = [],
): readonly Allow[] {
  return [
    {
      sid: "AttachToNetwork",
      actions: [
        "ec2:CreateNetworkInterface",
        "ec2:CreateNetworkInterfacePermission",
        "ec2:DeleteNetworkInterface",
        ...others,
      ],
      resources: ["network-interface/*", "security-group/*", "subnet/*"].map((kind) => arnOf(scope, "ec2", kind)),
    },
    // EC2 has no resource-level permission for these: Service Authorization Reference, "Amazon EC2".
    { sid: "DescribeNetwork", actions: describe, resources: ["*"] },
  ];
}

/** SageMaker makes the log groups of endpoints by itself, under this prefix: docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html */
export function allowEndpointLogs(scope: Scope): Allow {
  return {
    sid: "WriteEndpointLogs",
    actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
    resources: [arnOf(scope, "logs", "log-group:/aws/sagemaker/Endpoints/*")],
  };
}
