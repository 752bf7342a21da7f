import type * as aws from "@pulumi/aws";
import { isMemoryOptimised } from "../../aws/facts";
import { workerSettings } from "../../contracts/settings/worker";
import * as pulumi from "@pulumi/pulumi";
import { trustPlain } from "../kit/iam";
import type { Program } from "../kit/program";
import { finding, refuse, type Finding } from "../kit/refuse";
import { SECONDS } from "../kit/units";
import { wantInteger, wantMatch } from "../kit/want";
import { createInstanceRole } from "../parts/role";
import { createClosedGroup, openHttps } from "../parts/security-group";
import {
  checkInstanceTypes,
  createWorkerGroup,
  createWorkerTemplate,
  mixOfTypes,
  uploadProgram,
} from "../parts/worker-fleet";
import { trainingProgram } from "./program";
import { DEFAULTS, type TrainingArgs } from "./contract";
import { grantsOf } from "./identity";
import { scaleToZero, scaleWithBacklog } from "./scaling";
import { USERS_PER_SHARD } from "./plan";
import { DATA_FOLDER, PYTHON, userData } from "./startup";
import { checkWarmPool, readyUnit, warmGroup } from "./warm-pool";

export type { TrainingArgs, TrainingTables, WarmPool } from "./contract";

/** Size of a gp3 volume, GiB: docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html */
const GP3_GIB = { min: 8, max: 65_536 } as const;

/** Findings about the arguments, all of them. */
export function checkTraining(args: TrainingArgs): Finding[] {
  const families = args.instanceTypes.flatMap((type, index) =>
    isMemoryOptimised(type)
      ? []
      : [finding(`instanceTypes[${index}]`, "a memory-optimised type (R, X, U or Z family)", type)],
  );
  return [
    ...checkInstanceTypes(args.instanceTypes),
    ...families,
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
): Finding[] {
  return value === undefined ? [] : wantInteger(path, value, unit, range);
}

/**
 * Training and batch scoring: memory-optimised instances that exist only while shards wait. Work is taken from a
 * queue and given back when an instance is lost, so spot is safe; checkpoints are in the artifacts bucket.
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

    const { scope } = args;
    const identity = createInstanceRole(
      name,
      { scope, part: "training", trust: trustPlain("ec2.amazonaws.com"), grants: grantsOf(args) },
      this,
    );
    const securityGroup = this.createSecurityGroup(name, args);
    const program = args.program ?? trainingProgram();
    const { artifacts } = args.buckets;
    const object = uploadProgram(`${name}-program`, { bucket: artifacts, key: programKey(program), program }, this);
    const template = createWorkerTemplate(
      name,
      {
        scope,
        part: "training",
        instanceTypes: args.instanceTypes,
        // A group with a warm pool has no mix of types to name them.
        oneType: args.warmPool !== undefined,
        profile: identity.profile,
        securityGroup,
        diskGib: args.diskGiB ?? DEFAULTS.diskGiB,
        volumeKey: args.volumeKey,
        startup: pulumi.output(args.queue.url).apply((queueUrl) => startupScript(args, program, queueUrl)),
      },
      this,
    );
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
    const group = createClosedGroup(
      name,
      { scope: args.scope, part: "training", description: "Training workers: nothing comes in", vpcId: args.vpcId },
      this,
    );
    openHttps(`${name}-https`, group, "AWS APIs: the gateway endpoints of S3 and DynamoDB have public addresses", this);
    return group;
  }

  private createGroup(
    name: string,
    args: TrainingArgs,
    template: aws.ec2.LaunchTemplate,
    ready: readonly pulumi.Resource[],
  ): aws.autoscaling.Group {
    return createWorkerGroup(
      name,
      {
        scope: args.scope,
        part: "training",
        subnetIds: args.subnetIds,
        minSize: 0,
        maxSize: args.maxInstances,
        // A day: an instance never outlives the programs and the image of its run.
        maxInstanceLifetime: SECONDS.day,
        instances: {
          desiredCapacity: 0,
          ...(args.warmPool === undefined
            ? mixOfTypes(template, {
                instanceTypes: args.instanceTypes,
                onDemandBase: args.onDemandBase ?? DEFAULTS.onDemandBase,
                onDemandPercentAboveBase: args.onDemandPercentAboveBase ?? DEFAULTS.onDemandPercentAboveBase,
              })
            : warmGroup(args.warmPool, template)),
        },
      },
      // The backlog owns the size; a deployment in the middle of a run must not send the workers home.
      { parent: this, dependsOn: [...ready], ignoreChanges: ["desiredCapacity"] },
    );
  }
}

function startupScript(args: TrainingArgs, program: Program, queueUrl: string): string {
  const { scope, tables, packageIndexUrl } = args;
  return userData({
    region: scope.region,
    artifactsBucket: args.buckets.artifacts.name,
    programKey: programKey(program),
    ...(packageIndexUrl === undefined ? {} : { packageIndexUrl }),
    ...(args.warmPool === undefined ? {} : { start: readyUnit(scope) }),
    environment: workerSettings.write({
      region: scope.region,
      queueUrl,
      goldBucket: args.buckets.gold.name,
      artifactsBucket: args.buckets.artifacts.name,
      recommendationsTable: tables.recommendations.name,
      modelsTable: tables.models.name,
      shardsTable: tables.shards.name,
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
