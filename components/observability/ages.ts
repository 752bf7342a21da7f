import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../kit/arn";
import { allowing, allowKeyByAlias, trustService, type Allow } from "../kit/iam";
import { nameOf } from "../kit/names";
import { refuse, type Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger } from "../kit/want";
import { ENVIRONMENT, MARKS, NAMESPACE } from "../../contracts/metrics/ages";

/** Arguments of {@link AgePublisher}. */
export interface AgePublisherArgs {
  readonly scope: Scope;
  /** The zone's `models` table, whose `CURRENT` rows say when gold and the model were made. */
  readonly modelsTable: string;
  /** Alias of the tables' key in this region. @default none: the tables use a key of AWS's own */
  readonly tablesKeyAlias?: string;
  /** Minutes between two readings; below an hour, so that each of the alarm's periods has one. @default 15 */
  readonly everyMinutes?: number;
}

/** The alarms look at whole hours; two readings an hour are the least that one late start cannot empty. */
const EVERY_MINUTES = { min: 1, max: 30, usual: 15 } as const;

/** Problems of the arguments, all of them. */
export function checkAgePublisher({ everyMinutes }: AgePublisherArgs): Problem[] {
  return wantInteger("everyMinutes", everyMinutes ?? EVERY_MINUTES.usual, "minutes", EVERY_MINUTES);
}

/**
 * Tells CloudWatch the age of data and model every few minutes, so that it grows while nothing runs. A machine without
 * code: it reads the rows that the daily run leaves, and puts the metrics. Every region has its own and reads its own
 * replica, so a replica that no longer hears of its zone's runs raises the alarm too. A row that is missing gives no
 * metric, which the alarms take for a breach.
 * @throws InputPropertiesError listing every bad argument.
 */
export class AgePublisher extends pulumi.ComponentResource {
  readonly stateMachineArn: pulumi.Output<string>;

  constructor(name: string, args: AgePublisherArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`AgePublisher ${name}`, checkAgePublisher(args));
    super("meridian:observability:AgePublisher", name, {}, opts);
    const machine = this.createMachine(name, args);
    this.createSchedule(name, args, machine);
    this.stateMachineArn = machine.arn;
    this.registerOutputs({ stateMachineArn: this.stateMachineArn });
  }

  private createMachine(name: string, args: AgePublisherArgs): aws.sfn.StateMachine {
    const { scope, modelsTable, tablesKeyAlias } = args;
    const { role, policy } = this.createRole(name, scope, "states", [
      {
        sid: "ReadMarks",
        actions: ["dynamodb:BatchGetItem"],
        resources: [arnOf(scope, "dynamodb", `table/${modelsTable}`)],
      },
      {
        // No resource-level permission: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
        sid: "TellAges",
        actions: ["cloudwatch:PutMetricData"],
        resources: ["*"],
        conditions: { StringEquals: { "cloudwatch:namespace": NAMESPACE } },
      },
      ...(tablesKeyAlias === undefined
        ? []
        : [
            allowKeyByAlias(scope, {
              sid: "UseTablesKey",
              actions: ["kms:Decrypt"],
              alias: tablesKeyAlias,
              via: "dynamodb",
            }),
          ]),
    ]);
    return new aws.sfn.StateMachine(
      name,
      {
        name: nameOf(scope, "ages", "stateMachine"),
        // A standard machine keeps the history of each execution for 90 days, and so needs no log.
        type: "STANDARD",
        roleArn: role.arn,
        definition: JSON.stringify(agesDefinition(scope, modelsTable)),
      },
      { parent: this, dependsOn: [policy] },
    );
  }

  private createSchedule(name: string, args: AgePublisherArgs, machine: aws.sfn.StateMachine): void {
    const { scope } = args;
    const { role, policy } = this.createRole(`${name}-schedule`, scope, "scheduler", [
      { sid: "Start", actions: ["states:StartExecution"], resources: [machine.arn] },
    ]);
    const everyMinutes = args.everyMinutes ?? EVERY_MINUTES.usual;
    new aws.scheduler.Schedule(
      name,
      {
        name: nameOf(scope, "ages", "schedule"),
        description: "Age of data and model",
        scheduleExpression: everyMinutes === 1 ? "rate(1 minute)" : `rate(${everyMinutes} minutes)`,
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: machine.arn,
          roleArn: role.arn,
          input: "{}",
          // The next reading replaces one that was missed; the service takes no less than a minute.
          retryPolicy: { maximumEventAgeInSeconds: everyMinutes * 60, maximumRetryAttempts: 3 },
        },
      },
      { parent: this, dependsOn: [policy] },
    );
  }

  private createRole(
    name: string,
    scope: Scope,
    service: "states" | "scheduler",
    permissions: readonly Allow[],
  ): { readonly role: aws.iam.Role; readonly policy: aws.iam.RolePolicy } {
    const role = new aws.iam.Role(
      name,
      {
        name: nameOf(scope, service === "states" ? "ages" : "ages-schedule", "role"),
        assumeRolePolicy: trustService(scope, `${service}.amazonaws.com`),
      },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      { role: role.name, policy: allowing(...permissions) },
      { parent: this },
    );
    return { role, policy };
  }
}

/**
 * The machine, in JSONata, since ages are differences of times and JSONPath cannot subtract.
 * docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export function agesDefinition({ partition, environment }: Scope, modelsTable: string): object {
  const retry = [
    { ErrorEquals: ["States.TaskFailed"], IntervalSeconds: 5, MaxAttempts: 4, BackoffRate: 2, JitterStrategy: "FULL" },
  ];
  return {
    Comment: "Tells the age of data and model",
    QueryLanguage: "JSONata",
    StartAt: "Read marks",
    TimeoutSeconds: 300,
    States: {
      "Read marks": {
        Type: "Task",
        Resource: `arn:${partition}:states:::aws-sdk:dynamodb:batchGetItem`,
        Arguments: {
          RequestItems: {
            [modelsTable]: {
              Keys: Object.keys(MARKS).map((name) => ({ name: { S: name }, version: { S: "CURRENT" } })),
            },
          },
        },
        Output: `{% $lookup($states.result.Responses, '${modelsTable}') %}`,
        TimeoutSeconds: 60,
        Retry: retry,
        Next: "Tell ages",
      },
      "Tell ages": {
        Type: "Task",
        Resource: `arn:${partition}:states:::aws-sdk:cloudwatch:putMetricData`,
        Arguments: { Namespace: NAMESPACE, MetricData: `{% ${metricData(environment)} %}` },
        TimeoutSeconds: 60,
        Retry: retry,
        End: true,
      },
    },
  };
}

/** One datum for each row that is there. */
function metricData(environment: string): string {
  return (
    `( $now := $toMillis($states.context.State.EnteredTime); [$states.input[published_at].{ ` +
    `'MetricName': $lookup(${JSON.stringify(MARKS)}, name.S), ` +
    `'Dimensions': [{ 'Name': '${ENVIRONMENT}', 'Value': '${environment}' }], ` +
    `'Unit': 'None', ` +
    `'Value': ($now - $toMillis(published_at.S)) / 3600000 }] )`
  );
}
