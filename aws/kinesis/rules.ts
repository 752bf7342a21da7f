import { text } from "../value";
import { absent, given, outside, when, wrong } from "../rules/find";
import type { PropertyRule } from "../rules/rule";

const STREAM = "aws:kinesis/stream:Stream";

/** Kinesis Data Streams. */
export const rules: readonly PropertyRule[] = [
  {
    id: "kinesis-shards-by-mode",
    types: [STREAM],
    title: "A provisioned stream names its shards, an on-demand stream names none",
    source: "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html",
    check(inputs) {
      const mode = absent(inputs, "streamModeDetails") ? "PROVISIONED" : text(inputs, "streamModeDetails.streamMode");
      if (mode === "PROVISIONED" && absent(inputs, "shardCount"))
        return wrong(inputs, "shardCount", "a number of shards, in mode PROVISIONED");
      return when(
        mode === "ON_DEMAND" && given(inputs, "shardCount"),
        inputs,
        "shardCount",
        "nothing, in mode ON_DEMAND",
      );
    },
    failing: [{ name: "events" }, { name: "events", streamModeDetails: { streamMode: "ON_DEMAND" }, shardCount: 4 }],
    passing: [
      { name: "events", shardCount: 4 },
      { name: "events", streamModeDetails: { streamMode: "ON_DEMAND" } },
    ],
  },
  {
    id: "kinesis-retention",
    types: [STREAM],
    title: "Records are kept for 24 to 8,760 hours",
    source: "https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html",
    check: (inputs) => outside(inputs, "retentionPeriod", 24, 8760, "hours"),
    failing: [
      { shardCount: 1, retentionPeriod: 12 },
      { shardCount: 1, retentionPeriod: 8761 },
    ],
    passing: [{ shardCount: 1, retentionPeriod: 168 }],
  },
  {
    id: "kinesis-encryption-key",
    types: [STREAM],
    title: "Encryption by KMS names its key",
    source: "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html",
    check: (inputs) =>
      when(
        text(inputs, "encryptionType") === "KMS" && absent(inputs, "kmsKeyId"),
        inputs,
        "kmsKeyId",
        "a key, with encryption by KMS",
      ),
    failing: [{ shardCount: 1, encryptionType: "KMS" }],
    passing: [{ shardCount: 1, encryptionType: "KMS", kmsKeyId: "alias/aws/kinesis" }],
  },
];
