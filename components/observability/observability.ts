import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantNumber } from "../kit/want";
import { checkLogKey, createLogGroup } from "../parts/log-group";
import type { KeyRef } from "../parts/refs/key";
import type { AlarmSpec, Runbook } from "./alarm-spec";
import { alarmsFor } from "./alarms";
import { BURN_RATES } from "./burn";
import { checkCacheHealth } from "./cache-alarms";
import type { Promises, Targets } from "./targets";
import { dashboardBody, type Widget } from "./widgets";

/** Arguments of {@link Observability}. */
export interface ObservabilityArgs {
  readonly scope: Scope;
  readonly targets: Targets<pulumi.Input<string>>;
  readonly promises: Promises;
  /** Topic that hears of every alarm. */
  readonly alarmTopicArn: pulumi.Input<string>;
  /** Where the runbooks are read, without a slash at its end. @default `docs/runbooks`, relative to the repository */
  readonly runbookRoot?: string;
  /** Of the operators' log group. */
  readonly key: KeyRef;
}

/** Findings about the arguments, all of them. */
export function checkObservability(args: ObservabilityArgs): Finding[] {
  const { promises, targets } = args;
  return [
    ...(promises.availability > 0 && promises.availability < 1
      ? []
      : [finding("promises.availability", "a part above 0 and below 1", promises.availability)]),
    ...wantNumber("promises.dataFreshnessHours", promises.dataFreshnessHours, "hours", { min: 1 }),
    ...wantNumber("promises.streamLagSeconds", promises.streamLagSeconds ?? 300, "seconds", { min: 1 }),
    ...wantNumber("promises.predictionMilliseconds", promises.predictionMilliseconds ?? 100, "milliseconds", {
      min: 1,
    }),
    ...checkLogKey("key", args.key),
    ...checkCacheHealth(targets.cacheHealth),
    ...(targets.variantNames.length === 0 ? [finding("targets.variantNames", "at least 1 variant", 0)] : []),
    ...(Object.keys(targets.tables).length === 0 ? [finding("targets.tables", "at least 1 table", 0)] : []),
  ];
}

/**
 * What on-call sees of a region: an alarm for each promise with a link to its runbook, one composite alarm over those
 * that page, one dashboard, and the log group of the operators' own actions.
 * @throws InputPropertiesError listing every bad argument.
 */
export class Observability extends pulumi.ComponentResource {
  readonly dashboardName: string;
  readonly compositeAlarmName: string;
  /** Alarm names by id. */
  readonly alarmNames: pulumi.Output<Readonly<Record<string, string>>>;
  readonly operationsLogGroup: pulumi.Output<string>;

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Observability ${name}`, checkObservability(args));
    super("meridian:observability:Observability", name, {}, opts);

    this.dashboardName = nameOf(args.scope, "region", "dashboard");
    this.compositeAlarmName = nameOf(args.scope, "page", "alarm");
    const alarms = this.createAlarms(name, args);
    const burns = this.createBurnAlarms(name, args, alarms);
    this.createComposite(name, args, alarms, burns);
    this.createDashboard(name, args, alarms);
    const log = this.createOperationsLog(name, args);

    this.alarmNames = pulumi.output(
      Object.fromEntries(alarms.map(({ id, alarm }): [string, pulumi.Output<string>] => [id, alarm.name])),
    );
    this.operationsLogGroup = log.name;
    this.registerOutputs({
      dashboardName: this.dashboardName,
      compositeAlarmName: this.compositeAlarmName,
      alarmNames: this.alarmNames,
      operationsLogGroup: this.operationsLogGroup,
    });
  }

  private createAlarms(name: string, args: ObservabilityArgs): Alarm[] {
    return alarmsFor(args.targets, args.promises).map((spec) => {
      const alarm = new aws.cloudwatch.MetricAlarm(
        `${name}-${spec.id}`,
        {
          name: nameOf(args.scope, spec.id, "alarm"),
          alarmDescription: describe(spec, args),
          ...measure(spec),
          threshold: spec.threshold,
          comparisonOperator: spec.comparison,
          evaluationPeriods: spec.periods,
          datapointsToAlarm: spec.datapoints,
          treatMissingData: spec.missing,
          ...(spec.partOf === undefined ? tells(args.alarmTopicArn) : {}),
          tags: { "meridian:severity": spec.severity },
        },
        { parent: this },
      );
      return { id: spec.id, spec, alarm };
    });
  }

  /** The error budget's alarms: each is raised when both of its windows are. */
  private createBurnAlarms(
    name: string,
    args: ObservabilityArgs,
    alarms: readonly Alarm[],
  ): readonly aws.cloudwatch.CompositeAlarm[] {
    return BURN_RATES.map(({ id, rate, budgetPercent, longSeconds }) => {
      const windows = alarms.filter(({ spec }) => spec.partOf === id).map(({ alarm }) => alarm);
      const promise = `The collector's error budget burns less than ${rate} times as fast as it may: ${budgetPercent} % in ${longSeconds / 3600} h`;
      return new aws.cloudwatch.CompositeAlarm(
        `${name}-${id}`,
        {
          alarmName: nameOf(args.scope, id, "alarm"),
          alarmDescription: describe({ promise, runbook: "error-budget-burn" }, args),
          alarmRule: rule(windows, "AND"),
          ...tells(args.alarmTopicArn),
        },
        { parent: this },
      );
    });
  }

  /** Whatever pages, as one: an outage raises many alarms and should wake people once. */
  private createComposite(
    name: string,
    args: ObservabilityArgs,
    alarms: readonly Alarm[],
    burns: readonly aws.cloudwatch.CompositeAlarm[],
  ): void {
    const paging = alarms.filter(({ spec }) => spec.severity === "page" && spec.partOf === undefined);
    const promise = `Every promise of ${args.scope.region} holds; its dashboard ${this.dashboardName} shows which does not`;
    new aws.cloudwatch.CompositeAlarm(
      name,
      {
        alarmName: this.compositeAlarmName,
        alarmDescription: describe({ promise, runbook: "page" }, args),
        alarmRule: rule([...paging.map(({ alarm }) => alarm), ...burns], "OR"),
        ...tells(args.alarmTopicArn),
      },
      { parent: this },
    );
  }

  private createDashboard(name: string, args: ObservabilityArgs, alarms: readonly Alarm[]): void {
    const { scope } = args;
    const arns = pulumi.all(alarms.map(({ alarm }) => alarm.arn));
    const body = pulumi.all([pulumi.output(args.targets), arns]).apply(([targets, alarmArns]) => {
      const graphs = alarmsFor(targets, args.promises).map((spec): Widget => ({
        width: 8,
        height: 6,
        content: {
          kind: "graph",
          title: spec.id,
          metrics: spec.metrics,
          unit: unitOf(spec),
          ...(spec.expression === undefined ? { promise: spec.threshold } : {}),
        },
      }));
      return dashboardBody(scope.region, [
        {
          width: 24,
          height: 2,
          content: {
            kind: "text",
            markdown: `# ${scope.prefix} ${scope.environment} ${scope.region}\nResidency zone \`${scope.zone}\`. Each graph has its runbook in docs/runbooks.`,
          },
        },
        { width: 24, height: 4, content: { kind: "alarms", title: "Promises", arns: alarmArns } },
        ...graphs,
      ]);
    });
    new aws.cloudwatch.Dashboard(name, { dashboardName: this.dashboardName, dashboardBody: body }, { parent: this });
  }

  private createOperationsLog(name: string, args: ObservabilityArgs): aws.cloudwatch.LogGroup {
    const { scope, key } = args;
    return createLogGroup(name, { scope, name: nameOf(scope, "operations", "logGroup"), key, use: "run" }, this).group;
  }
}

