import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf, bucketArnOf } from "../kit/arn";
import { allowing, allowKeyByAlias, trustService, type Allow } from "../kit/iam";
import { nameOf } from "../kit/names";
import { problem, refuse, type Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantDistinct, wantInteger, wantMatch } from "../kit/want";
import { MachineRef } from "../parts/refs/machine";
import type { EtlRunner } from "../etl/contract";
import type { VariantModel } from "../../contracts/models/variants";
import { dailyDefinition, etlDefinition, starterDefinition, type EngineSettings, type RunKind } from "./daily";
import { OBSERVE, ownClusterPermissions, runEtl, type OwnCluster } from "./permissions";

/** Arguments of {@link DailyWorkflow}. */
export interface DailyWorkflowArgs {
  readonly scope: Scope;
  /**
   * Every region makes its part of the zone's data by schedule; its primary then trains and scores. A replica has all that
   * it takes to do so, once it is asked by hand.
   */
  readonly role: "primary" | "replica";
  readonly keyArn: pulumi.Input<string>;
  /** A cluster that waits for steps, what a cluster is made of, or an EMR Serverless application: the ETL room's `runner`. */
  readonly etl:
    { readonly clusterId: pulumi.Input<string> } | Extract<EtlRunner, { readonly kind: "transient" | "serverless" }>;
  readonly buckets: { readonly bronze: string; readonly silver: string; readonly gold: string };
  /** Folder of this region in the gold bucket, with a closing `/`. */
  readonly goldFolder: string;
  readonly tables: { readonly profiles: string; readonly models: string };
  /** Alias of the tables' key in this region. @default none: the tables use a key of AWS's own */
  readonly tablesKeyAlias?: string;
  /** The training room's queue. */
  readonly queue: { readonly arn: pulumi.Input<string>; readonly url: pulumi.Input<string> };
  /** Queue on which the verifier tells the ETL what it verified. @default none: the ETL lists only */
  readonly handoverQueueUrl?: pulumi.Input<string>;
  /** Key of the queue and the topic. @default `keyArn` */
  readonly messagingKeyArn?: pulumi.Input<string>;
  /** Hears of failures and refusals. */
  readonly failureTopicArn: pulumi.Input<string>;
  /** Takes what the schedule could not deliver. */
  readonly deadLetterQueueArn: pulumi.Input<string>;
  /** Function that fills the caches. @default none: they fill by themselves */
  readonly warmFunctionArn?: pulumi.Input<string>;
  /** Models that are trained and published each day, one for each variant; the control's first. */
  readonly models: readonly VariantModel[];
  /** Shards of one model handed out at once; the queue holds the rest back. @default 200 */
  readonly scoringConcurrency?: number;
  /** When the run starts, UTC. @default `cron(0 2 * * ? *)` in the primary, an hour before in a replica */
  readonly scheduleExpression?: string;
  /** Minutes within which the start may lie, so that a fleet's regions do not all start at once. @default 15 */
  readonly flexibleWindowMinutes?: number;
  /** Days for which the run's log is kept. @default 90 */
  readonly logRetentionDays?: number;
}

const DEFAULTS = {
  scoringConcurrency: 200,
  /** A replica's data has an hour to be made and replicated before the zone trains; what is late counts a day later. */
  scheduleExpression: { primary: "cron(0 2 * * ? *)", replica: "cron(0 1 * * ? *)" },
  flexibleWindowMinutes: 15,
  logRetentionDays: 90,
} as const;

/** docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
const CONCURRENCY = { min: 1, max: 10_000 } as const;
/** docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html */
const WINDOW_MINUTES = { min: 1, max: 1440 } as const;
/** As SageMaker has it; a state's name, of at most 80 characters, ends in it. docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html */
const VARIANT = /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/;
/** Hours for which the schedule tries to start a run. */
const START_RETRY_HOURS = 6;
/** Where the bootstrap puts the ETL programs on each node. */
const PROGRAMS_FOLDER = "/opt/meridian/etl";

/** The daily run of a region, for whoever answers its tasks before it exists. */
export function dailyRun(scope: Scope): MachineRef {
  return new MachineRef(scope, { name: nameOf(scope, "daily", "stateMachine") });
}

