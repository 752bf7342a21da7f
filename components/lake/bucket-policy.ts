import * as pulumi from "@pulumi/pulumi";
import { arnOf, bucketArnOf } from "../kit/arn";
import { capitalised } from "../kit/names";
import type { Scope } from "../kit/scope";

/** A service that puts objects into a bucket on this account's behalf. */
export type BucketWriter =
  | {
      /** S3 server access logs. */
      readonly kind: "access-logs";
      /** Path that it may write, e.g. `access/`. */
      readonly prefix: string;
    }
  | {
      /** VPC flow logs, and what CloudFront and others deliver through CloudWatch. */
      readonly kind: "delivery-logs";
      readonly prefix: string;
      /** Region of the source, e.g. us-east-1 for CloudFront. @default the bucket's own */
      readonly sourceRegion?: string;
    }
  | {
      /** S3 Inventory's lists of what other buckets hold. */
      readonly kind: "inventory";
      readonly prefix: string;
      /** Names of the buckets that are listed. */
      readonly sources: readonly string[];
    };

interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal: "*" | { readonly Service: string };
  readonly Action: string | readonly string[];
  readonly Resource: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string | number | readonly string[]>>>>;
}

/** A bucket's policy: nothing by plain HTTP or by TLS before 1.2 (FSBP S3.5), and the services that write their logs. */
export function bucketPolicy(
  scope: Scope,
  bucketArn: pulumi.Input<string>,
  writers: readonly BucketWriter[],
): pulumi.Output<string> {
  const everything = [bucketArn, pulumi.interpolate`${bucketArn}/*`];
  const statements: Statement[] = [
    deny("OnlyTls", everything, { Bool: { "aws:SecureTransport": "false" } }),
    deny("OnlyTls12", everything, { NumericLessThan: { "s3:TlsVersion": 1.2 } }),
    ...writers.flatMap((writer) => allowWriter(scope, bucketArn, writer)),
  ];
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

function deny(sid: string, resources: readonly pulumi.Input<string>[], condition: Statement["Condition"]): Statement {
  return { Sid: sid, Effect: "Deny", Principal: "*", Action: "s3:*", Resource: resources, Condition: condition };
}

function allowWriter(scope: Scope, bucketArn: pulumi.Input<string>, writer: BucketWriter): Statement[] {
  const { kind, prefix } = writer;
  const ofThisAccount = { StringEquals: { "aws:SourceAccount": scope.account } };
  const objects = pulumi.interpolate`${bucketArn}/${prefix}*`;
  if (kind === "access-logs") {
    // docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    const Principal = { Service: "logging.s3.amazonaws.com" };
    return [
      {
        Sid: "AccessLogs",
        Effect: "Allow",
        Principal,
        Action: "s3:PutObject",
        Resource: objects,
        Condition: ofThisAccount,
      },
    ];
  }
  if (kind === "inventory") {
    // docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html
    return [
      {
        Sid: "Inventory",
        Effect: "Allow",
        Principal: { Service: "s3.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: objects,
        Condition: {
          StringEquals: { "aws:SourceAccount": scope.account, "s3:x-amz-acl": "bucket-owner-full-control" },
          ArnLike: { "aws:SourceArn": writer.sources.map((source) => bucketArnOf(scope, source)) },
        },
      },
    ];
  }
  // docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
  // docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
  const { sourceRegion: region = scope.region } = writer;
  const of = writer.sourceRegion === undefined ? "" : capitalised(prefix.replace(/[^a-z]/g, ""));
  const Principal = { Service: "delivery.logs.amazonaws.com" };
  const Condition = {
    StringEquals: { "aws:SourceAccount": scope.account },
    ArnLike: { "aws:SourceArn": arnOf(scope, "logs", "*", { region }) },
  };
  return [
    { Sid: `DeliveryLogs${of}`, Effect: "Allow", Principal, Action: "s3:PutObject", Resource: objects, Condition },
    {
      Sid: `DeliveryCheck${of}`,
      Effect: "Allow",
      Principal,
      Action: ["s3:GetBucketAcl", "s3:ListBucket"],
      Resource: bucketArn,
      Condition,
    },
  ];
}
