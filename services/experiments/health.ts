import { GetMetricDataCommand, type CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { VariantServing } from "./guardrails";

/** One region's endpoint, as CloudWatch knows it. */
export interface EndpointMetrics {
  readonly client: Pick<CloudWatchClient, "send">;
  readonly endpointName: string;
}

/** How far back predictions are looked at: a day, so that each hour of users counts. */
const WINDOW_MS = 86_400_000;

const METRICS = [
  { id: "count", name: "Invocations", stat: "Sum" },
  { id: "errors", name: "Invocation5XXErrors", stat: "Sum" },
  // Of the container alone, microseconds.
  { id: "latency", name: "ModelLatency", stat: "p99" },
] as const;

/**
 * What each variant's predictions were like in the day before, by SageMaker's own metrics: counts over all regions, and
 * the percentile of the slowest. docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
 */
export async function servingOf(
  endpoints: readonly EndpointMetrics[],
  variants: readonly string[],
  now: Date,
): Promise<VariantServing[]> {
  const found = await Promise.all(endpoints.map((endpoint) => regionOf(endpoint, variants, now)));
  return variants.map((variant, place) => {
    const rows = found.flatMap((region) => region.slice(place, place + 1));
    const slowest = rows.flatMap(({ p99Ms }) => (p99Ms === null ? [] : [p99Ms]));
    return {
      variant,
      predictions: rows.reduce((sum, row) => sum + row.predictions, 0),
      errors: rows.reduce((sum, row) => sum + row.errors, 0),
      p99Ms: slowest.length === 0 ? null : Math.max(...slowest),
    };
  });
}

async function regionOf(
  { client, endpointName }: EndpointMetrics,
  variants: readonly string[],
  now: Date,
): Promise<VariantServing[]> {
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(now.getTime() - WINDOW_MS),
      EndTime: now,
      MetricDataQueries: variants.flatMap((variant, place) =>
        METRICS.map(({ id, name, stat }) => ({
          Id: `${id}${place}`,
          MetricStat: {
            Metric: {
              Namespace: "AWS/SageMaker",
              MetricName: name,
              Dimensions: [
                { Name: "EndpointName", Value: endpointName },
                { Name: "VariantName", Value: variant },
              ],
            },
            // One value for the whole time: a percentile cannot be made of percentiles.
            Period: WINDOW_MS / 1000,
            Stat: stat,
          },
        })),
      ),
    }),
  );
  const valuesOf = (id: string): readonly number[] => MetricDataResults.find(({ Id }) => Id === id)?.Values ?? [];
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return variants.map((variant, place) => {
    const latencies = valuesOf(`latency${place}`);
    return {
      variant,
      predictions: sum(valuesOf(`count${place}`)),
      errors: sum(valuesOf(`errors${place}`)),
      p99Ms: latencies.length === 0 ? null : Math.max(...latencies) / 1000,
    };
  });
}
