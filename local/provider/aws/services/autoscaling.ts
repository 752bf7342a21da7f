import { always, idFrom, validated, type ServiceTable } from "../define";

export const autoscaling: ServiceTable = {
  "aws:autoscaling/group:Group": validated({
    autoName: { property: "name", max: 255 },
    replaceOn: ["name", "placementGroup"],
    defaults: {
      forceDelete: false,
      forceDeleteWarmPool: false,
      healthCheckGracePeriod: 300,
      metricsGranularity: "1Minute",
    },
    outputs: {
      arn: (r) => r.arn("autoscaling", `autoScalingGroup:${r.uuid()}:autoScalingGroupName/${r.text("name")}`),
      availabilityZones: always([]),
      defaultCooldown: always(300),
      desiredCapacity: (r) => r.number("minSize") ?? 0,
      healthCheckType: always("EC2"),
      predictedCapacity: always(0),
      serviceLinkedRoleArn: (r) =>
        r.arn("iam", "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", { region: "" }),
      vpcZoneIdentifiers: always([]),
      warmPoolSize: always(0),
    },
    id: idFrom("name"),
  }),
  "aws:autoscaling/policy:Policy": validated({
    autoName: { property: "name", max: 255 },
    replaceOn: ["name", "autoscalingGroupName"],
    defaults: { enabled: true, policyType: "SimpleScaling" },
    outputs: {
      arn: (r) => {
        const group = r.text("autoscalingGroupName");
        return r.arn(
          "autoscaling",
          `scalingPolicy:${r.uuid()}:autoScalingGroupName/${group}:policyName/${r.text("name")}`,
        );
      },
      metricAggregationType: always("Average"),
    },
    id: idFrom("name"),
  }),
  "aws:autoscaling/lifecycleHook:LifecycleHook": validated({
    autoName: { property: "name", max: 255 },
    replaceOn: ["name", "autoscalingGroupName"],
    outputs: { defaultResult: always("ABANDON"), heartbeatTimeout: always(3600) },
    id: idFrom("name"),
  }),
  "aws:autoscaling/schedule:Schedule": validated({
    replaceOn: ["scheduledActionName", "autoscalingGroupName"],
    key: ["scheduledActionName", "autoscalingGroupName"],
    outputs: {
      arn: (r) =>
        r.arn(
          "autoscaling",
          `scheduledUpdateGroupAction:${r.uuid()}:scheduledActionName/${r.text("scheduledActionName")}`,
        ),
    },
    id: idFrom("scheduledActionName"),
  }),
  "aws:autoscaling/notification:Notification": validated({ replaceOn: ["topicArn"], id: idFrom("topicArn") }),
  "aws:autoscaling/attachment:Attachment": validated({
    replaceOn: ["*"],
    id: (r) => `${r.text("autoscalingGroupName")}-${r.hex(16)}`,
  }),
};