/** Problems of the arguments, all of them. */
export function checkDailyWorkflow(args: DailyWorkflowArgs): Problem[] {
  return [
    ...wantDistinct(
      "models",
      args.models.map(({ variant }) => variant),
      "variants",
    ),
    ...args.models.flatMap(({ variant }, index) =>
      wantMatch(`models[${index}].variant`, variant, VARIANT, "a name of letters, digits and dashes, at most 63"),
    ),
    ...wantInteger(
      "scoringConcurrency",
      args.scoringConcurrency ?? DEFAULTS.scoringConcurrency,
      "shards at once",
      CONCURRENCY,
    ),
    ...wantMatch(
      "scheduleExpression",
      args.scheduleExpression ?? DEFAULTS.scheduleExpression[args.role],
      /^cron\([^()]+\)$/,
      "a cron() expression: a rate would drift over the days",
    ),
    ...wantInteger(
      "flexibleWindowMinutes",
      args.flexibleWindowMinutes ?? DEFAULTS.flexibleWindowMinutes,
      "minutes",
      WINDOW_MINUTES,
    ),
    ...(Object.values(args.buckets).some((bucket) => bucket === "")
      ? [problem("buckets", "names that are not empty", JSON.stringify(args.buckets))]
      : []),
  ];
}

/**
 * The daily run: a Step Functions machine with gates between its steps, a starter that names each run by its date, and
 * the schedule. Asked twice, a day runs once; one that failed is started again under another name, and its steps answer
 * what they left.
 * @throws InputPropertiesError listing every bad argument.
 */
export class DailyWorkflow extends pulumi.ComponentResource {
  readonly stateMachineArn: pulumi.Output<string>;
  readonly stateMachineName: string;
  /** Takes `{ "scheduledTime": "2026-01-02T03:00:00Z" }`: what the schedule and an operator start. */
  readonly starterArn: pulumi.Output<string>;
  readonly scheduleName: pulumi.Output<string>;

  constructor(name: string, args: DailyWorkflowArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`DailyWorkflow ${name}`, checkDailyWorkflow(args));
    super("meridian:workflow:DailyWorkflow", name, {}, opts);

    this.stateMachineName = nameOf(args.scope, "daily", "stateMachine");
    const log = this.createLog(name, args);
    const engine = this.createEngine(name, args, log);
    const daily = this.createDaily(name, args, log, engine);
    const starter = this.createStarter(name, args, daily, log);
    const schedule = this.createSchedule(name, args, starter);

