import type { CallRow } from "../call";
import { bucketKey, list, onBehalfOf } from "../call-kit";
import type { CallNode } from "../call";

const LOGGING = ["aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"];
const SOURCE = "https://docs.aws.amazon.com/waf/latest/developerguide/logging-s3.html";
const DELIVERY = { service: "delivery.logs.amazonaws.com" };

const buckets = ({ inputs }: CallNode): readonly string[] =>
  list(inputs, "logDestinationConfigs").filter(
    (one): one is string => typeof one === "string" && one.includes(":s3:::"),
  );

export const calls: readonly CallRow[] = [
  {
    id: "waf-log-bucket",
    types: LOGGING,
    property: "logDestinationConfigs",
    title: "WAF's logs are delivered to the bucket",
    source: SOURCE,
    calls: (node, place) =>
      buckets(node).flatMap((bucket) => {
        const context = onBehalfOf(place, place.arn("logs", "*"));
        const name = bucket.split("/", 1)[0] ?? bucket;
        return [
          {
            caller: DELIVERY,
            actions: ["s3:PutObject"],
            resource: `${bucket}/AWSLogs/${place.account}/*`,
            context: { ...context, "s3:x-amz-acl": "bucket-owner-full-control" },
          },
          { caller: DELIVERY, actions: ["s3:GetBucketAcl"], resource: name, context },
        ];
      }),
  },
  {
    id: "waf-log-bucket-key",
    types: LOGGING,
    property: "logDestinationConfigs",
    title: "WAF's logs are written with the bucket's key",
    source: SOURCE,
    calls: (node, place) =>
      buckets(node).flatMap((bucket) =>
        bucketKey(place, DELIVERY, bucket, ["kms:GenerateDataKey"], {
          context: onBehalfOf(place, place.arn("logs", "*")),
        }),
      ),
  },
];
