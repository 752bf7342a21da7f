import { firehoseFailuresKept } from "../../../policies/firehose/failuresKept";
import { isSet, type Properties } from "../../../policies/kit/value";
import { drop, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const TYPE = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const stream = resource("aws:kinesis/stream:Stream", "events", {});
const delivery = (name: string, s3: object) =>
  resource(
    TYPE,
    name,
    withUnknowns({
      extendedS3Configuration: s3,
      kinesisSourceConfiguration: { kinesisStreamArn: "?" },
    }),
    { uses: { kinesisSourceConfiguration: [stream] } },
  );
const transform = { enabled: true, processors: [{ type: "Lambda" }] };
const MODE = "extendedS3Configuration.s3BackupMode";
const PREFIX = "extendedS3Configuration.errorOutputPrefix";

specify(firehoseFailuresKept, {
  complainsOf: {
    "no error prefix": { by: [delivery("a", {})], at: [PREFIX] },
    "a transform without a copy": {
      by: [delivery("a", { errorOutputPrefix: "errors/", processingConfiguration: transform })],
      at: [MODE],
    },
    "a transform whose twin transforms too": {
      by: [
        stream,
        delivery("a", { errorOutputPrefix: "errors/", processingConfiguration: transform }),
        delivery("b", { errorOutputPrefix: "errors/", processingConfiguration: transform }),
      ],
      at: [MODE, MODE],
    },
    "an OpenSearch destination without an error prefix": {
      by: [resource(TYPE, "search", { opensearchConfiguration: { s3Configuration: { bucketArn: "b" } } })],
      at: ["opensearchConfiguration.s3Configuration.errorOutputPrefix"],
    },
  },
  accepts: {
    "a transform with a backup": [
      delivery("a", { errorOutputPrefix: "e/", processingConfiguration: transform, s3BackupMode: "Enabled" }),
    ],
  },
  spares: {
    "a transform whose raw twin reads the same stream": [
      stream,
      delivery("a", { errorOutputPrefix: "e/", processingConfiguration: transform }),
      delivery("b", { errorOutputPrefix: "e/" }),
    ],
    "no transform and no copy": [delivery("a", { errorOutputPrefix: "e/" })],
    "a transform that is off": [
      delivery("a", { errorOutputPrefix: "e/", processingConfiguration: { enabled: false } }),
    ],
  },
  unknown: {
    "it complains of a backup mode": {
      by: [delivery("a", { errorOutputPrefix: "e/", processingConfiguration: transform, s3BackupMode: "?" })],
      at: [MODE],
    },
  },
  mutants: {
    breaks: {
      "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [
        drop("extendedS3Configuration.errorOutputPrefix"),
        set(
          "extendedS3Configuration",
          (one) =>
            isSet(one.props["extendedS3Configuration"])
              ? { ...(one.props["extendedS3Configuration"] as Properties), errorOutputPrefix: "" }
              : undefined,
          "empty the error prefix",
        ),
        drop("opensearchConfiguration.s3Configuration.errorOutputPrefix"),
      ],
    },
    passes: {
      "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [drop("extendedS3Configuration.s3BackupMode")],
    },
  },
});
