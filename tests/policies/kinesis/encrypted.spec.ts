import { kinesisEncrypted } from "../../../policies/kinesis/encrypted";
import { drop, hide, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const stream = (props: object) => resource("aws:kinesis/stream:Stream", "events", withUnknowns(props));

specify(kinesisEncrypted, {
  complainsOf: {
    "a stream that says nothing": { by: [stream({ shardCount: 1 })], at: ["encryptionType"] },
    "a stream that turns encryption off": {
      by: [stream({ encryptionType: "NONE", kmsKeyId: "k" })],
      at: ["encryptionType"],
    },
    "encryption without a key": { by: [stream({ encryptionType: "KMS" })], at: ["kmsKeyId"] },
  },
  accepts: { "a stream with a key": [stream({ encryptionType: "KMS", kmsKeyId: "alias/events" })] },
  spares: {
    "another stream's AWS-managed key": [stream({ encryptionType: "KMS", kmsKeyId: "alias/aws/kinesis" })],
  },
  unknown: {
    "it complains of an encryption type": {
      by: [stream({ encryptionType: "?", kmsKeyId: "k" })],
      at: ["encryptionType"],
    },
    "it accepts a key that is to be created": [stream({ encryptionType: "KMS", kmsKeyId: "?" })],
  },
  repairs: {
    "a plain stream by AWS's key": {
      from: stream({ shardCount: 1 }),
      to: { encryptionType: "KMS", kmsKeyId: "alias/aws/kinesis" },
    },
    "a stream whose key was given, keeping the key": {
      from: stream({ encryptionType: "NONE", kmsKeyId: "k" }),
      to: { encryptionType: "KMS", kmsKeyId: "k" },
    },
    "nothing in a good stream": { from: stream({ encryptionType: "KMS", kmsKeyId: "k" }), to: undefined },
  },
  mutants: {
    breaks: {
      "aws:kinesis/stream:Stream": [
        drop("encryptionType"),
        hide("encryptionType"),
        set("encryptionType", "NONE", "turn encryption off"),
        drop("kmsKeyId"),
      ],
    },
    passes: { "aws:kinesis/stream:Stream": [set("kmsKeyId", "alias/aws/kinesis", "take AWS's own key")] },
  },
});
