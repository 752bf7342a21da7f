import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf, dnsSuffixOf } from "../kit/arn";
import { allowing, trustService, type Allow } from "../kit/iam";
import { nameOf } from "../kit/names";
import { problem, refuse, type Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantMatch } from "../kit/want";
import { faultsOf } from "./asl";
import { loadDefinition, prepareDefinition, type DailyTable, type Place } from "./load";
import { OBSERVE } from "./permissions";

/** Arguments of {@link WarehouseLoad}. */
export interface WarehouseLoadArgs {
  readonly scope: Scope;
  readonly keyArn: pulumi.Input<string>;
  readonly warehouse: {
    /** Cluster or workgroup and database, as members of the Data API's requests. */
    readonly place: pulumi.Input<Place>;
    /** Secret of the administrator, who makes schemas, roles and grants. */
    readonly adminSecretArn: pulumi.Input<string>;
    /** Batches of the administrator's statements. */
    readonly preparation: readonly (readonly string[])[];
    /** The load's one call; its parameter is `:run_date`. */
    readonly statement: string;
    /** Name of the load's IAM role, as the database knows it. */
    readonly loaderRoleName: string;
    /** What running statements there as oneself needs: the warehouse room's askWarehouse(). */
    readonly ask: readonly Allow[];
  };
  /** The catalogue that Spectrum reads, told of each new day of these tables. */
  readonly catalogue: {
    readonly databaseName: string;
    readonly keyArn: pulumi.Input<string>;
    readonly tables: readonly DailyTable[];
  };
  /** The daily run, whose success starts the load. */
  readonly dailyMachineArn: pulumi.Input<string>;
  /** Hears of failures. */
  readonly failureTopicArn: pulumi.Input<string>;
  /** Takes what could not be started. */
  readonly deadLetterQueueArn: pulumi.Input<string>;
  /** Key of the topic and the queue. @default `keyArn` */
  readonly messagingKeyArn?: pulumi.Input<string>;
  /** When the preparation runs, UTC. @default `cron(30 0 * * ? *)` */
  readonly scheduleExpression?: string;
  /** Days for which the log is kept. @default 90 */
  readonly logRetentionDays?: number;
}

const SCHEDULE = "cron(30 0 * * ? *)";

/** Problems of the arguments, all of them. */
export function checkWarehouseLoad({ warehouse, scheduleExpression = SCHEDULE }: WarehouseLoadArgs): Problem[] {
  return [
    ...(warehouse.preparation.length === 0
      ? [problem("warehouse.preparation", "a batch of statements at least", "none")]
      : []),
    ...wantMatch("warehouse.statement", warehouse.statement, /:run_date\b/, "a statement with the parameter :run_date"),
    ...wantMatch("scheduleExpression", scheduleExpression, /^cron\([^()]+\)$/, "a cron() expression"),
  ];
}

/**
 * Keeps the warehouse as its SQL files say, and loads each day that a daily run has made. Two machines, since they are two
 * users: the preparation reads the administrator's secret, the load has a role of its own and may do what a loader may.
 * @throws InputPropertiesError listing every bad argument.
 */
export class WarehouseLoad extends pulumi.ComponentResource {
  readonly loadMachineArn: pulumi.Output<string>;
  readonly prepareMachineArn: pulumi.Output<string>;

