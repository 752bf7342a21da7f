import { firehoseEncrypted } from "../../../policies/firehose/encrypted";
import { UNKNOWN } from "../../../policies/kit/value";
import { all, drop, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const delivery = (props: object) =>
  resource("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "events", withUnknowns(props));
const FLAG = "serverSideEncryption.enabled";

const unsourced = drop("kinesisSourceConfiguration");

specify(firehoseEncrypted, {
  complainsOf: {
    "a direct stream that says nothing": { by: [delivery({ destination: "extended_s3" })], at: [FLAG] },
    "encryption that is off": { by: [delivery({ serverSideEncryption: { enabled: false } })], at: [FLAG] },
  },
  accepts: { "encryption that is on": [delivery({ serverSideEncryption: { enabled: true } })] },
  spares: {
    "a delivery stream that reads a Kinesis stream": [
      delivery({ kinesisSourceConfiguration: { kinesisStreamArn: "?", roleArn: "?" } }),
    ],
    "a delivery stream that reads MSK": [delivery({ mskSourceConfiguration: { topicName: "events" } })],
  },
  unknown: { "it complains of the flag": { by: [delivery({ serverSideEncryption: { enabled: "?" } })], at: [FLAG] } },
  repairs: {
    "a plain stream by AWS's key": {
      from: delivery({}),
      to: { serverSideEncryption: { enabled: true, keyType: "AWS_OWNED_CMK" } },
    },
    "a stream with a key by that key": {
      from: delivery({ serverSideEncryption: { enabled: false, keyArn: "k" } }),
      to: { serverSideEncryption: { enabled: true, keyType: "CUSTOMER_MANAGED_CMK", keyArn: "k" } },
    },
    "nothing where a Kinesis stream is the source": {
      from: delivery({ kinesisSourceConfiguration: { a: 1 } }),
      to: undefined,
    },
  },
  mutants: {
    breaks: {
      "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [
        unsourced,
        all(unsourced, set("serverSideEncryption", { enabled: false })),
        all(unsourced, set("serverSideEncryption", { enabled: UNKNOWN })),
      ],
    },
    passes: {
      "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [
        all(unsourced, set("serverSideEncryption", { enabled: true })),
        set("serverSideEncryption", { enabled: false }, "turn off what the source's encryption covers"),
      ],
    },
  },
});
