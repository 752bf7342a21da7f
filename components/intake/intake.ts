import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { bucketArnOf } from "../kit/arn";
import { bundleProgram } from "../kit/bundle-program";
import { allowing, trustCompute } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { Program } from "../kit/program";
import { problem, refuse, type Problem } from "../kit/refuse";
import { scopeTags, type Scope } from "../kit/scope";
import { SECONDS } from "../kit/units";
import { wantDistinct, wantInteger } from "../kit/want";
import type { IntakeCapacity } from "./plan";
import { backlogPerInstance } from "./scaling";
import { userData } from "./startup";

const VERIFIER = join(__dirname, "..", "..", "services", "verifier");

/**
 * The verifier's program: its bundle and its `start`, with the lock file of its native packages, which the machine
 * installs. Reads sources only; the same sources give the same bytes.
 */
export function verifierProgram(): Program {
  return bundleProgram(join(VERIFIER, "main.ts"), {
    "package.json": join(VERIFIER, "package.json"),
    "package-lock.json": join(VERIFIER, "package-lock.json"),
  });
}

/** A queue, as the messaging room's `Queue` publishes it: an instance of it fits. */
export interface IntakeQueue {
  readonly name: pulumi.Input<string>;
  readonly arn: pulumi.Input<string>;
  readonly url: pulumi.Input<string>;
  /** The queue's policy: S3 tries the queue when it is told to notify it. */
  readonly policy: pulumi.Resource;
}

export interface IntakeArgs {
  readonly scope: Scope;
  /** Names of the region's buckets. */
  readonly buckets: {
    /** `landing/` is read and emptied, `verified/` is written. */
    readonly bronze: pulumi.Input<string>;
    readonly quarantine: pulumi.Input<string>;
    /** Holds the program. */
    readonly artifacts: pulumi.Input<string>;
  };
  /** Keys of bronze, quarantine, artifacts and the queues. */
  readonly keyArns: readonly pulumi.Input<string>[];
  /** One of them: bronze's. Verified objects name it themselves. */
  readonly bronzeKeyArn: pulumi.Input<string>;
  /** Must let S3 send on behalf of the bronze bucket; its key must let S3 encrypt. */
  readonly queue: IntakeQueue;
  /** Told of each batch of verified objects; the ETL takes it from there. */
  readonly handover: Pick<IntakeQueue, "arn" | "url">;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, one for each zone: at least two. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** EC2 types of one processor architecture, in order of preference: several, so that one may run out in a zone. */
  readonly instanceTypes: readonly string[];
  /** See planIntake(). */
  readonly capacity: IntakeCapacity;
  /** Instances that are on demand; all above are spot, since an object that is lost with one comes back. @default the least */
  readonly onDemandBase?: number;
  /** GiB of the root volume. @default 20 */
  readonly diskGiB?: number;
  /** Key of the root volume, whose policy lets auto scaling use it. @default the account's key for EBS */
  readonly volumeKeyArn?: pulumi.Input<string>;
  /** Topic told of quarantined objects. @default no alarm */
  readonly alarmTopicArn?: pulumi.Input<string>;
  /** @default the verifier, bundled from its sources */
  readonly program?: Program;
}

const DEFAULT_DISK_GIB = 20;
/** Size of a gp3 volume, GiB: docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html */
const GP3_GIB = { min: 8, max: 65_536 } as const;
/** The newest Amazon Linux 2023 as EC2 resolves it at launch, so that a new instance is a patched one. */
const AL2023 = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";
/** A week: an instance is never older than that week's patches. */
const MAX_INSTANCE_SECONDS = 7 * SECONDS.day;
/** From launch until the verifier reads the queue. */
const WARM_UP_SECONDS = 120;

/** Graviton types carry a `g` behind the generation, e.g. `m7g`. */
function architecture(instanceType: string): "arm64" | "x86_64" {
  return /^[a-z]+\d+g/.test(instanceType) ? "arm64" : "x86_64";
}