    this.stateMachineArn = daily.arn;
    this.starterArn = starter.arn;
    this.scheduleName = schedule.name;
    this.registerOutputs({
      stateMachineArn: this.stateMachineArn,
      stateMachineName: this.stateMachineName,
      starterArn: this.starterArn,
      scheduleName: this.scheduleName,
    });
  }

  private createLog(name: string, args: DailyWorkflowArgs): aws.cloudwatch.LogGroup {
    return new aws.cloudwatch.LogGroup(
      name,
      {
        // This prefix spares the account's log resource policy, which is short: docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
        name: `/aws/vendedlogs/states/${this.stateMachineName}`,
        retentionInDays: args.logRetentionDays ?? DEFAULTS.logRetentionDays,
        kmsKeyId: args.keyArn,
      },
      { parent: this },
    );
  }

  /** What runs the ETL, as the daily run is told; a machine of its own where each run makes its cluster. */
  private createEngine(name: string, args: DailyWorkflowArgs, log: aws.cloudwatch.LogGroup): Engine {
    const { scope, etl, buckets, tables } = args;
    if (!("kind" in etl) || etl.kind !== "transient")
      return { settings: engineOf(etl), permissions: runEtl(scope, etl) };
    const role = this.createRole(`${name}-etl`, scope, "daily-etl", ownClusterPermissions(scope, etl));
    const machineName = nameOf(scope, "daily-etl", "stateMachine");
    const machine = this.createMachine(`${name}-etl`, machineName, {
      role,
      log,
      definition: pulumi.output(args.handoverQueueUrl).apply((handoverQueueUrl) =>
        etl.request.apply((request) =>
          JSON.stringify(
            etlDefinition({
              partition: scope.partition,
              bronzeBucket: buckets.bronze,
              silverBucket: buckets.silver,
              goldBucket: buckets.gold,
              goldFolder: args.goldFolder,
              profilesTable: tables.profiles,
              ...(handoverQueueUrl === undefined ? {} : { handoverQueueUrl }),
              clusterName: etl.name,
              request,
              programsFolder: PROGRAMS_FOLDER,
            }),
          ),
        ),
      ),
    });
    return {
      settings: machine.arn.apply((etlMachineArn) => ({ etlMachineArn })),
      permissions: runEtl(scope, { machineArn: machine.arn, machineName }),
    };
  }

  private createDaily(
    name: string,
    args: DailyWorkflowArgs,
    log: aws.cloudwatch.LogGroup,
    engine: Engine,
  ): aws.sfn.StateMachine {
    const { scope, buckets, tables } = args;
    const role = this.createRole(`${name}-daily`, scope, "daily", this.dailyPermissions(args, engine));
    const settings = pulumi.all([
      engine.settings,
      args.queue.url,
      args.failureTopicArn,
      pulumi.output(args.warmFunctionArn),
      pulumi.output(args.handoverQueueUrl),
    ]);
    return this.createMachine(name, this.stateMachineName, {
      role,
      log,
      definition: settings.apply(([engineSettings, queueUrl, topicArn, warmFunctionArn, handoverQueueUrl]) =>
        JSON.stringify(
          dailyDefinition({
            partition: scope.partition,
            ...engineSettings,
            queueUrl,
            topicArn,
            ...(warmFunctionArn === undefined ? {} : { warmFunctionArn }),
            bronzeBucket: buckets.bronze,
            silverBucket: buckets.silver,
            goldBucket: buckets.gold,
            goldFolder: args.goldFolder,
            profilesTable: tables.profiles,
            ...(handoverQueueUrl === undefined ? {} : { handoverQueueUrl }),
            modelsTable: tables.models,
            scoringConcurrency: args.scoringConcurrency ?? DEFAULTS.scoringConcurrency,
            models: args.models,
          }),
        ),
      ),
    });
  }

  private dailyPermissions(args: DailyWorkflowArgs, engine: Engine): Allow[] {
    const { scope } = args;
    const machine = nameOf(scope, "daily", "stateMachine");
    return [
      ...engine.permissions,
      {
        sid: "ReadQualityReport",
        actions: ["s3:GetObject"],
        resources: [bucketArnOf(scope, args.buckets.gold, `${args.goldFolder}_quality/*`)],
      },
      { sid: "HandOutWork", actions: ["sqs:SendMessage"], resources: [args.queue.arn] },
      {
        sid: "Publish",
        actions: ["dynamodb:UpdateItem"],
        resources: [arnOf(scope, "dynamodb", `table/${args.tables.models}`)],
      },
      { sid: "ReportFailure", actions: ["sns:Publish"], resources: [args.failureTopicArn] },
      {
        sid: "UseKeys",
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: [args.keyArn, ...(args.messagingKeyArn === undefined ? [] : [args.messagingKeyArn])],
      },
      ...(args.tablesKeyAlias === undefined
        ? []
        : [
            allowKeyByAlias(args.scope, {
              sid: "UseTablesKey",
              actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
              alias: args.tablesKeyAlias,
              via: "dynamodb",
            }),
          ]),
      {
        sid: "MapOverShards",
        actions: ["states:StartExecution"],
        resources: [arnOf(scope, "states", `stateMachine:${machine}`)],
      },
      {
        sid: "FollowShards",
        actions: ["states:DescribeExecution", "states:StopExecution"],
        resources: [arnOf(scope, "states", `execution:${machine}/*`)],
      },
      ...(args.warmFunctionArn === undefined
        ? []
        : [{ sid: "Warm", actions: ["lambda:InvokeFunction"], resources: [args.warmFunctionArn] }]),
    ];
  }

  private createStarter(
    name: string,
    { scope }: DailyWorkflowArgs,
    daily: aws.sfn.StateMachine,
    log: aws.cloudwatch.LogGroup,
  ): aws.sfn.StateMachine {
    const role = this.createRole(`${name}-starter`, scope, "daily-starter", [
      { sid: "StartDaily", actions: ["states:StartExecution"], resources: [daily.arn] },
    ]);
    return this.createMachine(`${name}-starter`, nameOf(scope, "daily-starter", "stateMachine"), {
      role,
      log,
      definition: daily.arn.apply((arn) => JSON.stringify(starterDefinition(scope.partition, arn))),
    });
  }

  private createMachine(name: string, machineName: string, parts: MachineParts): aws.sfn.StateMachine {
    return new aws.sfn.StateMachine(
      name,
      {
        name: machineName,
        type: "STANDARD",
        roleArn: parts.role.role.arn,
        definition: parts.definition,
        loggingConfiguration: {
          level: "ERROR",
          includeExecutionData: false,
          logDestination: pulumi.interpolate`${parts.log.arn}:*`,
        },
        tracingConfiguration: { enabled: true },
      },
      { parent: this, dependsOn: [parts.role.policy] },
    );
  }

  /** A machine's role: what its steps need, and the log and trace deliveries that every machine needs. */
  private createRole(name: string, scope: Scope, part: string, permissions: readonly Allow[]): RoleParts {
    const role = new aws.iam.Role(
      name,
      { name: nameOf(scope, part, "role"), assumeRolePolicy: trustService(scope, "states.amazonaws.com") },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      { role: role.name, policy: allowing(...permissions, ...OBSERVE) },
      { parent: this },
    );
    return { role, policy };
  }

  private createSchedule(name: string, args: DailyWorkflowArgs, starter: aws.sfn.StateMachine): aws.scheduler.Schedule {
    const { scope } = args;
    const role = new aws.iam.Role(
      `${name}-schedule`,
      {
        name: nameOf(scope, "daily-schedule", "role"),
        assumeRolePolicy: trustService(scope, "scheduler.amazonaws.com"),
      },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-schedule`,
      {
        role: role.name,
        policy: allowing(
          { sid: "Start", actions: ["states:StartExecution"], resources: [starter.arn] },
          { sid: "KeepUndelivered", actions: ["sqs:SendMessage"], resources: [args.deadLetterQueueArn] },
          {
            sid: "EncryptUndelivered",
            actions: ["kms:Decrypt", "kms:GenerateDataKey"],
            resources: [args.messagingKeyArn ?? args.keyArn],
          },
        ),
      },
      { parent: this },
    );
    return new aws.scheduler.Schedule(
      name,
      {
        name: nameOf(scope, "daily", "schedule"),
        description: args.role === "primary" ? `Daily train and score of zone ${scope.zone}` : "Daily data",
        state: "ENABLED",
        scheduleExpression: args.scheduleExpression ?? DEFAULTS.scheduleExpression[args.role],
        scheduleExpressionTimezone: "UTC",
        flexibleTimeWindow: {
          mode: "FLEXIBLE",
          maximumWindowInMinutes: args.flexibleWindowMinutes ?? DEFAULTS.flexibleWindowMinutes,
        },
        target: {
          arn: starter.arn,
          roleArn: role.arn,
          input: JSON.stringify({
            scheduledTime: "<aws.scheduler.scheduled-time>",
            run: (args.role === "primary" ? "daily" : "data") satisfies RunKind,
          }),
          deadLetterConfig: { arn: args.deadLetterQueueArn },
          retryPolicy: { maximumEventAgeInSeconds: START_RETRY_HOURS * 3600, maximumRetryAttempts: 20 },
        },
      },
      { parent: this, dependsOn: [policy] },
    );
  }
}

interface RoleParts {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
}

interface MachineParts {
  readonly role: RoleParts;
  readonly log: aws.cloudwatch.LogGroup;
  readonly definition: pulumi.Input<string>;
}

interface Engine {
  readonly settings: pulumi.Output<EngineSettings>;
  readonly permissions: readonly Allow[];
}

/** What the run is told of the engine, once it is known. */
function engineOf(etl: Exclude<DailyWorkflowArgs["etl"], OwnCluster>): pulumi.Output<EngineSettings> {
  if ("clusterId" in etl) {
    return pulumi.output(etl.clusterId).apply((clusterId) => ({ clusterId, programsFolder: PROGRAMS_FOLDER }));
  }
  const { entryPoint, programsFolder, submitParameters } = etl;
  return pulumi.all([etl.applicationId, etl.roleArn]).apply(([applicationId, jobRoleArn]) => ({
    applicationId,
    jobRoleArn,
    entryPoint,
    programsFolder,
    submitParameters,
  }));
}
