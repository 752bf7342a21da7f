import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { trustService } from "../kit/iam";
import { nameOf } from "../kit/names";
import { finding, refuse } from "../kit/refuse";
import type { Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { SECONDS } from "../kit/units";
import { wantDistinct } from "../kit/want";
import type { BucketRef } from "../parts/refs/bucket";
import { createRole } from "../parts/role";

/** A versioned bucket, and its region. The bucket's key is its own: see lakeBucketRef(). */
export interface ReplicaSite {
  readonly region: string;
  readonly bucket: BucketRef;
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
  /** Topic in the source's region that gets an alarm when a replica is behind. */
  readonly alarmTopicArn: pulumi.Input<string>;
}

/** What S3 Replication Time Control covers: docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html */
const REPLICATION_TIME_MINUTES = 15;
/** What untimed replication keeps in nearly all cases, without a word from AWS that it does. */
const UNTIMED_SECONDS = SECONDS.hour;

/** Findings about the arguments, by path. */
export function checkBucketReplication({ source, destinations, scope }: BucketReplicationArgs): Finding[] {
  return [
    ...wantDistinct(
      "destinations",
      destinations.map(({ region }) => region),
      "destination regions",
    ),
    ...destinations.flatMap(({ region }, index) =>
      region === source.region
        ? [finding(`destinations[${index}].region`, "a region other than the source's", region)]
        : [],
    ),
    ...(source.region === scope.region
      ? []
      : [finding("source.region", `the scope's region (${scope.region})`, source.region)]),
  ];
}

/**
 * Replicates one bucket to its peers of the same residency zone. Two buckets that replicate to each other are a cycle,
 * so this belongs to the mesh stack, after both buckets exist and are versioned; replicas are not replicated again.
 */
export class BucketReplication extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: BucketReplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`bucket replication "${name}"`, checkBucketReplication(args));
    super("meridian:lake:BucketReplication", name, {}, opts);
    const { role, policy } = createRole(
      name,
      {
        scope: args.scope,
        part: `replicate-${args.part}`,
        trust: trustService(args.scope, "s3.amazonaws.com"),
        grants: [
          args.source.bucket.allowReplicateFrom(),
          ...args.destinations.map(({ bucket }) => bucket.allowReplicateTo()),
        ],
      },
      this,
    );
    this.createRules(name, args, role, policy);
    this.createAlarms(name, args);
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }

  private createRules(
    name: string,
    { source, destinations, rpoSeconds }: BucketReplicationArgs,
    role: aws.iam.Role,
    policy: aws.iam.RolePolicy,
  ): void {
    const minutes = REPLICATION_TIME_MINUTES;
    const timed = isTimed(rpoSeconds);
    new aws.s3.BucketReplicationConfig(
      name,
      {
        region: source.region,
        bucket: source.bucket.name,
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
              bucket: site.bucket.arn,
              storageClass: "STANDARD",
              ...(site.bucket.key === undefined
                ? {}
                : { encryptionConfiguration: { replicaKmsKeyId: site.bucket.key.arn } }),
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

  /** S3 reports how far each replica is behind where time control is bought, in the source's region. */
  private createAlarms(
    name: string,
    { scope, part, source, destinations, rpoSeconds, alarmTopicArn }: BucketReplicationArgs,
  ): void {
    if (!isTimed(rpoSeconds)) return;
    for (const { region, bucket } of destinations) {
      new aws.cloudwatch.MetricAlarm(
        `${name}-lag-${region}`,
        {
          region: source.region,
          name: nameOf(scope, `replication-lag-${part}-${region}`, "alarm"),
          alarmDescription: `The copy of ${part} in ${region} is at most ${REPLICATION_TIME_MINUTES} minutes behind. Runbook: docs/runbooks/replication-lag.md`,
          namespace: "AWS/S3",
          metricName: "ReplicationLatency",
          dimensions: { SourceBucket: source.bucket.name, DestinationBucket: bucket.name, RuleId: region },
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
