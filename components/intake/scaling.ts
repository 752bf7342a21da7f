import type * as pulumi from "@pulumi/pulumi";
import type * as aws from "@pulumi/aws";

type Metric = aws.types.input.autoscaling.PolicyTargetTrackingConfigurationCustomizedMetricSpecificationMetric;

/**
 * Messages that wait for each instance in service: what a group on a queue has to hold steady. The queue's length alone
 * does not fall when instances are added (docs.aws.amazon.com/autoscaling/ec2/userguide/as-using-sqs-queue.html).
 */
export function backlogPerInstance(queueName: pulumi.Input<string>, groupName: pulumi.Input<string>): Metric[] {
  return [
    {
      id: "waiting",
      returnData: false,
      metricStat: {
        stat: "Sum",
        metric: {
          namespace: "AWS/SQS",
          metricName: "ApproximateNumberOfMessagesVisible",
          dimensions: [{ name: "QueueName", value: queueName }],
        },
      },
    },
    {
      id: "instances",
      returnData: false,
      metricStat: {
        stat: "Average",
        metric: {
          namespace: "AWS/AutoScaling",
          metricName: "GroupInServiceInstances",
          dimensions: [{ name: "AutoScalingGroupName", value: groupName }],
        },
      },
    },
    { id: "backlog", expression: "waiting / FILL(instances, 1)", label: "backlog for each instance", returnData: true },
  ];
}
