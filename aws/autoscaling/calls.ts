import type { CallNode, CallPlace, CallRow } from "../call";
import { at, delivers, deliveryKey, given, keyCall, list, assumes, via } from "../call-kit";
import type { Value } from "../value";

const GROUP = ["aws:autoscaling/group:Group"];
const AUTOSCALING = { serviceLinked: "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" };

/** The launch template of a group, of either spelling. */
function templateOf(node: CallNode, place: CallPlace): CallNode | undefined {
  for (const path of ["launchTemplate", "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification"]) {
    for (const property of ["id", "launchTemplateId", "name", "launchTemplateName"]) {
      const id = at(node.inputs, `${path}.${property}`);
      const found = place
        .of("aws:ec2/launchTemplate:LaunchTemplate")
        .find((one) => idOf(place, one) === id || (typeof id === "string" && at(one.inputs, "name") === id));
      if (id !== undefined && found !== undefined) return found;
    }
  }
  return undefined;
}

function idOf(place: CallPlace, template: CallNode): string | undefined {
  const arn = place.arnOf(template);
  return typeof arn === "string" ? arn.split("/").at(-1) : undefined;
}

/** Keys of a template's volumes. */
export function volumeKeys(template: CallNode): readonly Value[] {
  return list(template.inputs, "blockDeviceMappings").flatMap((one) => {
    const key = at(one, "ebs.kmsKeyId");
    return key === undefined || key === null ? [] : [key];
  });
}

export const calls: readonly CallRow[] = [
  {
    id: "autoscaling-volume-key",
    types: GROUP,
    property: "launchTemplate",
    title: "Auto Scaling's service-linked role uses the key of the instances' volumes",
    source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
    calls: (node, place) => {
      const template = templateOf(node, place);
      if (template === undefined) return [];
      const through = via(place, "ec2");
      return volumeKeys(template).flatMap((key) => [
        ...keyCall(
          place,
          AUTOSCALING,
          key,
          [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ],
          through,
        ),
        ...keyCall(place, AUTOSCALING, key, ["kms:CreateGrant"], { ...through, "kms:GrantIsForAWSResource": "true" }),
      ]);
    },
  },
  {
    id: "autoscaling-notification-topic",
    types: ["aws:autoscaling/notification:Notification"],
    property: "topicArn",
    title: "Auto Scaling publishes to the topic",
    source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-sns-notifications.html",
    calls: (node) => given(node, "topicArn").flatMap((topic) => delivers(AUTOSCALING, topic)),
  },
  {
    id: "autoscaling-notification-key",
    types: ["aws:autoscaling/notification:Notification"],
    property: "topicArn",
    title: "Auto Scaling uses the topic's key",
    source: "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    calls: (node, place) => given(node, "topicArn").flatMap((topic) => deliveryKey(place, AUTOSCALING, topic)),
  },
  assumes(
    {
      id: "autoscaling-hook-role",
      types: ["aws:autoscaling/lifecycleHook:LifecycleHook"],
      property: "roleArn",
      source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/prepare-for-lifecycle-notifications.html",
    },
    { service: "autoscaling.amazonaws.com", account: "no" },
  ),
  {
    id: "autoscaling-hook-target",
    types: ["aws:autoscaling/lifecycleHook:LifecycleHook"],
    property: "notificationTargetArn",
    title: "A lifecycle hook's role sends to its queue or topic",
    source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/prepare-for-lifecycle-notifications.html",
    calls: (node, place) =>
      given(node, "roleArn").flatMap((role) =>
        given(node, "notificationTargetArn").flatMap((target) => [
          ...delivers({ role }, target),
          ...deliveryKey(place, { role }, target),
        ]),
      ),
  },
];

export { templateOf };
