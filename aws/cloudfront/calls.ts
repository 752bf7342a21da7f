import type { CallRow } from "../call";
import { asRole, assumes, at, bucketKey, list, onBehalfOf, READ_KEY, text, thingKey, WRITE_KEY } from "../call-kit";
import type { CallNode, CallPlace } from "../call";

const DISTRIBUTION = ["aws:cloudfront/distribution:Distribution"];
const REALTIME = ["aws:cloudfront/realtimeLogConfig:RealtimeLogConfig"];
const CLOUDFRONT = { service: "cloudfront.amazonaws.com" };
const SOURCE =
  "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html";
const REALTIME_SOURCE = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html";

/** Buckets that are origins with an origin access control. */
function origins({ inputs }: CallNode, place: CallPlace): readonly CallNode[] {
  return list(inputs, "origins").flatMap((origin) => {
    if (at(origin, "originAccessControlId") === undefined) return [];
    const [bucket = ""] = (text(origin, "domainName") ?? "").split(".s3.");
    const found = place.find(bucket, "aws:s3/bucket:Bucket");
    return found === undefined ? [] : [found];
  });
}

export const calls: readonly CallRow[] = [
  {
    id: "cloudfront-origin-bucket",
    types: DISTRIBUTION,
    property: "origins",
    title: "CloudFront reads the objects of its origin",
    source: SOURCE,
    calls: (node, place) =>
      origins(node, place).map((bucket) => {
        const arn = place.arnOf(bucket);
        return {
          caller: CLOUDFRONT,
          actions: ["s3:GetObject"],
          resource: typeof arn === "string" ? `${arn}/*` : arn,
          context: { "aws:SourceArn": place.arnOf(node) },
        };
      }),
  },
  {
    id: "cloudfront-origin-key",
    types: DISTRIBUTION,
    property: "origins",
    title: "CloudFront reads with the key of its origin",
    source: SOURCE,
    calls: (node, place) =>
      origins(node, place).flatMap((bucket) =>
        bucketKey(place, CLOUDFRONT, place.arnOf(bucket), READ_KEY, { context: onBehalfOf(place, place.arnOf(node)) }),
      ),
  },
  assumes(
    {
      id: "cloudfront-realtime-role",
      types: REALTIME,
      property: "endpoint.kinesisStreamConfig.roleArn",
      source: REALTIME_SOURCE,
    },
    { service: "cloudfront.amazonaws.com", account: "no" },
  ),
  {
    id: "cloudfront-realtime-stream",
    types: REALTIME,
    property: "endpoint",
    title: "Real-time logs are put into the stream",
    source: REALTIME_SOURCE,
    calls: ({ inputs }, place) => {
      const caller = asRole(at(inputs, "endpoint.kinesisStreamConfig.roleArn"));
      const resource = at(inputs, "endpoint.kinesisStreamConfig.streamArn");
      return [
        {
          caller,
          actions: [
            "kinesis:DescribeStreamSummary",
            "kinesis:DescribeStream",
            "kinesis:PutRecord",
            "kinesis:PutRecords",
          ],
          resource,
        },
        ...thingKey(place, caller, resource, "kinesis", WRITE_KEY),
      ];
    },
  },
];
