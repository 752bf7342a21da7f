import { always, idFrom, validated, type ServiceTable } from "../define";

export const appautoscaling: ServiceTable = {
  "aws:appautoscaling/target:Target": validated({
    replaceOn: ["resourceId", "scalableDimension", "serviceNamespace"],
    key: ["resourceId", "scalableDimension", "serviceNamespace"],
    outputs: {
      arn: (r) => r.arn("application-autoscaling", `scalable-target/${r.hex(40)}`),
      roleArn: (r) => {
        const service =
          "role/aws-service-role/application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling";
        return r.arn("iam", service, { region: "" });
      },
    },
    id: idFrom("resourceId"),
  }),
  "aws:appautoscaling/policy:Policy": validated({
    autoName: { property: "name", max: 256 },
    replaceOn: ["name", "resourceId", "scalableDimension", "serviceNamespace"],
    defaults: { policyType: "StepScaling" },
    outputs: {
      alarmArns: always([]),
      arn: (r) =>
        r.arn("autoscaling", `scalingPolicy:${r.uuid()}:resource/${r.text("resourceId")}:policyName/${r.text("name")}`),
    },
    id: idFrom("name"),
  }),
  "aws:appautoscaling/scheduledAction:ScheduledAction": validated({
    autoName: { property: "name", max: 256 },
    replaceOn: ["name", "resourceId", "scalableDimension", "serviceNamespace"],
    defaults: { timezone: "UTC" },
    outputs: {
      arn: (r) =>
        r.arn(
          "autoscaling",
          `scheduledAction:${r.uuid()}:resource/${r.text("resourceId")}:scheduledActionName/${r.text("name")}`,
        ),
    },
    id: (r) => `${r.text("name")}-${r.text("serviceNamespace")}-${r.text("resourceId")}-${r.text("scalableDimension")}`,
  }),
};
