import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf, bucketArnOf } from "../kit/arn";
import { allowing, trustCompute } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { Program } from "../kit/program";
import { problem, refuse, type Problem } from "../kit/refuse";
import { scopeTags, type Scope } from "../kit/scope";
import { wantDistinct, wantInteger } from "../kit/want";
import { scalingSteps } from "./plan";
import { userData } from "./startup";

/** A queue, as its owner publishes it. */
export interface QueueRef {
  readonly arn: pulumi.Input<string>;
  readonly url: pulumi.Input<string>;
  readonly name: pulumi.Input<string>;
}

/** Tables of the zone that scoring writes, by name. */
export interface TrainingTables {
  readonly recommendations: string;
  readonly models: string;
  readonly shards: string;
}

/** Arguments of {@link Training}. */
export interface TrainingArgs {
  readonly scope: Scope;
  /** Memory-optimised (R family) EC2 types, in order of preference. */
  readonly instanceTypes: readonly string[];
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, one for each zone. */
  readonly subnetIds: pulumi.Input<string[]>;
  readonly keyArn: pulumi.Input<string>;
  readonly buckets: {
    /** Read: interactions and features. */
    readonly gold: string;
    /** Written: models and checkpoints; read: programs. */
    readonly artifacts: string;
  };
  readonly tables: TrainingTables;
  /** One message a shard of the run. */
  readonly queue: QueueRef;
  /** The worker's programs; the archive's root holds an executable `start`. */
  readonly program: Program;
  /** Most instances at once. */
  readonly maxInstances: number;
  /** Shards waiting for each running instance that are enough to start another. @default 2 */
  readonly shardsPerInstance?: number;
  /** Instances that are on demand before any spot is used. @default 1 */
  readonly onDemandBase?: number;
  /** Percent on demand above the base. @default 0 */
  readonly onDemandPercentAboveBase?: number;
  /** GiB of gp3 for checkpoints and the matrices' spill. @default 100 */
  readonly diskGiB?: number;
  /** Minutes of an empty queue after which the group goes to zero. @default 15 */
  readonly idleMinutes?: number;
}

const DEFAULTS = {
  shardsPerInstance: 2,
  onDemandBase: 1,
  onDemandPercentAboveBase: 0,
  diskGiB: 100,
  idleMinutes: 15,
} as const;

/** Size of a gp3 volume, GiB: docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html */
const GP3_GIB = { min: 8, max: 65_536 } as const;

/** The newest Amazon Linux 2023 as EC2 resolves it at launch, so that a new instance is a patched one. */
const AL2023_PARAMETER = {
  x86_64: "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
  arm64: "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
} as const;

/** Graviton types carry a `g` behind the generation, e.g. `r7g`, `r8gd`. */
export function architectureOf(instanceType: string): keyof typeof AL2023_PARAMETER {
  return /^[a-z]+\d+g/.test(instanceType) ? "arm64" : "x86_64";
}

/** Problems of the arguments, all of them. */
export function checkTraining(args: TrainingArgs): Problem[] {
  const architectures = new Set(args.instanceTypes.map(architectureOf));
  const families = args.instanceTypes.flatMap((type, index) =>
    /^[rxu]/.test(type) ? [] : [problem(`instanceTypes[${index}]`, "a memory-optimised type (r, x or u family)", type)],
  );
  return [
    ...wantDistinct("instanceTypes", args.instanceTypes, "instance types"),
    ...families,
    ...(architectures.size > 1
      ? [
          problem(
            "instanceTypes",
            "one processor architecture, since one image serves all",
            args.instanceTypes.join(", "),
          ),
        ]
      : []),
    ...wantInteger("maxInstances", args.maxInstances, "instances", { min: 1, max: 1000 }),
    ...wantInteger("shardsPerInstance", args.shardsPerInstance ?? DEFAULTS.shardsPerInstance, "shards", { min: 1 }),
    ...wantInteger("onDemandBase", args.onDemandBase ?? DEFAULTS.onDemandBase, "instances", {
      min: 0,
      max: args.maxInstances,
    }),
    ...wantInteger(
      "onDemandPercentAboveBase",
      args.onDemandPercentAboveBase ?? DEFAULTS.onDemandPercentAboveBase,
      "percent",
      { min: 0, max: 100 },
    ),
    ...wantInteger("diskGiB", args.diskGiB ?? DEFAULTS.diskGiB, "GiB", GP3_GIB),
    ...wantInteger("idleMinutes", args.idleMinutes ?? DEFAULTS.idleMinutes, "minutes", { min: 5, max: 60 }),
  ];
}

