import { request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:kinesis/stream:Stream": type(
    [
      request("kinesis:CreateStream", { name: "StreamName" }),
      request(
        "kinesis:IncreaseStreamRetentionPeriod",
        { name: "StreamName", retentionPeriod: "RetentionPeriodHours" },
        { when: ["retentionPeriod"] },
      ),
      request(
        "kinesis:StartStreamEncryption",
        { name: "StreamName", encryptionType: "EncryptionType", kmsKeyId: "KeyId" },
        { when: ["kmsKeyId"] },
      ),
      request(
        "kinesis:EnableEnhancedMonitoring",
        { name: "StreamName", shardLevelMetrics: "ShardLevelMetrics" },
        { when: ["shardLevelMetrics"] },
      ),
    ],
    { arn: "AWS makes it up", enforceConsumerDeletion: "said when the stream is deleted" },
  ),
  "aws:kinesis/streamConsumer:StreamConsumer": type(
    request("kinesis:RegisterStreamConsumer", { name: "ConsumerName", streamArn: "StreamARN" }),
  ),
};