type Spec = AlarmSpec<pulumi.Input<string>>;

interface Alarm {
  readonly id: string;
  readonly spec: Spec;
  readonly alarm: aws.cloudwatch.MetricAlarm;
}

/** The text that on-call reads first: what is promised, and where to look. */
function describe(
  { promise, runbook }: { readonly promise: string; readonly runbook: Runbook },
  { runbookRoot = "docs/runbooks" }: ObservabilityArgs,
): string {
  return `${promise}. Runbook: ${runbookRoot}/${runbook}.md`;
}

/** Who hears of an alarm and of its end. */
function tells(topicArn: pulumi.Input<string>): Record<"alarmActions" | "okActions", pulumi.Input<string>[]> {
  return { alarmActions: [topicArn], okActions: [topicArn] };
}

/** The rule of a composite alarm over others. */
function rule(
  alarms: readonly (aws.cloudwatch.MetricAlarm | aws.cloudwatch.CompositeAlarm)[],
  operator: "AND" | "OR",
): pulumi.Output<string> {
  return pulumi
    .all(alarms.map((alarm) => ("alarmName" in alarm ? alarm.alarmName : alarm.name)))
    .apply((names) => names.map((name) => `ALARM("${name}")`).join(` ${operator} `));
}

/** One metric directly; several as queries whose expression alone is the alarm's. */
function measure(spec: Spec): Partial<aws.cloudwatch.MetricAlarmArgs> {
  const [first] = spec.metrics;
  if (spec.expression === undefined && first !== undefined) {
    return {
      namespace: first.namespace,
      metricName: first.name,
      dimensions: first.dimensions,
      period: spec.periodSeconds,
      ...(STANDARD_STATISTICS.has(first.stat) ? { statistic: first.stat } : { extendedStatistic: first.stat }),
    };
  }
  return {
    metricQueries: [
      ...spec.metrics.map(({ namespace, name, dimensions, stat }, index) => ({
        id: `m${index}`,
        metric: { namespace, metricName: name, dimensions, stat, period: spec.periodSeconds },
      })),
      { id: "value", expression: spec.expression ?? "m0", label: spec.id, returnData: true },
    ],
  };
}

/** The others are percentiles, which CloudWatch takes in a field of their own. */
const STANDARD_STATISTICS: ReadonlySet<string> = new Set(["Average", "Maximum", "Minimum", "SampleCount", "Sum"]);

/** The axis of an alarm's graph. */
function unitOf({ metrics }: AlarmSpec): string {
  const name = metrics[0]?.name ?? "";
  if (name.endsWith("Milliseconds")) return "ms";
  if (name === "ModelLatency") return "µs";
  if (name.endsWith("Freshness")) return "s";
  return name.endsWith("Hours") ? "h" : "count";
}
