import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import type { Grant } from "../kit/grant";
import { trustService, type Allow } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { Scope } from "../kit/scope";
import { allowInterfaces } from "../parts/refs/account";
import type { BucketRef } from "../parts/refs/bucket";
import type { DomainRef } from "../parts/refs/domain";
import type { KeyRef } from "../parts/refs/key";
import type { StreamRef } from "../parts/refs/stream";
import { createRole } from "../parts/role";
import { createDeliveryLogs, errorPath, locate, processing, type Processor } from "./delivery";

/** The domain that real-time logs go to. */
export interface SearchTarget {
  readonly domain: DomainRef;
  /** Private subnets of the domain's VPC. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security group that may reach the domain on 443. */
  readonly securityGroupId: pulumi.Input<string>;
}

export interface SearchDeliveryArgs {
  readonly scope: Scope;
  readonly source: StreamRef;
  readonly target: SearchTarget;
  readonly processor: Processor;
  /** Keeps what the domain did not take. */
  readonly failed: BucketRef;
  /** Key of the logs. */
  readonly logKey: KeyRef;
}

const PART = "events-search";
/** Seconds that a document waits at most: the branch is for looking at what happens now (API reference: 0 to 900). */
const INTERVAL_SECONDS = 60;
/** MiB; a bulk request of a domain of small nodes takes 10 MB (OpenSearch Service quotas, "Network limits"). */
const SIZE_MIB = 5;
/** Seconds of retries while the domain is busy, before a document goes to the bucket. */
const RETRY_SECONDS = 300;

/** One index a day, of this name. */
const INDEX = "clickstream";

/** The real-time branch: curated events into an OpenSearch domain, one index a day, in the domain's own VPC. */
export class SearchDelivery extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** Role to be mapped to a writing role inside the domain. */
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: SearchDeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meridian:ingest:SearchDelivery", name, {}, opts);
    const { scope } = args;
    const logs = createDeliveryLogs(name, { scope, part: PART, key: args.logKey }, this);
    const { role, policy } = createRole(
      name,
      {
        scope,
        part: PART,
        trust: trustService(scope, "firehose.amazonaws.com"),
        grants: [...grantsOf(args), logs.ref.allowPut()],
      },
      this,
    );
    const stream = new aws.kinesis.FirehoseDeliveryStream(
      name,
      {
        name: nameOf(scope, PART, "deliveryStream"),
        destination: "opensearch",
        kinesisSourceConfiguration: { kinesisStreamArn: args.source.arn, roleArn: role.arn },
        opensearchConfiguration: {
          roleArn: role.arn,
          domainArn: args.target.domain.arn,
          indexName: INDEX,
          indexRotationPeriod: "OneDay",
          bufferingInterval: INTERVAL_SECONDS,
          bufferingSize: SIZE_MIB,
          retryDuration: RETRY_SECONDS,
          processingConfiguration: processing(args.processor),
          vpcConfig: {
            roleArn: role.arn,
            subnetIds: args.target.subnetIds,
            securityGroupIds: [args.target.securityGroupId],
          },
          cloudwatchLoggingOptions: logs.destination,
          s3BackupMode: "FailedDocumentsOnly",
          s3Configuration: {
            roleArn: role.arn,
            ...locate(args.failed),
            prefix: "search-failed/",
            errorOutputPrefix: errorPath("search-errors"),
            compressionFormat: "GZIP",
            cloudwatchLoggingOptions: logs.backup,
          },
        },
      },
      { parent: this, dependsOn: [policy] },
    );
    this.arn = stream.arn;
    this.roleArn = role.arn;
    this.registerOutputs({ arn: this.arn, roleArn: this.roleArn });
  }
}

/** Delivery into a domain in a VPC: docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
function grantsOf({ scope, source, target, processor, failed }: SearchDeliveryArgs): readonly (Grant | Allow)[] {
  return [
    source.allowRead(),
    failed.allowDelivery(),
    processor.fn.allowTransform(),
    target.domain.allowDelivery(),
    ...allowInterfaces(scope, [
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcAttribute",
      "ec2:DescribeVpcs",
    ]),
  ];
}