  constructor(name: string, args: WarehouseLoadArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`WarehouseLoad ${name}`, checkWarehouseLoad(args));
    super("meridian:workflow:WarehouseLoad", name, {}, opts);
    const log = this.createLog(name, args);
    const prepare = this.createPrepare(name, args, log);
    const load = this.createLoad(name, args, log, prepare);
    this.schedulePreparation(name, args, prepare);
    this.loadAfterEachDay(name, args, load);
    this.loadMachineArn = load.arn;
    this.prepareMachineArn = prepare.arn;
    this.registerOutputs({ loadMachineArn: this.loadMachineArn, prepareMachineArn: this.prepareMachineArn });
  }

  private createLog(name: string, { scope, keyArn, logRetentionDays }: WarehouseLoadArgs): aws.cloudwatch.LogGroup {
    return new aws.cloudwatch.LogGroup(
      name,
      {
        name: `/aws/vendedlogs/states/${nameOf(scope, "warehouse-load", "stateMachine")}`,
        retentionInDays: logRetentionDays ?? 90,
        kmsKeyId: keyArn,
      },
      { parent: this },
    );
  }

  private createPrepare(name: string, args: WarehouseLoadArgs, log: aws.cloudwatch.LogGroup): aws.sfn.StateMachine {
    const { scope, keyArn, warehouse, failureTopicArn } = args;
    const role = this.createRole(`${name}-prepare`, scope, nameOf(scope, "warehouse-prepare", "role"), [
      ...warehouse.ask.filter(({ sid }) => sid !== "LogIn"),
      {
        sid: "ReadSecret",
        actions: ["secretsmanager:GetSecretValue"],
        resources: [warehouse.adminSecretArn],
      },
      {
        sid: "DecryptSecret",
        actions: ["kms:Decrypt"],
        resources: [keyArn],
        conditions: { StringEquals: { "kms:ViaService": `secretsmanager.${scope.region}.${dnsSuffixOf(scope)}` } },
      },
      ...report(args),
    ]);
    return this.createMachine(`${name}-prepare`, nameOf(scope, "warehouse-prepare", "stateMachine"), {
      ...role,
      log,
      definition: pulumi
        .all([pulumi.output(warehouse.place), warehouse.adminSecretArn, failureTopicArn])
        .apply(([place, SecretArn, topicArn]) =>
          prepareDefinition({
            partition: scope.partition,
            topicArn,
            place: { ...place, SecretArn },
            batches: warehouse.preparation,
          }),
        ),
    });
  }

  private createLoad(
    name: string,
    args: WarehouseLoadArgs,
    log: aws.cloudwatch.LogGroup,
    prepare: aws.sfn.StateMachine,
  ): aws.sfn.StateMachine {
    const { scope, warehouse, catalogue, failureTopicArn } = args;
    const machine = nameOf(scope, "warehouse-prepare", "stateMachine");
    const role = this.createRole(`${name}-load`, scope, warehouse.loaderRoleName, [
      ...warehouse.ask,
      ...registerDays(args),
      { sid: "Prepare", actions: ["states:StartExecution"], resources: [prepare.arn] },
      {
        sid: "FollowPreparation",
        actions: ["states:DescribeExecution", "states:StopExecution"],
        resources: [arnOf(scope, "states", `execution:${machine}:*`)],
      },
      {
        sid: "HearOfRuns",
        actions: ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
        resources: [arnOf(scope, "events", "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule")],
      },
      ...report(args),
    ]);
    return this.createMachine(`${name}-load`, nameOf(scope, "warehouse-load", "stateMachine"), {
      ...role,
      log,
      definition: pulumi
        .all([pulumi.output(warehouse.place), prepare.arn, failureTopicArn])
        .apply(([place, prepareMachineArn, topicArn]) =>
          loadDefinition({
            partition: scope.partition,
            topicArn,
            place,
            prepareMachineArn,
            statement: warehouse.statement,
            glueDatabase: catalogue.databaseName,
            tables: catalogue.tables,
          }),
        ),
    });
  }

  private createMachine(name: string, machineName: string, parts: MachineParts): aws.sfn.StateMachine {
    return new aws.sfn.StateMachine(
      name,
      {
        name: machineName,
        type: "STANDARD",
        roleArn: parts.role.arn,
        definition: parts.definition.apply((machine) => {
          const faults = faultsOf(machine);
          if (faults.length > 0) throw new Error(`${machineName}: ${faults.join("; ")}`);
          return JSON.stringify(machine);
        }),
        loggingConfiguration: {
          level: "ERROR",
          includeExecutionData: false,
          logDestination: pulumi.interpolate`${parts.log.arn}:*`,
        },
        tracingConfiguration: { enabled: true },
      },
      { parent: this, dependsOn: [parts.policy] },
    );
  }

  private createRole(
    name: string,
    scope: Scope,
    roleName: string,
    permissions: readonly Allow[],
  ): Pick<MachineParts, "role" | "policy"> {
    const role = new aws.iam.Role(
      name,
      { name: roleName, assumeRolePolicy: trustService(scope, "states.amazonaws.com") },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      { role: role.name, policy: allowing(...permissions, ...OBSERVE) },
      { parent: this },
    );
    return { role, policy };
  }

  /** Each night and in every region: roles and grants are those of the files, whatever was done by hand. */
  private schedulePreparation(name: string, args: WarehouseLoadArgs, prepare: aws.sfn.StateMachine): void {
    const { scope, deadLetterQueueArn } = args;
    const { role, policy } = this.createStarter(`${name}-schedule`, "scheduler.amazonaws.com", args, prepare);
    new aws.scheduler.Schedule(
      name,
      {
        name: nameOf(scope, "warehouse-prepare", "schedule"),
        description: "Schemas, roles and grants of the warehouse",
        state: "ENABLED",
        scheduleExpression: args.scheduleExpression ?? SCHEDULE,
        scheduleExpressionTimezone: "UTC",
        flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
        target: {
          arn: prepare.arn,
          roleArn: role.arn,
          input: "{}",
          deadLetterConfig: { arn: deadLetterQueueArn },
          retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 5 },
        },
      },
      { parent: this, dependsOn: [policy] },
    );
  }

  /** Wherever a daily run succeeded: in the primary by schedule, in a replica when somebody started it there. */
  private loadAfterEachDay(name: string, args: WarehouseLoadArgs, load: aws.sfn.StateMachine): void {
    const { scope, dailyMachineArn, deadLetterQueueArn } = args;
    const { role, policy } = this.createStarter(`${name}-rule`, "events.amazonaws.com", args, load);
    const rule = new aws.cloudwatch.EventRule(
      name,
      {
        name: nameOf(scope, "warehouse-load", "schedule"),
        description: "A daily run that succeeded",
        eventPattern: pulumi.jsonStringify({
          source: ["aws.states"],
          "detail-type": ["Step Functions Execution Status Change"],
          detail: { status: ["SUCCEEDED"], stateMachineArn: [dailyMachineArn] },
        }),
      },
      { parent: this },
    );
    new aws.cloudwatch.EventTarget(
      name,
      {
        rule: rule.name,
        targetId: "load",
        arn: load.arn,
        roleArn: role.arn,
        inputTransformer: { inputPaths: { name: "$.detail.name" }, inputTemplate: '{"name": <name>}' },
        deadLetterConfig: { arn: deadLetterQueueArn },
        retryPolicy: { maximumEventAgeInSeconds: 21_600, maximumRetryAttempts: 20 },
      },
      { parent: this, dependsOn: [policy] },
    );
  }

  private createStarter(
    name: string,
    service: string,
    args: WarehouseLoadArgs,
    machine: aws.sfn.StateMachine,
  ): Pick<MachineParts, "role" | "policy"> {
    const { scope, keyArn, messagingKeyArn = keyArn, deadLetterQueueArn } = args;
    const part = service === "events.amazonaws.com" ? "warehouse-rule" : "warehouse-schedule";
    const role = new aws.iam.Role(
      name,
      { name: nameOf(scope, part, "role"), assumeRolePolicy: trustService(scope, service) },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: allowing(
          { sid: "Start", actions: ["states:StartExecution"], resources: [machine.arn] },
          { sid: "KeepUndelivered", actions: ["sqs:SendMessage"], resources: [deadLetterQueueArn] },
          {
            sid: "EncryptUndelivered",
            actions: ["kms:Decrypt", "kms:GenerateDataKey"],
            resources: [messagingKeyArn],
          },
        ),
      },
      { parent: this },
    );
    return { role, policy };
  }
}

