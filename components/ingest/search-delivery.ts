import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { allowing } from "../kit/iam";
import { nameOf } from "../kit/names";
import { refuse, type Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantMatch } from "../kit/want";
import {
  createDeliveryLogs,
  createDeliveryRole,
  errorPath,
  invoke,
  processing,
  writeBucket,
  writeLogs,
  type DeliveryBucket,
  type DeliveryStreamArgs,
  type Processor,
} from "./delivery";
import { readStream, type StreamSource } from "./delivery-source";

/** The domain that real-time logs go to. */
export interface SearchTarget {
  readonly domainArn: pulumi.Input<string>;
  /** Private subnets of the domain's VPC. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security group that may reach the domain on 443. */
  readonly securityGroupId: pulumi.Input<string>;
}

export interface SearchDeliveryArgs {
  readonly scope: Scope;
  readonly source: StreamSource;
  readonly target: SearchTarget;
  readonly processor: Processor;
  /** Keeps what the domain did not take. */
  readonly failed: DeliveryBucket;
  /** @default "clickstream" */
  readonly indexName?: string;
  readonly logs: DeliveryStreamArgs["logs"];
}

const PART = "events-search";
/** Seconds that a document waits at most: the branch is for looking at what happens now (API reference: 0 to 900). */
const INTERVAL_SECONDS = 60;
/** MiB; a bulk request of a domain of small nodes takes 10 MB (OpenSearch Service quotas, "Network limits"). */
const SIZE_MIB = 5;
/** Seconds of retries while the domain is busy, before a document goes to the bucket. */
const RETRY_SECONDS = 300;

/** Problems of the arguments, by path. */
export function checkSearchDelivery({ indexName }: SearchDeliveryArgs): Problem[] {
  return wantMatch("indexName", indexName ?? "clickstream", /^[a-z][a-z0-9_-]{0,99}$/, "a lower-case index name");
}

/** The real-time branch: curated events into an OpenSearch domain, one index a day, in the domain's own VPC. */
export class SearchDelivery extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** Role to be mapped to a writing role inside the domain. */
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: SearchDeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`search delivery "${name}"`, checkSearchDelivery(args));
    super("meridian:ingest:SearchDelivery", name, {}, opts);
    const { scope } = args;
    const logs = createDeliveryLogs(name, scope, PART, args.logs, this);
    const role = createDeliveryRole(name, scope, PART, this);
    const policy = new aws.iam.RolePolicy(name, { role: role.id, policy: permissions(args) }, { parent: this });
    const stream = new aws.kinesis.FirehoseDeliveryStream(
      name,
      {
        name: nameOf(scope, PART, "deliveryStream"),
        destination: "opensearch",
        kinesisSourceConfiguration: { kinesisStreamArn: args.source.streamArn, roleArn: role.arn },
        opensearchConfiguration: {
          roleArn: role.arn,
          domainArn: args.target.domainArn,
          indexName: args.indexName ?? "clickstream",
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
            bucketArn: args.failed.arn,
            kmsKeyArn: args.failed.keyArn,
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

function permissions({ scope, source, target, processor, failed }: SearchDeliveryArgs): pulumi.Output<string> {
  return allowing(
    ...readStream(scope, source),
    ...writeBucket(scope, "Failed", failed),
    invoke(processor.functionArn),
    writeLogs(scope, PART),
    {
      sid: "DescribeDomain",
      actions: ["es:DescribeDomain", "es:DescribeDomainConfig", "es:DescribeDomains"],
      resources: [target.domainArn],
    },
    {
      sid: "WriteDocuments",
      actions: ["es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut"],
      resources: [pulumi.interpolate`${target.domainArn}/*`],
    },
    {
      // EC2 has no resource-level permission for describing (Service Authorization Reference, "Amazon EC2").
      sid: "DescribeNetwork",
      actions: [
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcs",
      ],
      resources: ["*"],
    },
    {
      sid: "AttachToNetwork",
      actions: ["ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"],
      resources: ["network-interface", "subnet", "security-group"].map(
        (kind) => `arn:${scope.partition}:ec2:${scope.region}:${scope.account}:${kind}/*`,
      ),
    },
  );
}
