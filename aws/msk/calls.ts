import type { CallRow } from "../call";
import { at, bucketKey, given, keyCall, WRITE_KEY } from "../call-kit";

const CLUSTER = ["aws:msk/cluster:Cluster"];

export const calls: readonly CallRow[] = [
  {
    id: "msk-key",
    types: CLUSTER,
    property: "encryptionInfo.encryptionAtRestKmsKeyArn",
    title: "Whoever makes the cluster gives MSK its key",
    source: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-encryption.html",
    calls: (node, place) =>
      given(node, "encryptionInfo.encryptionAtRestKmsKeyArn").flatMap((key) =>
        keyCall(place, { deployer: true }, key, ["kms:DescribeKey", "kms:CreateGrant"], {
          "kms:GrantIsForAWSResource": "true",
        }),
      ),
  },
  {
    id: "msk-log-bucket-key",
    types: CLUSTER,
    property: "loggingInfo.brokerLogs.s3",
    title: "Brokers' logs are written with the bucket's key",
    source: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-logging.html",
    calls: ({ inputs }, place) =>
      at(inputs, "loggingInfo.brokerLogs.s3.enabled") === true
        ? bucketKey(
            place,
            { service: "delivery.logs.amazonaws.com" },
            at(inputs, "loggingInfo.brokerLogs.s3.bucket"),
            WRITE_KEY,
            {
              context: { "aws:SourceAccount": place.account },
            },
          )
        : [],
  },
];
