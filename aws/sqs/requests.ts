import { UNKNOWN } from "../value";
import type { Properties } from "../value";
import { json, request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

const OWN_URL: Properties = { QueueUrl: UNKNOWN };

export const requests: RequestTable = {
  "aws:sqs/queue:Queue": type(
    request(
      "sqs:CreateQueue",
      {
        name: "QueueName",
        contentBasedDeduplication: "Attributes.ContentBasedDeduplication",
        deduplicationScope: "Attributes.DeduplicationScope",
        delaySeconds: "Attributes.DelaySeconds",
        fifoQueue: "Attributes.FifoQueue",
        fifoThroughputLimit: "Attributes.FifoThroughputLimit",
        kmsDataKeyReusePeriodSeconds: "Attributes.KmsDataKeyReusePeriodSeconds",
        kmsMasterKeyId: "Attributes.KmsMasterKeyId",
        maxMessageSize: "Attributes.MaximumMessageSize",
        messageRetentionSeconds: "Attributes.MessageRetentionPeriod",
        policy: json("Attributes.Policy"),
        receiveWaitTimeSeconds: "Attributes.ReceiveMessageWaitTimeSeconds",
        redriveAllowPolicy: json("Attributes.RedriveAllowPolicy"),
        redrivePolicy: json("Attributes.RedrivePolicy"),
        sqsManagedSseEnabled: "Attributes.SqsManagedSseEnabled",
        visibilityTimeoutSeconds: "Attributes.VisibilityTimeout",
      },
      { adds: { QueueName: UNKNOWN } },
    ),
  ),
  "aws:sqs/queuePolicy:QueuePolicy": type(
    request("sqs:SetQueueAttributes", { policy: json("Attributes.Policy") }, { adds: OWN_URL }),
  ),
  "aws:sqs/redrivePolicy:RedrivePolicy": type(
    request("sqs:SetQueueAttributes", { redrivePolicy: json("Attributes.RedrivePolicy") }, { adds: OWN_URL }),
  ),
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": type(
    request("sqs:SetQueueAttributes", { redriveAllowPolicy: json("Attributes.RedriveAllowPolicy") }, { adds: OWN_URL }),
  ),
};
