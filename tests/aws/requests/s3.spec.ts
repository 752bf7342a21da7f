import { UNKNOWN } from "../../../aws/value";
import type { Properties } from "../../../aws/value";
import { sends } from "./sent";

const bucket = "meridian-raw";

describe("the requests of buckets", () => {
  const filtered = (filter: Properties, Filter: Properties) => ({
    type: "aws:s3/bucketMetric:BucketMetric",
    inputs: { bucket, name: "all", filter },
    requests: [
      ["PutBucketMetricsConfiguration", { Id: "all", MetricsConfiguration: { Id: "all", Filter }, Bucket: bucket }],
    ] as const,
  });
  sends([
    { says: "have one condition by itself", ...filtered({ prefix: "a/" }, { Prefix: "a/" }) },
    { says: "have one tag by itself", ...filtered({ tags: { k: "v" } }, { Tag: { Key: "k", Value: "v" } }) },
    {
      says: "have several conditions in one that holds them all",
      ...filtered({ prefix: "a/", tags: { k: "v" } }, { And: { Prefix: "a/", Tags: [{ Key: "k", Value: "v" }] } }),
    },
    {
      says: "have tags that are not known yet among several conditions",
      ...filtered(
        { tags: UNKNOWN, accessPoint: "arn:aws:s3:us-east-1:1:accesspoint/a" },
        {
          And: { AccessPointArn: "arn:aws:s3:us-east-1:1:accesspoint/a", Tags: UNKNOWN },
        },
      ),
    },
    {
      says: "name a notification's keys by rules, and the event bus by an empty block",
      type: "aws:s3/bucketNotification:BucketNotification",
      inputs: {
        bucket,
        eventbridge: true,
        queues: [{ queueArn: "arn:q", events: ["s3:ObjectCreated:*"], filterPrefix: "landing/", filterSuffix: ".gz" }],
      },
      requests: [
        [
          "PutBucketNotificationConfiguration",
          {
            NotificationConfiguration: {
              EventBridgeConfiguration: {},
              QueueConfigurations: [
                {
                  QueueArn: "arn:q",
                  Events: ["s3:ObjectCreated:*"],
                  Filter: {
                    Key: {
                      FilterRules: [
                        { Name: "prefix", Value: "landing/" },
                        { Name: "suffix", Value: ".gz" },
                      ],
                    },
                  },
                },
              ],
            },
            Bucket: bucket,
          },
        ],
      ],
    },
    {
      says: "set each of a bucket's own settings by a request of its own",
      type: "aws:s3/bucket:Bucket",
      inputs: {
        bucket,
        forceDestroy: true,
        policy: { Version: "2012-10-17", Statement: [] },
        versioning: { enabled: false },
        grants: [{ id: "abc", type: "CanonicalUser", permissions: ["READ", "WRITE"] }],
        lifecycleRules: [{ id: "old", enabled: true, prefix: "tmp/", expiration: { days: 7 } }],
      },
      requests: [
        ["CreateBucket", { Bucket: bucket }],
        [
          "PutBucketAcl",
          {
            Bucket: bucket,
            AccessControlPolicy: {
              Grants: [
                { Grantee: { ID: "abc", Type: "CanonicalUser" }, Permission: "READ" },
                { Grantee: { ID: "abc", Type: "CanonicalUser" }, Permission: "WRITE" },
              ],
            },
          },
        ],
        [
          "PutBucketLifecycleConfiguration",
          {
            Bucket: bucket,
            LifecycleConfiguration: {
              Rules: [{ ID: "old", Status: "Enabled", Filter: { Prefix: "tmp/" }, Expiration: { Days: 7 } }],
            },
          },
        ],
        ["PutBucketPolicy", { Bucket: bucket, Policy: '{"Version":"2012-10-17","Statement":[]}' }],
        ["PutBucketVersioning", { Bucket: bucket, VersioningConfiguration: { Status: "Suspended" } }],
      ],
    },
    {
      says: "leave a bucket that never had versions as it is",
      type: "aws:s3/bucketVersioning:BucketVersioning",
      inputs: { bucket, versioningConfiguration: { status: "Disabled" } },
      requests: [["PutBucketVersioning", { Bucket: bucket, VersioningConfiguration: {} }]],
    },
    {
      says: "write an object's tags as a query",
      type: "aws:s3/bucketObjectv2:BucketObjectv2",
      inputs: { bucket, key: "a.json", content: "{}", tags: { kind: "a b", zone: "us&eu" }, sourceHash: "x" },
      requests: [["PutObject", { Bucket: bucket, Key: "a.json", Body: "{}", Tagging: "kind=a+b&zone=us%26eu" }]],
    },
    {
      says: "send an empty prefix of access logs",
      type: "aws:s3/bucketLogging:BucketLogging",
      inputs: { bucket, targetBucket: "logs", targetPrefix: "" },
      requests: [
        [
          "PutBucketLogging",
          { BucketLoggingStatus: { LoggingEnabled: { TargetBucket: "logs", TargetPrefix: "" } }, Bucket: bucket },
        ],
      ],
    },
  ]);
});
