import type { Rule } from "../kit/rule";
import { at, isOn, isSet } from "../kit/value";

/** F1. */
export const firehoseEncrypted: Rule = {
  id: "F1",
  name: "firehose-encrypted",
  title: "Firehose delivery streams are encrypted at rest",
  severity: "high",
  level: "remediate",
  source: ["DataFirehose.1"],
  why: "Records wait in the delivery stream's buffer, and would lie there in plain text.",
  fix: "Set serverSideEncryption.enabled to true, with a key of the region in keyArn and keyType CUSTOMER_MANAGED_CMK.",
  spares:
    "A delivery stream that reads a Kinesis stream or MSK cannot have encryption of its own; the source's applies (kinesis-encrypted).",
  types: ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"],
  check(delivery, judge) {
    if (hasSource(delivery.props)) return;
    judge.require(
      isOn(at(delivery.props, "serverSideEncryption.enabled")),
      delivery,
      "serverSideEncryption.enabled",
      "true",
    );
  },
  remediate({ props }) {
    if (hasSource(props) || isOn(at(props, "serverSideEncryption.enabled"))) return undefined;
    const keyArn = at(props, "serverSideEncryption.keyArn");
    return {
      serverSideEncryption: isSet(keyArn)
        ? { enabled: true, keyType: "CUSTOMER_MANAGED_CMK", keyArn }
        : { enabled: true, keyType: "AWS_OWNED_CMK" },
    };
  },
};

function hasSource(props: Parameters<typeof at>[0]): boolean {
  return isSet(at(props, "kinesisSourceConfiguration")) || isSet(at(props, "mskSourceConfiguration"));
}
