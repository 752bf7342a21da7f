import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../kit/grant";
import { trustService } from "../kit/iam";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantMatch } from "../kit/want";
import { checkLogKey, createLogGroup } from "../parts/log-group";
import { DELIVER_LOGS, TRACE_MACHINE } from "../parts/refs/account";
import type { CatalogueRef } from "../parts/refs/catalogue";
import type { KeyRef } from "../parts/refs/key";
import { MachineRef } from "../parts/refs/machine";
import type { QueueRef } from "../parts/refs/queue";
import type { SecretRef } from "../parts/refs/secret";
import type { TopicRef } from "../parts/refs/topic";
import type { WarehouseRef } from "../parts/refs/warehouse";
import { createRole, type MadeRole } from "../parts/role";
import { faultsOf } from "./asl";
import { loadDefinition, prepareDefinition, type DailyTable } from "./load";

/** Arguments of {@link WarehouseLoad}. */
export interface WarehouseLoadArgs {
  readonly scope: Scope;
  /** Of the log. */
  readonly key: KeyRef;
  readonly warehouse: {
    readonly ref: WarehouseRef;
    /** Secret of the administrator, who makes schemas, roles and grants. */
    readonly adminSecret: SecretRef;
    /** Batches of the administrator's statements. */
    readonly preparation: readonly (readonly string[])[];
    /** The load's one call; its parameter is `:run_date`. */
    readonly statement: string;
    /** Part of the name of the load's IAM role: the database knows the role by its name. */
    readonly loaderRolePart: string;
  };
  /** The catalogue that Spectrum reads; each new day of these tables is added to it. */
  readonly catalogue: { readonly ref: CatalogueRef; readonly tables: readonly DailyTable[] };
  /** The daily run, whose success starts the load. */
  readonly dailyMachineArn: pulumi.Input<string>;
  /** Gets failures. */
  readonly failureTopic: TopicRef;
  /** Takes what could not be started. */
  readonly deadLetters: QueueRef;
  /** When the preparation runs, UTC. @default `cron(30 0 * * ? *)` */
  readonly scheduleExpression?: string;
}

const SCHEDULE = "cron(30 0 * * ? *)";

/** Findings about the arguments, all of them. */
export function checkWarehouseLoad({
  key,
  warehouse,
  catalogue,
  scheduleExpression = SCHEDULE,
}: WarehouseLoadArgs): Finding[] {
  return [
    ...checkLogKey("key", key),
    ...(catalogue.tables.length === 0 ? [finding("catalogue.tables", "a table at least", "none")] : []),
    ...(warehouse.preparation.length === 0
      ? [finding("warehouse.preparation", "a batch of statements at least", "none")]
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

  private createLog(name: string, { scope, key }: WarehouseLoadArgs): aws.cloudwatch.LogGroup {
    const groupName = `/aws/vendedlogs/states/${nameOf(scope, "warehouse-load", "stateMachine")}`;
    return createLogGroup(name, { scope, name: groupName, key, use: "run" }, this).group;
  }

  private createPrepare(name: string, args: WarehouseLoadArgs, log: aws.cloudwatch.LogGroup): aws.sfn.StateMachine {
    const { scope, warehouse, failureTopic } = args;
    const role = this.createMachineRole(`${name}-prepare`, scope, "warehouse-prepare", [
      warehouse.ref.allowStatements(),
      warehouse.adminSecret.allowRead(),
      failureTopic.allowPublish(),
    ]);
    return this.createMachine(`${name}-prepare`, nameOf(scope, "warehouse-prepare", "stateMachine"), {
      ...role,
      log,
      definition: pulumi
        .all([warehouse.ref.place, warehouse.adminSecret.arn, failureTopic.arn])
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
    const { scope, warehouse, catalogue, failureTopic } = args;
    const [first = "", ...others] = catalogue.tables.map(({ name: table }) => table);
    const preparation = new MachineRef(scope, {
      name: nameOf(scope, "warehouse-prepare", "stateMachine"),
      arn: prepare.arn,
    });
    const role = this.createMachineRole(`${name}-load`, scope, warehouse.loaderRolePart, [
      warehouse.ref.allowQuery(),
      catalogue.ref.allowRegister(first, ...others),
      preparation.allowRun(),
      failureTopic.allowPublish(),
    ]);
    return this.createMachine(`${name}-load`, nameOf(scope, "warehouse-load", "stateMachine"), {
      ...role,
      log,
      definition: pulumi
        .all([warehouse.ref.place, prepare.arn, failureTopic.arn])
        .apply(([place, prepareMachineArn, topicArn]) =>
          loadDefinition({
            partition: scope.partition,
            topicArn,
            place,
            prepareMachineArn,
            statement: warehouse.statement,
            glueDatabase: catalogue.ref.databaseName,
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

  private createMachineRole(name: string, scope: Scope, part: string, grants: readonly Grant[]): MadeRole {
    const trust = trustService(scope, "states.amazonaws.com");
    return createRole(name, { scope, part, trust, grants: [...grants, DELIVER_LOGS, TRACE_MACHINE] }, this);
  }

  /** Each night and in every region: roles and grants are those of the files, whatever was done by hand. */
  private schedulePreparation(name: string, args: WarehouseLoadArgs, prepare: aws.sfn.StateMachine): void {
    const { scope, deadLetters } = args;
    const { role, policy } = this.createStarter(`${name}-schedule`, "scheduler", args, {
      name: "warehouse-prepare",
      arn: prepare.arn,
    });
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
          deadLetterConfig: { arn: deadLetters.arn },
          retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 5 },
        },
      },
      { parent: this, dependsOn: [policy] },
    );
  }

  /** Wherever a daily run succeeded: in the primary by schedule, in a replica when somebody started it there. */
  private loadAfterEachDay(name: string, args: WarehouseLoadArgs, load: aws.sfn.StateMachine): void {
    const { scope, dailyMachineArn, deadLetters } = args;
    const { role, policy } = this.createStarter(`${name}-rule`, "events", args, {
      name: "warehouse-load",
      arn: load.arn,
    });
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
        deadLetterConfig: { arn: deadLetters.arn },
        retryPolicy: { maximumEventAgeInSeconds: 21_600, maximumRetryAttempts: 20 },
      },
      { parent: this, dependsOn: [policy] },
    );
  }

  /** Who starts a machine on time, or after an event, and keeps what could not be started. */
  private createStarter(
    name: string,
    service: "events" | "scheduler",
    { scope, deadLetters }: WarehouseLoadArgs,
    machine: { readonly name: string; readonly arn: pulumi.Output<string> },
  ): MadeRole {
    const started = new MachineRef(scope, { name: nameOf(scope, machine.name, "stateMachine"), arn: machine.arn });
    return createRole(
      name,
      {
        scope,
        part: service === "events" ? "warehouse-rule" : "warehouse-schedule",
        trust: trustService(scope, `${service}.amazonaws.com`),
        grants: [started.allowStart(), deadLetters.allowSend()],
      },
      this,
    );
  }
}

interface MachineParts {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
  readonly log: aws.cloudwatch.LogGroup;
  readonly definition: pulumi.Output<ReturnType<typeof loadDefinition>>;
}
