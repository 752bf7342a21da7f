import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf, bucketArnOf } from "../kit/arn";
import { allowing, allowKeyByAlias, trustService } from "../kit/iam";
import { nameOf } from "../kit/names";
import { problem, refuse } from "../kit/refuse";
import type { Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { SECONDS } from "../kit/units";
import { wantDistinct } from "../kit/want";

/** A versioned bucket of some region, and the alias of the key that encrypts it there. */
export interface ReplicaSite {
  readonly region: string;
  readonly bucket: string;
  /** `alias/...` of the key in that region: the id is another stack's secret of state, the alias is computed. */
  readonly keyAlias: string;
}

export interface BucketReplicationArgs {
  /** Scope whose region is the source's. */
  readonly scope: Scope;
  /** What is replicated, e.g. `gold`: part of the role's name. */
  readonly part: string;
  readonly source: ReplicaSite;
  /** The peers of the same residency zone; sorted by region here, so that their order changes nothing. */
  readonly destinations: readonly ReplicaSite[];
  /** Recovery point that is promised, seconds. Below an hour, S3 Replication Time Control is bought: without it there is no bound. */
  readonly rpoSeconds: number;
  /** Topic in the source's region that hears of a replica that is behind. @default nobody hears of it */
  readonly alarmTopicArn?: pulumi.Input<string>;
}

/** What S3 Replication Time Control covers: docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html */
const REPLICATION_TIME_MINUTES = 15;
/** What untimed replication keeps in nearly all cases, without a word from AWS that it does. */
const UNTIMED_SECONDS = SECONDS.hour;

/** Problems of the arguments, by path. */
export function checkBucketReplication({ source, destinations, scope }: BucketReplicationArgs): Problem[] {
  return [
    ...wantDistinct(
      "destinations",
      destinations.map(({ region }) => region),
      "destination regions",
    ),
    ...destinations.flatMap(({ region }, index) =>
      region === source.region
        ? [problem(`destinations[${index}].region`, "a region other than the source's", region)]
        : [],
    ),
    ...(source.region === scope.region
      ? []
      : [problem("source.region", `the scope's region (${scope.region})`, source.region)]),
  ];
}

/**
 * Replicates one bucket to its peers of the same residency zone. Two buckets that replicate to each other are a cycle,
 * so this belongs to the mesh stack, after both buckets stand and are versioned; replicas are not replicated again.
 */
export class BucketReplication extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: BucketReplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`bucket replication "${name}"`, checkBucketReplication(args));
    super("meridian:lake:BucketReplication", name, {}, opts);
    const role = this.createRole(name, args);
    const policy = this.allowRole(name, args, role);
    this.createRules(name, args, role, policy);
    this.createAlarms(name, args);
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }

  private createRole(name: string, { scope, part }: BucketReplicationArgs): aws.iam.Role {
    return new aws.iam.Role(
      name,
      {
        name: nameOf(scope, `replicate-${part}`, "role"),
        assumeRolePolicy: trustService(scope, "s3.amazonaws.com"),
      },
      { parent: this },
    );
  }

  private allowRole(
    name: string,
    { scope, source, destinations }: BucketReplicationArgs,
    role: aws.iam.Role,
  ): aws.iam.RolePolicy {
    return new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: allowing(
          {
            sid: "ReadSource",
            actions: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
            resources: [bucketArnOf(scope, source.bucket)],
          },
          {
            sid: "ReadVersions",
            actions: ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
            resources: [bucketArnOf(scope, source.bucket, "*")],
          },
          {
            sid: "WriteReplicas",
            actions: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            resources: destinations.map(({ bucket }) => bucketArnOf(scope, bucket, "*")),
          },
          allowKeyByAlias(scope, {
            sid: "DecryptSource",
            actions: ["kms:Decrypt"],
            alias: source.keyAlias,
            via: "s3",
          }),
          ...destinations.map(({ region, keyAlias }) =>
            allowKeyByAlias(scope, {
              sid: `EncryptIn${region.replaceAll("-", "")}`,
              actions: ["kms:Encrypt", "kms:GenerateDataKey"],
              alias: keyAlias,
              region,
              via: "s3",
            }),
          ),
        ),
      },
      { parent: this },
    );
  }

  private createRules(
    name: string,
    { scope, source, destinations, rpoSeconds }: BucketReplicationArgs,
    role: aws.iam.Role,
    policy: aws.iam.RolePolicy,
  ): void {
    const minutes = REPLICATION_TIME_MINUTES;
    const timed = isTimed(rpoSeconds);
    new aws.s3.BucketReplicationConfig(
      name,
      {
        region: source.region,
        bucket: source.bucket,
        role: role.arn,
        rules: [...destinations]
          .sort((a, b) => a.region.localeCompare(b.region))
          .map((site, index) => ({
            id: site.region,
            priority: index + 1,
            status: "Enabled",
            filter: { prefix: "" },
            // An erasure must reach every copy.
            deleteMarkerReplication: { status: "Enabled" },
            sourceSelectionCriteria: {
              replicaModifications: { status: "Enabled" },
              sseKmsEncryptedObjects: { status: "Enabled" },
            },
            destination: {
              bucket: bucketArnOf(scope, site.bucket),
              storageClass: "STANDARD",
              encryptionConfiguration: {
                replicaKmsKeyId: arnOf(scope, "kms", site.keyAlias, { region: site.region }),
              },
              ...(timed
                ? {
                    replicationTime: { status: "Enabled", time: { minutes } },
                    metrics: { status: "Enabled", eventThreshold: { minutes } },
                  }
                : {}),
            },
          })),
      },
      { parent: this, dependsOn: [policy] },
    );
  }

  /** S3 tells how far each replica is behind where time control is bought, in the source's region. */
  private createAlarms(
    name: string,
    { scope, part, source, destinations, rpoSeconds, alarmTopicArn }: BucketReplicationArgs,
  ): void {
    if (alarmTopicArn === undefined || !isTimed(rpoSeconds)) return;
    for (const { region, bucket } of destinations) {
      new aws.cloudwatch.MetricAlarm(
        `${name}-lag-${region}`,
        {
          region: source.region,
          name: nameOf(scope, `replication-lag-${part}-${region}`, "alarm"),
          alarmDescription: `The copy of ${part} in ${region} is at most ${REPLICATION_TIME_MINUTES} minutes behind. Runbook: docs/runbooks/replication-lag.md`,
          namespace: "AWS/S3",
          metricName: "ReplicationLatency",
          dimensions: { SourceBucket: source.bucket, DestinationBucket: bucket, RuleId: region },
          statistic: "Maximum",
          period: 300,
          evaluationPeriods: 3,
          datapointsToAlarm: 3,
          threshold: REPLICATION_TIME_MINUTES * SECONDS.minute,
          comparisonOperator: "GreaterThanThreshold",
          treatMissingData: "notBreaching",
          alarmActions: [alarmTopicArn],
          okActions: [alarmTopicArn],
          tags: { "meridian:severity": "page" },
        },
        { parent: this },
      );
    }
  }
}

function isTimed(rpoSeconds: number): boolean {
  return rpoSeconds < UNTIMED_SECONDS;
}