/** Problems of the arguments, by path. */
export function checkIntake(args: IntakeArgs): Problem[] {
  const { instanceTypes, capacity, onDemandBase, diskGiB } = args;
  const problems = [
    ...wantDistinct("instanceTypes", instanceTypes, "instance types", 2),
    ...wantInteger("capacity.minInstances", capacity.minInstances, "instances", { min: 1 }),
    ...wantInteger("capacity.maxInstances", capacity.maxInstances, "instances", {
      min: Math.max(2, capacity.minInstances),
    }),
    ...wantInteger("capacity.backlogPerInstance", capacity.backlogPerInstance, "messages", { min: 1 }),
    ...wantInteger("onDemandBase", onDemandBase ?? 0, "instances", { min: 0, max: capacity.maxInstances }),
    ...wantInteger("diskGiB", diskGiB ?? DEFAULT_DISK_GIB, "GiB", GP3_GIB),
  ];
  if (new Set(instanceTypes.map(architecture)).size > 1) {
    problems.push(
      problem("instanceTypes", "one processor architecture, since one image serves all", instanceTypes.join(", ")),
    );
  }
  return problems;
}

interface Identity {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
  readonly profile: aws.iam.InstanceProfile;
}

/**
 * Between Firehose and the ETL: an auto-scaling group that verifies each object landed in bronze and hands it over, or
 * puts it into quarantine. It grows with the backlog for each instance; no instance can be reached from outside.
 */