/** Listing a day of each table in the encrypted catalogue: docs.aws.amazon.com/glue/latest/dg/encrypt-glue-data-catalog.html */
function registerDays({ scope, catalogue: { databaseName, keyArn, tables } }: WarehouseLoadArgs): readonly Allow[] {
  const glue = (path: string): string => arnOf(scope, "glue", path);
  return [
    {
      sid: "RegisterDays",
      actions: ["glue:BatchCreatePartition"],
      resources: [
        glue("catalog"),
        glue(`database/${databaseName}`),
        ...tables.map(({ name }) => glue(`table/${databaseName}/${name}`)),
      ],
    },
    {
      sid: "EncryptCatalogue",
      actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
      resources: [keyArn],
      conditions: { StringEquals: { "kms:ViaService": `glue.${scope.region}.${dnsSuffixOf(scope)}` } },
    },
  ];
}

/** Publishing to an encrypted topic. */
function report({ failureTopicArn, messagingKeyArn, keyArn }: WarehouseLoadArgs): readonly Allow[] {
  return [
    { sid: "ReportFailure", actions: ["sns:Publish"], resources: [failureTopicArn] },
    { sid: "EncryptReport", actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [messagingKeyArn ?? keyArn] },
  ];
}

interface MachineParts {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
  readonly log: aws.cloudwatch.LogGroup;
  readonly definition: pulumi.Output<ReturnType<typeof loadDefinition>>;
}
