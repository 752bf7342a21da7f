import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { verifierSettings } from "../../contracts/settings/verifier";
import { bundleProgram } from "../kit/bundle-program";
import type { Grant } from "../kit/grant";
import { trustPlain } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { Program } from "../kit/program";
import { refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { environmentOf, type SettingGrants } from "../kit/settings";
import { SECONDS } from "../kit/units";
import { wantInteger } from "../kit/want";
import type { BucketRef } from "../parts/refs/bucket";
import type { QueueRef } from "../parts/refs/queue";
import type { TopicRef } from "../parts/refs/topic";
import { createInstanceRole } from "../parts/role";
import { createClosedGroup, openHttps } from "../parts/security-group";
import {
  checkInstanceTypes,
  createWorkerGroup,
  createWorkerTemplate,
  mixOfTypes,
  uploadProgram,
  WARM_UP_SECONDS,
} from "../parts/worker-fleet";
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

export interface IntakeArgs {
  readonly scope: Scope;
  readonly buckets: {
    /** `landing/` is read and emptied, `verified/` is written. */
    readonly bronze: BucketRef;
    readonly quarantine: BucketRef;
    /** Holds the program. */
    readonly artifacts: BucketRef;
  };
  /** S3 sends here on behalf of the bronze bucket. */
  readonly queue: QueueRef;
  /** Gets a message for each batch of verified objects; the ETL takes it from there. */
  readonly handover: QueueRef;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, one for each zone: at least two. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** EC2 types of one processor architecture, in order of preference: several, so that one may run out in a zone. */
  readonly instanceTypes: readonly string[];
  /** See planIntake(). */
  readonly capacity: IntakeCapacity;
  /** Gets an alarm when an object is quarantined. */
  readonly alarmTopic: TopicRef;
  /** @default the verifier, bundled from its sources */
  readonly program?: Program;
}

/** GiB of the root volume: one landed object at a time, and the packages. */
const DISK_GIB = 20;
/** A week: an instance is never older than that week's patches. */
const MAX_INSTANCE_SECONDS = 7 * SECONDS.day;
/** Findings about the arguments, by path. */
export function checkIntake({ instanceTypes, capacity }: IntakeArgs): Finding[] {
  return [
    ...checkInstanceTypes(instanceTypes, 2),
    ...wantInteger("capacity.minInstances", capacity.minInstances, "instances", { min: 1 }),
    ...wantInteger("capacity.maxInstances", capacity.maxInstances, "instances", {
      min: Math.max(2, capacity.minInstances),
    }),
    ...wantInteger("capacity.backlogPerInstance", capacity.backlogPerInstance, "messages", { min: 1 }),
  ];
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
    const landed = args.queue.allowConsume();
    const handover = args.handover.allowSend();
    const identity = createInstanceRole(
      name,
      { scope: args.scope, part: "intake", trust: trustPlain("ec2.amazonaws.com"), grants: grantsOf(args) },
      this,
    );
    const securityGroup = this.createSecurityGroup(name, args);
    const { artifacts } = args.buckets;
    const key = `${PROGRAMS}/${program.digest}.zip`;
    const object = uploadProgram(`${name}-program`, { bucket: artifacts, key, program }, this);
    const template = createWorkerTemplate(
      name,
      {
        scope: args.scope,
        part: "intake",
        instanceTypes: args.instanceTypes,
        profile: identity.profile,
        securityGroup,
        diskGib: DISK_GIB,
        startup: this.startup(args, key, { intakeQueueUrl: landed, handoverQueueUrl: handover }),
      },
      this,
    );
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

  private createSecurityGroup(name: string, { scope, vpcId }: IntakeArgs): aws.ec2.SecurityGroup {
    const group = createClosedGroup(
      name,
      { scope, part: "intake", description: "Intake verifiers: nothing comes in", vpcId, revokeRulesOnDelete: true },
      this,
    );
    openHttps(`${name}-https`, group, "AWS APIs and packages: the gateway endpoint of S3 has public addresses", this);
    return group;
  }

  private startup(
    { scope, buckets: { bronze, quarantine, artifacts } }: IntakeArgs,
    programKey: string,
    queues: SettingGrants<typeof verifierSettings.shape>,
  ): pulumi.Output<string> {
    const environment = environmentOf(
      verifierSettings,
      {
        region: scope.region,
        bronzeBucket: bronze.id,
        bronzeKeyArn: bronze.key?.arn,
        quarantineBucket: quarantine.id,
      },
      queues,
    );
    return pulumi
      .all([pulumi.output(environment), artifacts.id])
      .apply(([variables, artifactsBucket]) =>
        userData({ region: scope.region, artifactsBucket, programKey, environment: variables }),
      );
  }

  private createGroup(
    name: string,
    { scope, subnetIds, capacity, instanceTypes }: IntakeArgs,
    template: aws.ec2.LaunchTemplate,
    ready: readonly pulumi.Resource[],
  ): aws.autoscaling.Group {
    return createWorkerGroup(
      name,
      {
        scope,
        part: "intake",
        subnetIds,
        minSize: capacity.minInstances,
        maxSize: capacity.maxInstances,
        maxInstanceLifetime: MAX_INSTANCE_SECONDS,
        instances: {
          // All above the least are spot: an object that is lost with its instance comes back from the queue.
          ...mixOfTypes(template, {
            instanceTypes,
            onDemandBase: capacity.minInstances,
            onDemandPercentAboveBase: 0,
          }),
          // A new program or image goes round by itself, with half of the group at work.
          instanceRefresh: { strategy: "Rolling", preferences: { minHealthyPercentage: 50 } },
        },
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
        bucket: buckets.bronze.id,
        queues: [{ id: "landed", queueArn: queue.arn, events: ["s3:ObjectCreated:*"], filterPrefix: "landing/" }],
      },
      { parent: this, dependsOn: [queue.policy] },
    );
  }

  /** An alarm at the first object put into quarantine, by S3's own request metrics of that path. */
  private watchQuarantine(name: string, { scope, buckets, alarmTopic }: IntakeArgs): void {
    const filter = "intake";
    new aws.s3.BucketMetric(
      `${name}-quarantine`,
      { bucket: buckets.quarantine.id, name: filter, filter: { prefix: "intake/" } },
      { parent: this },
    );
    new aws.cloudwatch.MetricAlarm(
      `${name}-quarantine`,
      {
        name: nameOf(scope, "intake-quarantine", "alarm"),
        alarmDescription:
          "Objects landed in bronze were torn or malformed and lie in quarantine. Runbook: docs/runbooks/intake-quarantine.md",
        namespace: "AWS/S3",
        metricName: "PutRequests",
        dimensions: { BucketName: buckets.quarantine.id, FilterId: filter },
        statistic: "Sum",
        period: 300,
        evaluationPeriods: 1,
        threshold: 0,
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
        alarmActions: [alarmTopic.arn],
        okActions: [alarmTopic.arn],
      },
      { parent: this },
    );
  }
}

/** Folder of the programs in the artifacts bucket. */
const PROGRAMS = "intake";

/** Calls of the verifier (services/verifier) and of the first boot. */
function grantsOf({ buckets: { bronze, quarantine, artifacts }, queue, handover }: IntakeArgs): readonly Grant[] {
  return [
    queue.allowConsume(),
    // A landed object that is gone is a message that came twice: the verifier must not take it for a denied one.
    bronze.allowList(),
    quarantine.allowList(),
    bronze.allowTake("landing/*"),
    bronze.allowPlace("verified/*"),
    quarantine.allowPlace("intake/*"),
    handover.allowSend(),
    artifacts.allowRead(`${PROGRAMS}/*`),
  ];
}
