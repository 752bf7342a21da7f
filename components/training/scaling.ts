import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { DEFAULTS, type TrainingArgs } from "./contract";
import { scalingSteps } from "./plan";

/** Adds what is missing: `ceil(open shards / shardsPerInstance) - desired instances`. */
export function scaleWithBacklog(
  name: string,
  args: TrainingArgs,
  group: aws.autoscaling.Group,
  parent: pulumi.Resource,
): void {
  const shardsPerInstance = args.shardsPerInstance ?? DEFAULTS.shardsPerInstance;
  const policy = new aws.autoscaling.Policy(
    `${name}-backlog`,
    {
      name: "backlog",
      autoscalingGroupName: group.name,
      policyType: "StepScaling",
      adjustmentType: "ChangeInCapacity",
      metricAggregationType: "Maximum",
      estimatedInstanceWarmup: 120,
      // Bounds are relative to the alarm's threshold, which is one instance.
      stepAdjustments: scalingSteps(args.maxInstances).map(({ from, to, add }) => ({
        scalingAdjustment: add,
        metricIntervalLowerBound: String(from - 1),
        ...(to === undefined ? {} : { metricIntervalUpperBound: String(to - 1) }),
      })),
    },
    { parent },
  );
  new aws.cloudwatch.MetricAlarm(
    `${name}-backlog`,
    {
      name: nameOf(args.scope, "training-backlog", "alarm"),
      alarmDescription: "Shards wait: adds instances to the training group. No action of yours is needed.",
      metricQueries: [
        ...openShards(args),
        {
          id: "desired",
          metric: {
            namespace: "AWS/AutoScaling",
            metricName: "GroupDesiredCapacity",
            dimensions: { AutoScalingGroupName: group.name },
            period: 60,
            stat: "Maximum",
          },
        },
        {
          id: "missing",
          expression: `CEIL((waiting + working) / ${shardsPerInstance}) - FILL(desired, 0)`,
          label: "instances missing",
          returnData: true,
        },
      ],
      evaluationPeriods: 1,
      threshold: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      treatMissingData: "notBreaching",
      alarmActions: [policy.arn],
    },
    { parent },
  );
}

/** To zero only when nothing waits and nothing is in work, so that no instance is taken from its shard. */
export function scaleToZero(
  name: string,
  args: TrainingArgs,
  group: aws.autoscaling.Group,
  parent: pulumi.Resource,
): void {
  const policy = new aws.autoscaling.Policy(
    `${name}-idle`,
    {
      name: "idle",
      autoscalingGroupName: group.name,
      policyType: "StepScaling",
      adjustmentType: "ExactCapacity",
      stepAdjustments: [{ scalingAdjustment: 0, metricIntervalUpperBound: "0" }],
    },
    { parent },
  );
  new aws.cloudwatch.MetricAlarm(
    `${name}-idle`,
    {
      name: nameOf(args.scope, "training-idle", "alarm"),
      alarmDescription: "No shard waits or is in work: empties the training group. No action of yours is needed.",
      metricQueries: [
        ...openShards(args),
        { id: "open", expression: "waiting + working", label: "open shards", returnData: true },
      ],
      evaluationPeriods: args.idleMinutes ?? DEFAULTS.idleMinutes,
      threshold: 0,
      comparisonOperator: "LessThanOrEqualToThreshold",
      treatMissingData: "missing",
      alarmActions: [policy.arn],
    },
    { parent },
  );
}

/** Shards that wait and shards in work, as metric queries `waiting` and `working`. */
function openShards({ queue }: TrainingArgs): aws.types.input.cloudwatch.MetricAlarmMetricQuery[] {
  const metrics = {
    waiting: "ApproximateNumberOfMessagesVisible",
    working: "ApproximateNumberOfMessagesNotVisible",
  };
  return Object.entries(metrics).map(([id, metricName]) => ({
    id,
    metric: { namespace: "AWS/SQS", metricName, dimensions: { QueueName: queue.name }, period: 60, stat: "Maximum" },
  }));
}
