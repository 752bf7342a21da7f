import { UNKNOWN } from "../value";
import { json, request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

/** Roles and sample rates by which a topic reports its deliveries to one kind of endpoint. */
function feedback(property: string, attribute: string): Readonly<Record<string, string>> {
  return {
    [`${property}FailureFeedbackRoleArn`]: `Attributes.${attribute}FailureFeedbackRoleArn`,
    [`${property}SuccessFeedbackRoleArn`]: `Attributes.${attribute}SuccessFeedbackRoleArn`,
    [`${property}SuccessFeedbackSampleRate`]: `Attributes.${attribute}SuccessFeedbackSampleRate`,
  };
}

export const requests: RequestTable = {
  "aws:sns/topic:Topic": type(
    request(
      "sns:CreateTopic",
      {
        ...feedback("application", "Application"),
        ...feedback("firehose", "Firehose"),
        ...feedback("http", "HTTP"),
        ...feedback("lambda", "Lambda"),
        ...feedback("sqs", "SQS"),
        archivePolicy: json("Attributes.ArchivePolicy"),
        contentBasedDeduplication: "Attributes.ContentBasedDeduplication",
        deliveryPolicy: json("Attributes.DeliveryPolicy"),
        displayName: "Attributes.DisplayName",
        fifoThroughputScope: "Attributes.FifoThroughputScope",
        fifoTopic: "Attributes.FifoTopic",
        kmsMasterKeyId: "Attributes.KmsMasterKeyId",
        policy: json("Attributes.Policy"),
        signatureVersion: "Attributes.SignatureVersion",
        tracingConfig: "Attributes.TracingConfig",
      },
      { adds: { Name: UNKNOWN } },
    ),
  ),
  "aws:sns/topicPolicy:TopicPolicy": type(
    request(
      "sns:SetTopicAttributes",
      { arn: "TopicArn", policy: json("AttributeValue") },
      { adds: { AttributeName: "Policy" } },
    ),
  ),
  "aws:sns/topicSubscription:TopicSubscription": type(
    request("sns:Subscribe", {
      topic: "TopicArn",
      deliveryPolicy: json("Attributes.DeliveryPolicy"),
      filterPolicy: json("Attributes.FilterPolicy"),
      filterPolicyScope: "Attributes.FilterPolicyScope",
      rawMessageDelivery: "Attributes.RawMessageDelivery",
      redrivePolicy: json("Attributes.RedrivePolicy"),
      replayPolicy: json("Attributes.ReplayPolicy"),
      subscriptionRoleArn: "Attributes.SubscriptionRoleArn",
    }),
    {
      confirmationTimeoutInMinutes: "how long the provider itself waits",
      endpointAutoConfirms: "tells the provider whether to wait",
    },
  ),
};
