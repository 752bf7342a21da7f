import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../kit/grant";
import { trustService, type Allow } from "../kit/iam";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantDistinct, wantInteger, wantMatch } from "../kit/want";
import { checkLogKey, createLogGroup } from "../parts/log-group";
import { DELIVER_LOGS, TRACE_MACHINE } from "../parts/refs/account";
import type { BucketRef } from "../parts/refs/bucket";
import type { KeyRef } from "../parts/refs/key";
import { MachineRef } from "../parts/refs/machine";
import type { QueueRef } from "../parts/refs/queue";
import type { TableRef } from "../parts/refs/table";
import type { TopicRef } from "../parts/refs/topic";
import { createRole, type MadeRole } from "../parts/role";
import type { EtlRunner } from "../etl/contract";
import type { VariantModel } from "../../contracts/models/variants";
import { dailyDefinition, etlDefinition, starterDefinition, type EngineSettings, type RunKind } from "./daily";

/** Arguments of {@link DailyWorkflow}. */
export interface DailyWorkflowArgs {
  readonly scope: Scope;
  /**
   * Every region makes its part of the zone's data by schedule; its primary then trains and scores. A replica has all that
   * it takes to do so, once it is asked by hand.
   */
  readonly role: "primary" | "replica";
  /** Of the run's log. */
  readonly key: KeyRef;
  /** A cluster that waits for steps, what a cluster is made of, or an EMR Serverless application. */
  readonly etl: EtlRunner;
  readonly buckets: { readonly bronze: BucketRef; readonly silver: BucketRef; readonly gold: BucketRef };
  /** Folder of this region in the gold bucket, with a closing `/`. */
  readonly goldFolder: string;
  readonly tables: { readonly profiles: TableRef; readonly models: TableRef };
  /** Takes one message a shard of the run. */
  readonly queue: QueueRef;
  /** The verifier sends here what it verified: an argument of the ETL's steps. */
  readonly handoverQueueUrl: pulumi.Input<string>;
  /** Gets failures and refusals. */
  readonly failureTopic: TopicRef;
  /** Takes what the schedule could not deliver. */
  readonly deadLetters: QueueRef;
  /** Models that are trained and published each day, one for each variant; the control's first. */
  readonly models: readonly VariantModel[];
  /** Shards of one model handed out at once; the queue holds the rest back. @default 200 */
  readonly scoringConcurrency?: number;
  /** When the run starts, UTC. @default `cron(0 2 * * ? *)` in the primary, an hour before in a replica */
  readonly scheduleExpression?: string;
  /** Minutes within which the start may lie, so that a fleet's regions do not all start at once. @default 15 */
  readonly flexibleWindowMinutes?: number;
}

