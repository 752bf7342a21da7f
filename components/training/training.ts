import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import type { Program } from "../kit/program";
import { problem, refuse, type Problem } from "../kit/refuse";
import { scopeTags } from "../kit/scope";
import { wantDistinct, wantInteger, wantMatch } from "../kit/want";
import { trainingProgram } from "./program";
import { DEFAULTS, type TrainingArgs } from "./contract";
import { createIdentity } from "./identity";
import { scaleToZero, scaleWithBacklog } from "./scaling";
import { USERS_PER_SHARD } from "./plan";
import { workerSettings } from "../../contracts/settings/worker";
import { DATA_FOLDER, PYTHON, userData } from "./startup";
import { checkWarmPool, readyUnit, warmGroup } from "./warm-pool";

export type { QueueRef, TrainingArgs, TrainingTables, WarmPool } from "./contract";

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
    ...optional("searchBudget", args.searchBudget, "trials", { min: 1, max: 1000 }),
    ...optional("listLength", args.listLength, "items", { min: 1, max: 1000 }),
    ...optional("listTtlDays", args.listTtlDays, "days", { min: 1 }),
    ...optional("writesPerSecond", args.writesPerSecond, "lists per second", { min: 1 }),
    ...["packageIndexUrl" as const, "trackingUrl" as const].flatMap((name) => {
      const url = args[name];
      return url === undefined ? [] : wantMatch(name, url, /^https?:\/\/[^\s'"$`\\]+$/, "an http(s) address");
    }),
    ...wantInteger("idleMinutes", args.idleMinutes ?? DEFAULTS.idleMinutes, "minutes", { min: 5, max: 60 }),
    ...checkWarmPool(args),
  ];
}

function optional(
  path: string,
  value: number | undefined,
  unit: string,
  range: { min: number; max?: number },
): Problem[] {
  return value === undefined ? [] : wantInteger(path, value, unit, range);
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

    const identity = createIdentity(name, args, this);
    const securityGroup = this.createSecurityGroup(name, args);
    const program = args.program ?? trainingProgram();
    const object = this.uploadProgram(name, args, program);
    const template = this.createLaunchTemplate(name, args, { profile: identity.profile, securityGroup, program });
    const group = this.createGroup(name, args, template, [identity.policy, object]);
    scaleWithBacklog(name, args, group, this);
    scaleToZero(name, args, group, this);

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

  private uploadProgram(name: string, { buckets }: TrainingArgs, program: Program): aws.s3.BucketObjectv2 {
    return new aws.s3.BucketObjectv2(
      `${name}-program`,
      { bucket: buckets.artifacts, key: programKey(program), source: program.archive },
      { parent: this },
    );
  }

  private createLaunchTemplate(
    name: string,
    args: TrainingArgs,
    { profile, securityGroup, program }: LaunchParts,
  ): aws.ec2.LaunchTemplate {
    const { scope } = args;
    const startup = pulumi
      .output(args.queue.url)
      .apply((queueUrl) => Buffer.from(startupScript(args, program, queueUrl)).toString("base64"));
    return new aws.ec2.LaunchTemplate(
      name,
      {
        name: nameOf(scope, "training", "autoScalingGroup"),
        imageId: AL2023_PARAMETER[architectureOf(args.instanceTypes[0] ?? "")],
        // A group with a warm pool has no mix of types to say it.
        ...(args.warmPool === undefined ? {} : { instanceType: args.instanceTypes[0] }),
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
        ...(args.warmPool === undefined ? mixOf(args, template) : warmGroup(args.warmPool, template)),
      },
      // The backlog owns the size; a deployment in the middle of a run must not send the workers home.
      { parent: this, dependsOn: [...ready], ignoreChanges: ["desiredCapacity"] },
    );
  }
}

/** Several types, spot above what is to be on demand. */
function mixOf(
  args: TrainingArgs,
  template: aws.ec2.LaunchTemplate,
): Pick<aws.autoscaling.GroupArgs, "mixedInstancesPolicy"> {
  return {
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
  };
}

interface LaunchParts {
  readonly profile: aws.iam.InstanceProfile;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly program: Program;
}

function startupScript(args: TrainingArgs, program: Program, queueUrl: string): string {
  const { scope, tables, packageIndexUrl } = args;
  return userData({
    region: scope.region,
    artifactsBucket: args.buckets.artifacts,
    programKey: programKey(program),
    ...(packageIndexUrl === undefined ? {} : { packageIndexUrl }),
    ...(args.warmPool === undefined ? {} : { start: readyUnit(scope) }),
    environment: workerSettings.write({
      region: scope.region,
      queueUrl,
      goldBucket: args.buckets.gold,
      artifactsBucket: args.buckets.artifacts,
      recommendationsTable: tables.recommendations,
      modelsTable: tables.models,
      shardsTable: tables.shards,
      python: PYTHON,
      dataFolder: DATA_FOLDER,
      trackingUrl: args.trackingUrl,
      searchBudget: args.searchBudget,
      usersPerShard: USERS_PER_SHARD,
      listLength: args.listLength,
      listTtlDays: args.listTtlDays,
      writesPerSecond: args.writesPerSecond,
    }),
  });
}

function programKey(program: Program): string {
  return `training/programs/${program.digest}.zip`;
}
