import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { trustService } from "../kit/iam";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger } from "../kit/want";
import { allowMetrics } from "../parts/refs/account";
import { MachineRef } from "../parts/refs/machine";
import type { TableRef } from "../parts/refs/table";
import { createRole } from "../parts/role";
import { ENVIRONMENT, MARKS, NAMESPACE } from "../../contracts/metrics/ages";

/** Arguments of {@link AgePublisher}. */
export interface AgePublisherArgs {
  readonly scope: Scope;
  /** The zone's `models` table, whose `CURRENT` rows say when gold and the model were made. */
  readonly models: TableRef;
  /** Minutes between two readings; below an hour, so that each of the alarm's periods has one. @default 15 */
  readonly everyMinutes?: number;
}

/** The alarms look at whole hours; two readings an hour are the least that one late start cannot empty. */
const EVERY_MINUTES = { min: 1, max: 30, usual: 15 } as const;

/** Findings about the arguments, all of them. */
export function checkAgePublisher({ everyMinutes }: AgePublisherArgs): Finding[] {
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
    const { scope, models } = args;
    const { role, policy } = createRole(
      name,
      {
        scope,
        part: "ages",
        trust: trustService(scope, "states.amazonaws.com"),
        grants: [models.allow("BatchGetItem"), allowMetrics(NAMESPACE)],
      },
      this,
    );
    return new aws.sfn.StateMachine(
      name,
      {
        name: nameOf(scope, "ages", "stateMachine"),
        // A standard machine keeps the history of each execution for 90 days, and so needs no log.
        type: "STANDARD",
        roleArn: role.arn,
        definition: JSON.stringify(agesDefinition(scope, models.name)),
      },
      { parent: this, dependsOn: [policy] },
    );
  }

  private createSchedule(name: string, args: AgePublisherArgs, machine: aws.sfn.StateMachine): void {
    const { scope } = args;
    const started = new MachineRef(scope, { name: nameOf(scope, "ages", "stateMachine"), arn: machine.arn });
    const { role, policy } = createRole(
      `${name}-schedule`,
      {
        scope,
        part: "ages-schedule",
        trust: trustService(scope, "scheduler.amazonaws.com"),
        grants: [started.allowStart()],
      },
      this,
    );
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