export class Intake extends pulumi.ComponentResource {
  readonly groupName: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: IntakeArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`intake "${name}"`, checkIntake(args));
    super("meridian:intake:Intake", name, {}, opts);
    const program = args.program ?? verifierProgram();
    const identity = this.createIdentity(name, args);
    const securityGroup = this.createSecurityGroup(name, args);
    const object = this.uploadProgram(name, args, program);
    const template = this.createLaunchTemplate(name, args, identity.profile, securityGroup, program);
    const group = this.createGroup(name, args, template, [identity.policy, object]);
    this.scaleWithBacklog(name, args, group);
    this.notifyQueue(name, args);
    this.watchQuarantine(name, args);
    this.groupName = group.name;
    this.roleArn = identity.role.arn;
    this.securityGroupId = securityGroup.id;
    this.registerOutputs({
      groupName: this.groupName,
      roleArn: this.roleArn,
      securityGroupId: this.securityGroupId,
    });
  }

  private createIdentity(name: string, args: IntakeArgs): Identity {
    const { scope, buckets, queue, handover, keyArns } = args;
    const objects = (bucket: pulumi.Input<string>, path: string): pulumi.Output<string> =>
      pulumi.output(bucket).apply((resolved) => bucketArnOf(scope, resolved, path));
    const whole = (bucket: pulumi.Input<string>): pulumi.Output<string> =>
      pulumi.output(bucket).apply((resolved) => bucketArnOf(scope, resolved));
    const role = new aws.iam.Role(
      name,
      { name: nameOf(scope, "intake", "role"), assumeRolePolicy: trustCompute("ec2.amazonaws.com") },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: allowing(
          { sid: "List", actions: ["s3:ListBucket"], resources: [whole(buckets.bronze), whole(buckets.quarantine)] },
          {
            sid: "TakeLanding",
            actions: ["s3:DeleteObject", "s3:GetObject", "s3:GetObjectTagging"],
            resources: [objects(buckets.bronze, "landing/*")],
          },
          {
            sid: "WriteVerified",
            actions: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"],
            resources: [objects(buckets.bronze, "verified/*"), objects(buckets.quarantine, "intake/*")],
          },
          { sid: "ReadProgram", actions: ["s3:GetObject"], resources: [objects(buckets.artifacts, "intake/*")] },
          {
            sid: "UseKeys",
            actions: ["kms:Decrypt", "kms:GenerateDataKey"],
            resources: keyArns,
            conditions: {
              StringEquals: {
                "kms:ViaService": [`s3.${scope.region}.amazonaws.com`, `sqs.${scope.region}.amazonaws.com`],
              },
            },
          },
          {
            sid: "WorkQueue",
            actions: [
              "sqs:ChangeMessageVisibility",
              "sqs:DeleteMessage",
              "sqs:GetQueueAttributes",
              "sqs:ReceiveMessage",
            ],
            resources: [queue.arn],
          },
          { sid: "HandOver", actions: ["sqs:SendMessage"], resources: [handover.arn] },
        ),
      },
      { parent: this },
    );
    const profile = new aws.iam.InstanceProfile(
      name,
      { name: nameOf(scope, "intake", "role"), role: role.name },
      { parent: this },
    );
    return { role, policy, profile };
  }

  private createSecurityGroup(name: string, { scope, vpcId }: IntakeArgs): aws.ec2.SecurityGroup {
    const group = new aws.ec2.SecurityGroup(
      name,
      {
        name: nameOf(scope, "intake", "securityGroup"),
        description: "Intake verifiers: nothing comes in",
        vpcId,
        revokeRulesOnDelete: true,
      },
      { parent: this },
    );
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-https`,
      {
        securityGroupId: group.id,
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        description: "AWS APIs and packages: the gateway endpoint of S3 has public addresses",
      },
      { parent: this },
    );
    return group;
  }

  private uploadProgram(name: string, { buckets }: IntakeArgs, program: Program): aws.s3.BucketObjectv2 {
    return new aws.s3.BucketObjectv2(
      `${name}-program`,
      { bucket: buckets.artifacts, key: programKey(program), source: program.archive },
      { parent: this },
    );
  }

  private createLaunchTemplate(
    name: string,
    args: IntakeArgs,
    profile: aws.iam.InstanceProfile,
    securityGroup: aws.ec2.SecurityGroup,
    program: Program,
  ): aws.ec2.LaunchTemplate {
    const { scope, buckets, queue, handover, instanceTypes } = args;
    const startup = pulumi
      .all([queue.url, handover.url, buckets.bronze, args.bronzeKeyArn, buckets.quarantine, buckets.artifacts])
      .apply(([queueUrl, handoverUrl, bronze, bronzeKey, quarantine, artifactsBucket]) =>
        userData({
          region: scope.region,
          artifactsBucket,
          programKey: programKey(program),
          environment: {
            INTAKE_QUEUE_URL: queueUrl,
            HANDOVER_QUEUE_URL: handoverUrl,
            BRONZE_BUCKET: bronze,
            BRONZE_KEY_ARN: bronzeKey,
            QUARANTINE_BUCKET: quarantine,
          },
        }),
      );
    return new aws.ec2.LaunchTemplate(
      name,
      {
        name: nameOf(scope, "intake", "autoScalingGroup"),
        imageId: `${AL2023}${architecture(instanceTypes[0] ?? "")}`,
        updateDefaultVersion: true,
        iamInstanceProfile: { arn: profile.arn },
        vpcSecurityGroupIds: [securityGroup.id],
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          httpPutResponseHopLimit: 1,
          instanceMetadataTags: "disabled",
        },
        monitoring: { enabled: true },
        blockDeviceMappings: [
          {
            deviceName: "/dev/xvda",
            ebs: {
              volumeType: "gp3",
              volumeSize: args.diskGiB ?? DEFAULT_DISK_GIB,
              encrypted: "true",
              ...(args.volumeKeyArn === undefined ? {} : { kmsKeyId: args.volumeKeyArn }),
              deleteOnTermination: "true",
            },
          },
        ],
        tagSpecifications: ["instance", "volume"].map((resourceType) => ({
          resourceType,
          // Instances do not take the provider's default tags.
          tags: { ...scopeTags(scope), Name: nameOf(scope, "intake", "autoScalingGroup") },
        })),
        userData: startup.apply((text) => Buffer.from(text).toString("base64")),
      },
      { parent: this },
    );
  }

  private createGroup(
    name: string,
    { scope, subnetIds, capacity, instanceTypes, onDemandBase }: IntakeArgs,
    template: aws.ec2.LaunchTemplate,
    ready: readonly pulumi.Resource[],
  ): aws.autoscaling.Group {
    return new aws.autoscaling.Group(
      name,
      {
        name: nameOf(scope, "intake", "autoScalingGroup"),
        minSize: capacity.minInstances,
        maxSize: capacity.maxInstances,
        vpcZoneIdentifiers: subnetIds,
        capacityRebalance: true,
        healthCheckType: "EC2",
        healthCheckGracePeriod: 300,
        defaultInstanceWarmup: WARM_UP_SECONDS,
        maxInstanceLifetime: MAX_INSTANCE_SECONDS,
        enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupTotalInstances"],
        mixedInstancesPolicy: {
          launchTemplate: {
            launchTemplateSpecification: {
              launchTemplateId: template.id,
              version: template.latestVersion.apply(String),
            },
            overrides: instanceTypes.map((instanceType) => ({ instanceType })),
          },
          instancesDistribution: {
            onDemandBaseCapacity: onDemandBase ?? capacity.minInstances,
            onDemandPercentageAboveBaseCapacity: 0,
            onDemandAllocationStrategy: "prioritized",
            spotAllocationStrategy: "price-capacity-optimized",
          },
        },
        // A new program or image goes round by itself, with half of the group at work.
        instanceRefresh: { strategy: "Rolling", preferences: { minHealthyPercentage: 50 } },
      },
      { parent: this, dependsOn: [...ready] },
    );
  }

  private scaleWithBacklog(name: string, { queue, capacity }: IntakeArgs, group: aws.autoscaling.Group): void {
    new aws.autoscaling.Policy(
      `${name}-backlog`,
      {
        name: "backlog",
        autoscalingGroupName: group.name,
        policyType: "TargetTrackingScaling",
        estimatedInstanceWarmup: WARM_UP_SECONDS,
        targetTrackingConfiguration: {
          targetValue: capacity.backlogPerInstance,
          customizedMetricSpecification: { metrics: backlogPerInstance(queue.name, group.name) },
        },
      },
      { parent: this },
    );
  }

  /** A bucket has one notification configuration: this is the owner of bronze's. */
  private notifyQueue(name: string, { buckets, queue }: IntakeArgs): void {
    new aws.s3.BucketNotification(
      name,
      {
        bucket: buckets.bronze,
        queues: [{ id: "landed", queueArn: queue.arn, events: ["s3:ObjectCreated:*"], filterPrefix: "landing/" }],
      },
      { parent: this, dependsOn: [queue.policy] },
    );
  }

  /** Tells of the first object put into quarantine, by S3's own request metrics of that path. */
  private watchQuarantine(name: string, { scope, buckets, alarmTopicArn }: IntakeArgs): void {
    const filter = "intake";
    new aws.s3.BucketMetric(
      `${name}-quarantine`,
      { bucket: buckets.quarantine, name: filter, filter: { prefix: "intake/" } },
      { parent: this },
    );
    if (alarmTopicArn === undefined) return;
    new aws.cloudwatch.MetricAlarm(
      `${name}-quarantine`,
      {
        name: nameOf(scope, "intake-quarantine", "alarm"),
        alarmDescription:
          "Objects landed in bronze were torn or malformed and lie in quarantine. Runbook: docs/runbooks/intake-quarantine.md",
        namespace: "AWS/S3",
        metricName: "PutRequests",
        dimensions: { BucketName: buckets.quarantine, FilterId: filter },
        statistic: "Sum",
        period: 300,
        evaluationPeriods: 1,
        threshold: 0,
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
        alarmActions: [alarmTopicArn],
        okActions: [alarmTopicArn],
      },
      { parent: this },
    );
  }
}

function programKey({ digest }: Program): string {
  return `intake/${digest}.zip`;
}
