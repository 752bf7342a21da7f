import type { AlarmSpec } from "./alarm-spec";
import { burnAlarms } from "./burn";
import { cacheAlarms, chunks, METRICS_PER_ALARM } from "./cache-alarms";
import type { Promises, Targets } from "./targets";
import type { Metric } from "./widgets";
import { DATA_AGE, ENVIRONMENT, MODEL_AGE, NAMESPACE } from "../../contracts/metrics/ages";

/** Seconds within which Firehose should have written a record: its longest buffer, and as much again. */
export const DELIVERY_SECONDS = 1800;

/** Five of the last five minutes: long enough to pass over one bad minute, short beside any recovery promise. */
const FIVE_MINUTES = { periodSeconds: 60, periods: 5, datapoints: 5 } as const;
const QUARTER_HOUR = { periodSeconds: 300, periods: 3, datapoints: 3 } as const;

/** An alarm for each promise of the region. Pure: the same targets give the same alarms in the same order. */
export function alarmsFor<T>(targets: Targets<T>, promises: Promises): AlarmSpec<T>[] {
  return [
    ...ingestAlarms(targets, promises),
    ...burnAlarms(targets, promises),
    ...deadLetterAlarms(targets),
    ...dataAlarms(targets, promises),
    ...servingAlarms(targets, promises),
    ...storeAlarms(targets),
    ...cacheAlarms(targets),
  ];
}

/** Both show as server errors of the API too; these say why. */
function collectorFunctionAlarms<T>(fn: T | undefined): AlarmSpec<T>[] {
  if (fn === undefined) return [];
  const metric = (name: string): Metric<T> => ({
    namespace: "AWS/Lambda",
    name,
    dimensions: { FunctionName: fn },
    stat: "Sum",
  });
  const alarm = { runbook: "collector-5xx", severity: "ticket", threshold: 0, missing: "notBreaching" } as const;
  return [
    {
      ...alarm,
      id: "collector-function-errors",
      promise: "No call of the collector's function is cut off or fails without an answer",
      metrics: [metric("Errors")],
      comparison: "GreaterThanThreshold",
      ...FIVE_MINUTES,
    },
    {
      ...alarm,
      id: "collector-function-throttles",
      promise: "The concurrency kept for the collector's function is enough",
      metrics: [metric("Throttles")],
      comparison: "GreaterThanThreshold",
      ...FIVE_MINUTES,
    },
  ];
}

function ingestAlarms<T>(targets: Targets<T>, promises: Promises): AlarmSpec<T>[] {
  const lag = promises.streamLagSeconds ?? 300;
  const api = (name: string, stat: string): Metric<T> => ({
    namespace: "AWS/ApiGateway",
    name,
    dimensions: { ApiId: targets.collectorApiId },
    stat,
  });
  const transform = (name: string): Metric<T> => ({
    namespace: "AWS/Lambda",
    name,
    dimensions: { FunctionName: targets.transformFunction },
    stat: "Sum",
  });
  return [
    {
      id: "stream-iterator-age",
      runbook: "stream-iterator-age",
      severity: "page",
      promise: `Every reader of the stream is at most ${lag} s behind`,
      metrics: [
        {
          namespace: "AWS/Kinesis",
          name: "GetRecords.IteratorAgeMilliseconds",
          dimensions: { StreamName: targets.stream },
          stat: "Maximum",
        },
      ],
      threshold: lag * 1000,
      comparison: "GreaterThanThreshold",
      missing: "notBreaching",
      ...FIVE_MINUTES,
    },
    {
      id: "collector-5xx",
      runbook: "collector-5xx",
      // The error budget pages: five bad minutes of a small part alone are no reason to get up.
      severity: "ticket",
      promise: `At least ${percent(promises.availability)} % of the collector's requests are answered well`,
      metrics: [api("5xx", "Sum"), api("Count", "Sum")],
      expression: "IF(m1 > 0, 100 * m0 / m1, 0)",
      threshold: errorPercent(promises),
      comparison: "GreaterThanThreshold",
      missing: "notBreaching",
      ...FIVE_MINUTES,
    },
    ...collectorFunctionAlarms(targets.collectorFunction),
    {
      id: "transform-errors",
      runbook: "transform-errors",
      severity: "page",
      promise: "The transform answers every batch: at most 1 % of its calls fail",
      metrics: [transform("Errors"), transform("Invocations")],
      expression: "IF(m1 > 0, 100 * m0 / m1, 0)",
      threshold: 1,
      comparison: "GreaterThanThreshold",
      missing: "notBreaching",
      ...FIVE_MINUTES,
    },
    ...Object.entries(targets.deliveryStreams).map(([name, stream]): AlarmSpec<T> => ({
      id: `delivery-freshness-${name}`,
      runbook: "delivery-freshness",
      severity: "page",
      promise: `Events reach the lake through ${name} within ${DELIVERY_SECONDS} s`,
      metrics: [
        {
          namespace: "AWS/Firehose",
          name: "DeliveryToS3.DataFreshness",
          dimensions: { DeliveryStreamName: stream },
          stat: "Maximum",
        },
      ],
      threshold: DELIVERY_SECONDS,
      comparison: "GreaterThanThreshold",
      missing: "notBreaching",
      ...QUARTER_HOUR,
    })),
  ];
}

