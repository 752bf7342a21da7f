import type { Rule } from "../kit/rule";
import { isSet } from "../kit/value";

/** K1. */
export const kinesisEncrypted: Rule = {
  id: "K1",
  name: "kinesis-encrypted",
  title: "Kinesis streams are encrypted at rest",
  severity: "high",
  level: "remediate",
  source: ["Kinesis.1"],
  why: "A stream keeps every user's events for days; without a key anyone who reaches the storage reads them.",
  fix: 'Set encryptionType to "KMS" and kmsKeyId to a key of the stream\'s region.',
  unknowns: "kmsKeyId only has to be set: a new key's ARN is not known in a preview.",
  types: ["aws:kinesis/stream:Stream"],
  check(stream, judge) {
    const { encryptionType, kmsKeyId } = stream.props;
    if (encryptionType !== "KMS") judge.against(stream, "encryptionType", '"KMS" (AWS\'s default is "NONE")');
    else judge.require(isSet(kmsKeyId), stream, "kmsKeyId", "a KMS key");
  },
  remediate({ props }) {
    if (props["encryptionType"] === "KMS" && isSet(props["kmsKeyId"])) return undefined;
    return { encryptionType: "KMS", kmsKeyId: isSet(props["kmsKeyId"]) ? props["kmsKeyId"] : "alias/aws/kinesis" };
  },
};
