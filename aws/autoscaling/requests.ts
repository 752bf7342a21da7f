import { UNKNOWN } from "../value";
import type { Properties } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

const GROUP = { name: "AutoScalingGroupName" };
const MADE_UP: Properties = { AutoScalingGroupName: UNKNOWN };

export const requests: RequestTable = {
  "aws:autoscaling/group:Group": type(
    [
      request(
        "autoscaling:CreateAutoScalingGroup",
        {
          ...GROUP,
          initialLifecycleHooks: "LifecycleHookSpecificationList",
          "initialLifecycleHooks.name": "LifecycleHookName",
          launchConfiguration: "LaunchConfigurationName",
          "launchTemplate.id": "LaunchTemplateId",
          "launchTemplate.name": "LaunchTemplateName",
          loadBalancers: "LoadBalancerNames",
          protectFromScaleIn: "NewInstancesProtectedFromScaleIn",
          vpcZoneIdentifiers: turned("VPCZoneIdentifier", (subnets) =>
            Array.isArray(subnets) && !subnets.includes(UNKNOWN) ? subnets.join(",") : UNKNOWN,
          ),
        },
        { adds: MADE_UP },
      ),
      request(
        "autoscaling:SuspendProcesses",
        { ...GROUP, suspendedProcesses: "ScalingProcesses" },
        { adds: MADE_UP, when: ["suspendedProcesses"] },
      ),
      request(
        "autoscaling:EnableMetricsCollection",
        { ...GROUP, enabledMetrics: "Metrics", metricsGranularity: "Granularity" },
        { adds: { ...MADE_UP, Granularity: "1Minute" }, when: ["enabledMetrics"] },
      ),
      request("autoscaling:PutWarmPool", { ...GROUP, warmPool: "" }, { adds: MADE_UP, when: ["warmPool"] }),
      request(
        "autoscaling:StartInstanceRefresh",
        { ...GROUP, instanceRefresh: "" },
        { adds: MADE_UP, when: ["instanceRefresh"] },
      ),
    ],
    {
      forceDelete: "said when the group is deleted",
      forceDeleteWarmPool: "said when the warm pool is deleted",
      ignoreFailedScalingActivities: "says what the provider waits for",
      "instanceRefresh.triggers": "says which changes start a refresh",
      minElbCapacity: "says what the provider waits for",
      waitForCapacityTimeout: "says how long the provider waits",
      waitForElbCapacity: "says what the provider waits for",
    },
  ),
  "aws:autoscaling/policy:Policy": type(
    request("autoscaling:PutScalingPolicy", {
      name: "PolicyName",
      "targetTrackingConfiguration.customizedMetricSpecification.metricDimensions": "Dimensions",
    }),
  ),
  "aws:autoscaling/lifecycleHook:LifecycleHook": type(
    request("autoscaling:PutLifecycleHook", { name: "LifecycleHookName" }, { adds: { LifecycleHookName: UNKNOWN } }),
  ),
  "aws:autoscaling/notification:Notification": type(
    request(
      "autoscaling:PutNotificationConfiguration",
      { groupNames: "AutoScalingGroupName", notifications: "NotificationTypes" },
      { each: "groupNames" },
    ),
  ),
  "aws:autoscaling/attachment:Attachment": type([
    request(
      "autoscaling:AttachLoadBalancerTargetGroups",
      { autoscalingGroupName: "AutoScalingGroupName", lbTargetGroupArn: "TargetGroupARNs" },
      { when: ["lbTargetGroupArn"] },
    ),
    request(
      "autoscaling:AttachLoadBalancers",
      { autoscalingGroupName: "AutoScalingGroupName", elb: "LoadBalancerNames" },
      { when: ["elb"] },
    ),
  ]),
  "aws:autoscaling/schedule:Schedule": type(request("autoscaling:PutScheduledUpdateGroupAction")),
};