function deadLetterAlarms<T>(targets: Targets<T>): AlarmSpec<T>[] {
  return Object.entries(targets.deadLetterQueues).map(([name, queue]): AlarmSpec<T> => ({
    id: `dead-letters-${name}`,
    runbook: "dead-letter-depth",
    severity: "ticket",
    promise: `Nothing is given up: the dead-letter queue of ${name} is empty`,
    metrics: [
      {
        namespace: "AWS/SQS",
        name: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: queue },
        stat: "Maximum",
      },
    ],
    threshold: 0,
    comparison: "GreaterThanThreshold",
    periodSeconds: 300,
    periods: 1,
    datapoints: 1,
    missing: "notBreaching",
  }));
}

function dataAlarms<T>(targets: Targets<T>, promises: Promises): AlarmSpec<T>[] {
  const modelAge = promises.modelAgeHours ?? promises.dataFreshnessHours + 24;
  const own = (name: string): Metric<T> => ({
    namespace: NAMESPACE,
    name,
    dimensions: { [ENVIRONMENT]: targets.environment },
    stat: "Maximum",
  });
  return [
    {
      id: "data-freshness",
      runbook: "data-freshness",
      severity: "ticket",
      promise: `Gold was made of data that passed its gate at most ${promises.dataFreshnessHours} h ago`,
      metrics: [own(DATA_AGE)],
      threshold: promises.dataFreshnessHours,
      comparison: "GreaterThanThreshold",
      periodSeconds: 3600,
      periods: 1,
      datapoints: 1,
      // Who should tell the age is silent: that is as bad as old data.
      missing: "breaching",
    },
    {
      id: "model-age",
      runbook: "model-age",
      severity: "ticket",
      promise: `The model in use is at most ${modelAge} h old`,
      metrics: [own(MODEL_AGE)],
      threshold: modelAge,
      comparison: "GreaterThanThreshold",
      periodSeconds: 3600,
      periods: 1,
      datapoints: 1,
      missing: "breaching",
    },
    {
      id: "daily-run-failed",
      runbook: "daily-run-failed",
      severity: "ticket",
      promise: "The daily run ends well",
      metrics: ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"].map((name) => ({
        namespace: "AWS/States",
        name,
        dimensions: { StateMachineArn: targets.stateMachineArn },
        stat: "Sum",
      })),
      expression: "SUM(METRICS())",
      threshold: 0,
      comparison: "GreaterThanThreshold",
      periodSeconds: 300,
      periods: 1,
      datapoints: 1,
      missing: "notBreaching",
    },
  ];
}

function servingAlarms<T>(targets: Targets<T>, promises: Promises): AlarmSpec<T>[] {
  const milliseconds = promises.predictionMilliseconds ?? 100;
  return targets.variantNames.flatMap((variant): AlarmSpec<T>[] => {
    const metric = (name: string, stat: string): Metric<T> => ({
      namespace: "AWS/SageMaker",
      name,
      dimensions: { EndpointName: targets.endpointName, VariantName: variant },
      stat,
    });
    return [
      {
        id: `endpoint-latency-${variant}`,
        runbook: "endpoint-latency",
        severity: "page",
        promise: `99 % of ${variant}'s predictions take at most ${milliseconds} ms`,
        metrics: [metric("ModelLatency", "p99")],
        // SageMaker measures microseconds.
        threshold: milliseconds * 1000,
        comparison: "GreaterThanThreshold",
        missing: "notBreaching",
        ...FIVE_MINUTES,
      },
      {
        id: `endpoint-errors-${variant}`,
        runbook: "endpoint-errors",
        severity: "page",
        promise: `At least ${percent(promises.availability)} % of ${variant}'s invocations succeed`,
        metrics: [metric("Invocation5XXErrors", "Sum"), metric("Invocations", "Sum")],
        expression: "IF(m1 > 0, 100 * m0 / m1, 0)",
        threshold: errorPercent(promises),
        comparison: "GreaterThanThreshold",
        missing: "notBreaching",
        ...FIVE_MINUTES,
      },
    ];
  });
}

function storeAlarms<T>(targets: Targets<T>): AlarmSpec<T>[] {
  return [
    ...chunks(targets.cacheNodes, METRICS_PER_ALARM).map((nodes, index): AlarmSpec<T> => ({
      id: `cache-evictions-${index + 1}`,
      runbook: "cache-evictions",
      severity: "ticket",
      promise: "The hot lists fit into the cache: fewer than 100 evictions a minute",
      metrics: nodes.map((node) => ({
        namespace: "AWS/ElastiCache",
        name: "Evictions",
        dimensions: { CacheClusterId: node },
        stat: "Sum",
      })),
      ...(nodes.length > 1 ? { expression: "SUM(METRICS())" } : {}),
      threshold: 100,
      comparison: "GreaterThanThreshold",
      missing: "notBreaching",
      ...FIVE_MINUTES,
    })),
    ...Object.entries(targets.tables).map(([name, table]): AlarmSpec<T> => ({
      id: `table-throttles-${name}`,
      runbook: "table-throttles",
      severity: "page",
      promise: `No request to the ${name} table is throttled`,
      metrics: ["ReadThrottleEvents", "WriteThrottleEvents"].map((metric) => ({
        namespace: "AWS/DynamoDB",
        name: metric,
        dimensions: { TableName: table },
        stat: "Sum",
      })),
      expression: "SUM(METRICS())",
      threshold: 0,
      comparison: "GreaterThanThreshold",
      missing: "notBreaching",
      ...FIVE_MINUTES,
    })),
  ];
}

/** Percent of errors that the promise leaves, without the noise of binary fractions. */
function errorPercent({ availability }: Promises): number {
  return Number(((1 - availability) * 100).toFixed(6));
}

function percent(part: number): string {
  return String(Number((part * 100).toFixed(6)));
}
