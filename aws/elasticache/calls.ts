import type { CallRow } from "../call";
import { at, given, keyCall, list, via } from "../call-kit";

const GROUP = ["aws:elasticache/replicationGroup:ReplicationGroup"];

export const calls: readonly CallRow[] = [
  {
    id: "elasticache-key",
    types: [...GROUP, "aws:elasticache/serverlessCache:ServerlessCache"],
    property: "kmsKeyId",
    title: "Whoever makes the cache gives ElastiCache its key",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
    calls: (node, place) =>
      given(node, "kmsKeyId").flatMap((key) =>
        keyCall(place, { deployer: true }, key, ["kms:DescribeKey", "kms:CreateGrant"], {
          ...via(place, "elasticache"),
          "kms:GrantIsForAWSResource": "true",
        }),
      ),
  },
  {
    id: "elasticache-log-stream",
    types: GROUP,
    property: "logDeliveryConfigurations",
    title: "Whoever turns on the cache's log puts it into the delivery stream",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Log_Delivery.html",
    calls: ({ inputs }, place) =>
      list(inputs, "logDeliveryConfigurations").flatMap((one) => {
        const name = at(one, "destination");
        return at(one, "destinationType") === "kinesis-firehose" && typeof name === "string"
          ? [
              {
                caller: { deployer: true },
                actions: ["firehose:TagDeliveryStream"],
                resource: place.arn("firehose", `deliverystream/${name}`),
              },
            ]
          : [];
      }),
  },
];