const DEFAULTS = {
  scoringConcurrency: 200,
  /** A replica's data has an hour to be made and replicated before the zone trains; what is late counts a day later. */
  scheduleExpression: { primary: "cron(0 2 * * ? *)", replica: "cron(0 1 * * ? *)" },
  flexibleWindowMinutes: 15,
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

/** Findings about the arguments, all of them. */
export function checkDailyWorkflow(args: DailyWorkflowArgs): Finding[] {
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
    ...checkLogKey("key", args.key),
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

  private createLog(name: string, { scope, key }: DailyWorkflowArgs): aws.cloudwatch.LogGroup {
    // This prefix spares the account's log resource policy, which is short: docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
    const groupName = `/aws/vendedlogs/states/${this.stateMachineName}`;
    return createLogGroup(name, { scope, name: groupName, key, use: "run" }, this).group;
  }

  /** What runs the ETL, as the daily run's definition needs it; a machine of its own where each run makes its cluster. */
  private createEngine(name: string, args: DailyWorkflowArgs, log: aws.cloudwatch.LogGroup): Engine {
    const { scope, etl, buckets, tables } = args;
    if (etl.kind !== "transient") return { settings: engineOf(etl), grants: etl.allow };
    const role = this.createMachineRole(`${name}-etl`, scope, "daily-etl", etl.allow);
    const machineName = nameOf(scope, "daily-etl", "stateMachine");
    const machine = this.createMachine(`${name}-etl`, machineName, {
      role,
      log,
      definition: pulumi.output(args.handoverQueueUrl).apply((handoverQueueUrl) =>
        etl.request.apply((request) =>
          JSON.stringify(
            etlDefinition({
              partition: scope.partition,
              bronzeBucket: buckets.bronze.name,
              silverBucket: buckets.silver.name,
              goldBucket: buckets.gold.name,
              goldFolder: args.goldFolder,
              profilesTable: tables.profiles.name,
              handoverQueueUrl,
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
      grants: [new MachineRef(scope, { name: machineName, arn: machine.arn }).allowRun()],
    };
  }

  private createDaily(
    name: string,
    args: DailyWorkflowArgs,
    log: aws.cloudwatch.LogGroup,
    engine: Engine,
  ): aws.sfn.StateMachine {
    const { scope, buckets, tables } = args;
    const grants = [...engine.grants, ...grantsOf(args)];
    const role = this.createMachineRole(`${name}-daily`, scope, "daily", grants);
    const settings = pulumi.all([engine.settings, args.queue.url, args.failureTopic.arn, args.handoverQueueUrl]);
    return this.createMachine(name, this.stateMachineName, {
      role,
      log,
      definition: settings.apply(([engineSettings, queueUrl, topicArn, handoverQueueUrl]) =>
        JSON.stringify(
          dailyDefinition({
            partition: scope.partition,
            ...engineSettings,
            queueUrl,
            topicArn,
            bronzeBucket: buckets.bronze.name,
            silverBucket: buckets.silver.name,
            goldBucket: buckets.gold.name,
            goldFolder: args.goldFolder,
            profilesTable: tables.profiles.name,
            handoverQueueUrl,
            modelsTable: tables.models.name,
            scoringConcurrency: args.scoringConcurrency ?? DEFAULTS.scoringConcurrency,
            models: args.models,
          }),
        ),
      ),
    });
  }

  private createStarter(
    name: string,
    { scope }: DailyWorkflowArgs,
    daily: aws.sfn.StateMachine,
    log: aws.cloudwatch.LogGroup,
  ): aws.sfn.StateMachine {
    const run = new MachineRef(scope, { name: this.stateMachineName, arn: daily.arn });
    const role = this.createMachineRole(`${name}-starter`, scope, "daily-starter", [run.allowStart()]);
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
  private createMachineRole(name: string, scope: Scope, part: string, grants: readonly (Grant | Allow)[]): MadeRole {
    const trust = trustService(scope, "states.amazonaws.com");
    return createRole(name, { scope, part, trust, grants: [...grants, DELIVER_LOGS, TRACE_MACHINE] }, this);
  }

  private createSchedule(name: string, args: DailyWorkflowArgs, starter: aws.sfn.StateMachine): aws.scheduler.Schedule {
    const { scope, deadLetters } = args;
    const machine = new MachineRef(scope, { name: nameOf(scope, "daily-starter", "stateMachine"), arn: starter.arn });
    const { role, policy } = createRole(
      `${name}-schedule`,
      {
        scope,
        part: "daily-schedule",
        trust: trustService(scope, "scheduler.amazonaws.com"),
        grants: [machine.allowStart(), deadLetters.allowSend()],
      },
      this,
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
          deadLetterConfig: { arn: deadLetters.arn },
          retryPolicy: { maximumEventAgeInSeconds: START_RETRY_HOURS * 3600, maximumRetryAttempts: 20 },
        },
      },
      { parent: this, dependsOn: [policy] },
    );
  }
}

interface MachineParts {
  readonly role: MadeRole;
  readonly log: aws.cloudwatch.LogGroup;
  readonly definition: pulumi.Input<string>;
}

interface Engine {
  readonly settings: pulumi.Output<EngineSettings>;
  readonly grants: readonly (Grant | Allow)[];
}

/** Calls of the daily machine's own steps (see dailyDefinition()). */
function grantsOf({ scope, buckets, goldFolder, tables, queue, failureTopic }: DailyWorkflowArgs): readonly Grant[] {
  return [
    // The gate reads the ETL's report.
    buckets.gold.allowRead(`${goldFolder}_quality/*`),
    queue.allowSend(),
    tables.models.allow("UpdateItem"),
    failureTopic.allowPublish(),
    dailyRun(scope).allowMap(),
  ];
}

/** What the definition needs of the engine, once it is known. */
function engineOf(etl: Exclude<EtlRunner, { readonly kind: "transient" }>): pulumi.Output<EngineSettings> {
  if (etl.kind === "cluster") {
    return etl.clusterId.apply((clusterId) => ({ clusterId, programsFolder: PROGRAMS_FOLDER }));
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