/**
 * Training and batch scoring: memory-optimised instances that exist only while shards wait. Work is taken from a
 * queue and given back when an instance is lost, so spot is safe; checkpoints lie in the artifacts bucket.
 * @throws InputPropertiesError listing every bad argument.
 */
export class Training extends pulumi.ComponentResource {
  readonly groupName: pulumi.Output<string>;
  readonly instanceRoleArn: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  readonly launchTemplateId: pulumi.Output<string>;

  constructor(name: string, args: TrainingArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Training ${name}`, checkTraining(args));
    super("meridian:training:Training", name, {}, opts);

    const identity = this.createIdentity(name, args);
    const securityGroup = this.createSecurityGroup(name, args);
    const program = this.uploadProgram(name, args);
    const template = this.createLaunchTemplate(name, args, identity.profile, securityGroup);
    const group = this.createGroup(name, args, template, [identity.policy, program]);
    this.scaleWithBacklog(name, args, group);
    this.scaleToZero(name, args, group);

    this.groupName = group.name;
    this.instanceRoleArn = identity.role.arn;
    this.securityGroupId = securityGroup.id;
    this.launchTemplateId = template.id;
    this.registerOutputs({
      groupName: this.groupName,
      instanceRoleArn: this.instanceRoleArn,
      securityGroupId: this.securityGroupId,
      launchTemplateId: this.launchTemplateId,
    });
  }

  private createIdentity(name: string, args: TrainingArgs): Identity {
    const { scope, buckets, tables } = args;
    const table = (part: string): string => arnOf(scope, "dynamodb", `table/${part}`);
    const role = new aws.iam.Role(
      name,
      { name: nameOf(scope, "training", "role"), assumeRolePolicy: trustCompute("ec2.amazonaws.com") },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: allowing(
          {
            sid: "ListInputs",
            actions: ["s3:ListBucket"],
            resources: [bucketArnOf(scope, buckets.gold), bucketArnOf(scope, buckets.artifacts)],
          },
          {
            sid: "ReadInputs",
            actions: ["s3:GetObject"],
            resources: [bucketArnOf(scope, buckets.gold, "*"), bucketArnOf(scope, buckets.artifacts, "training/*")],
          },
          {
            sid: "WriteModels",
            actions: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
            resources: [
              bucketArnOf(scope, buckets.artifacts, "models/*"),
              bucketArnOf(scope, buckets.artifacts, "checkpoints/*"),
            ],
          },
          { sid: "UseDataKey", actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [args.keyArn] },
          {
            sid: "TakeShards",
            actions: [
              "sqs:ReceiveMessage",
              "sqs:DeleteMessage",
              "sqs:ChangeMessageVisibility",
              "sqs:GetQueueAttributes",
            ],
            resources: [args.queue.arn],
          },
          {
            sid: "WriteRecommendations",
            actions: ["dynamodb:BatchWriteItem", "dynamodb:PutItem"],
            resources: [table(tables.recommendations)],
          },
          {
            sid: "KeepRecords",
            actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            resources: [table(tables.models), table(tables.shards)],
          },
        ),
      },
      { parent: this },
    );
    const profile = new aws.iam.InstanceProfile(
      name,
      { name: nameOf(scope, "training", "role"), role: role.name },
      { parent: this },
    );
    return { role, policy, profile };
  }

  private createSecurityGroup(name: string, args: TrainingArgs): aws.ec2.SecurityGroup {
    const group = new aws.ec2.SecurityGroup(
      name,
      {
        name: nameOf(args.scope, "training", "securityGroup"),
        description: "Training workers: nothing comes in",
        vpcId: args.vpcId,
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
        description: "AWS APIs: the gateway endpoints of S3 and DynamoDB have public addresses",
      },
      { parent: this },
    );
    return group;
  }

  private uploadProgram(name: string, { buckets, program }: TrainingArgs): aws.s3.BucketObjectv2 {
    return new aws.s3.BucketObjectv2(
      `${name}-program`,
      { bucket: buckets.artifacts, key: programKey(program), source: program.archive },
      { parent: this },
    );
  }

  private createLaunchTemplate(
    name: string,
    args: TrainingArgs,
    profile: aws.iam.InstanceProfile,
    securityGroup: aws.ec2.SecurityGroup,
  ): aws.ec2.LaunchTemplate {
    const { scope, tables } = args;
    const startup = pulumi.output(args.queue.url).apply((queueUrl) =>
      Buffer.from(
        userData({
          region: scope.region,
          artifactsBucket: args.buckets.artifacts,
          programKey: programKey(args.program),
          environment: {
            MERIDIAN_ZONE: scope.zone,
            MERIDIAN_QUEUE_URL: queueUrl,
            MERIDIAN_GOLD_BUCKET: args.buckets.gold,
            MERIDIAN_ARTIFACTS_BUCKET: args.buckets.artifacts,
            MERIDIAN_RECOMMENDATIONS_TABLE: tables.recommendations,
            MERIDIAN_MODELS_TABLE: tables.models,
            MERIDIAN_SHARDS_TABLE: tables.shards,
          },
        }),
      ).toString("base64"),
    );
    return new aws.ec2.LaunchTemplate(
      name,
      {
        name: nameOf(scope, "training", "autoScalingGroup"),
        imageId: AL2023_PARAMETER[architectureOf(args.instanceTypes[0] ?? "")],
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
              volumeSize: args.diskGiB ?? DEFAULTS.diskGiB,
              encrypted: "true",
              kmsKeyId: args.keyArn,
              deleteOnTermination: "true",
            },
          },
        ],
        tagSpecifications: ["instance", "volume"].map((resourceType) => ({
          resourceType,
          // Instances do not take the provider's default tags.
          tags: { ...scopeTags(scope), Name: nameOf(scope, "training", "autoScalingGroup") },
        })),
        userData: startup,
      },
      { parent: this },
    );
  }

  private createGroup(
    name: string,
    args: TrainingArgs,
    template: aws.ec2.LaunchTemplate,
    ready: readonly pulumi.Resource[],
  ): aws.autoscaling.Group {
    return new aws.autoscaling.Group(
      name,
      {
        name: nameOf(args.scope, "training", "autoScalingGroup"),
        minSize: 0,
        maxSize: args.maxInstances,
        desiredCapacity: 0,
        vpcZoneIdentifiers: args.subnetIds,
        capacityRebalance: true,
        healthCheckType: "EC2",
        healthCheckGracePeriod: 300,
        defaultInstanceWarmup: 120,
        // A day: an instance never outlives the programs and the image of its run.
        maxInstanceLifetime: 86_400,
        enabledMetrics: ["GroupInServiceInstances", "GroupDesiredCapacity", "GroupTotalInstances"],
        mixedInstancesPolicy: {
          launchTemplate: {
            launchTemplateSpecification: {
              launchTemplateId: template.id,
              version: template.latestVersion.apply(String),
            },
            overrides: args.instanceTypes.map((instanceType) => ({ instanceType })),
          },
          instancesDistribution: {
            onDemandBaseCapacity: args.onDemandBase ?? DEFAULTS.onDemandBase,
            onDemandPercentageAboveBaseCapacity: args.onDemandPercentAboveBase ?? DEFAULTS.onDemandPercentAboveBase,
            onDemandAllocationStrategy: "prioritized",
            spotAllocationStrategy: "price-capacity-optimized",
          },
        },
      },
      // The backlog owns the size; a deployment in the middle of a run must not send the workers home.
      { parent: this, dependsOn: [...ready], ignoreChanges: ["desiredCapacity"] },
    );
  }

  /** Adds what is missing: `ceil(open shards / shardsPerInstance) - desired instances`. */
  private scaleWithBacklog(name: string, args: TrainingArgs, group: aws.autoscaling.Group): void {
    const shardsPerInstance = args.shardsPerInstance ?? DEFAULTS.shardsPerInstance;
    const policy = new aws.autoscaling.Policy(
      `${name}-backlog`,
      {
        name: "backlog",
        autoscalingGroupName: group.name,
        policyType: "StepScaling",
        adjustmentType: "ChangeInCapacity",
        metricAggregationType: "Maximum",
        estimatedInstanceWarmup: 120,
        // Bounds are relative to the alarm's threshold, which is one instance.
        stepAdjustments: scalingSteps(args.maxInstances).map(({ from, to, add }) => ({
          scalingAdjustment: add,
          metricIntervalLowerBound: String(from - 1),
          ...(to === undefined ? {} : { metricIntervalUpperBound: String(to - 1) }),
        })),
      },
      { parent: this },
    );
    new aws.cloudwatch.MetricAlarm(
      `${name}-backlog`,
      {
        name: nameOf(args.scope, "training-backlog", "alarm"),
        alarmDescription: "Shards wait: adds instances to the training group. No action of yours is needed.",
        metricQueries: [
          ...openShards(args),
          {
            id: "desired",
            metric: {
              namespace: "AWS/AutoScaling",
              metricName: "GroupDesiredCapacity",
              dimensions: { AutoScalingGroupName: group.name },
              period: 60,
              stat: "Maximum",
            },
          },
          {
            id: "missing",
            expression: `CEIL((waiting + working) / ${shardsPerInstance}) - FILL(desired, 0)`,
            label: "instances missing",
            returnData: true,
          },
        ],
        evaluationPeriods: 1,
        threshold: 1,
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        treatMissingData: "notBreaching",
        alarmActions: [policy.arn],
      },
      { parent: this },
    );
  }

  /** To zero only when nothing waits and nothing is in work, so that no instance is taken from its shard. */
  private scaleToZero(name: string, args: TrainingArgs, group: aws.autoscaling.Group): void {
    const policy = new aws.autoscaling.Policy(
      `${name}-idle`,
      {
        name: "idle",
        autoscalingGroupName: group.name,
        policyType: "StepScaling",
        adjustmentType: "ExactCapacity",
        stepAdjustments: [{ scalingAdjustment: 0, metricIntervalUpperBound: "0" }],
      },
      { parent: this },
    );
    new aws.cloudwatch.MetricAlarm(
      `${name}-idle`,
      {
        name: nameOf(args.scope, "training-idle", "alarm"),
        alarmDescription: "No shard waits or is in work: empties the training group. No action of yours is needed.",
        metricQueries: [
          ...openShards(args),
          { id: "open", expression: "waiting + working", label: "open shards", returnData: true },
        ],
        evaluationPeriods: args.idleMinutes ?? DEFAULTS.idleMinutes,
        threshold: 0,
        comparisonOperator: "LessThanOrEqualToThreshold",
        treatMissingData: "missing",
        alarmActions: [policy.arn],
      },
      { parent: this },
    );
  }
}

/** Shards that wait and shards in work, as metric queries `waiting` and `working`. */
function openShards({ queue }: TrainingArgs): aws.types.input.cloudwatch.MetricAlarmMetricQuery[] {
  const metrics = {
    waiting: "ApproximateNumberOfMessagesVisible",
    working: "ApproximateNumberOfMessagesNotVisible",
  };
  return Object.entries(metrics).map(([id, metricName]) => ({
    id,
    metric: { namespace: "AWS/SQS", metricName, dimensions: { QueueName: queue.name }, period: 60, stat: "Maximum" },
  }));
}

function programKey(program: Program): string {
  return `training/programs/${program.digest}.zip`;
}

interface Identity {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
  readonly profile: aws.iam.InstanceProfile;
}
