import { PutMetricDataCommand, type CloudWatchClient } from "@aws-sdk/client-cloudwatch";

/** Namespace of the platform's own metrics: what AWS does not measure. */
export const NAMESPACE = "Meridian";
/** Hours since gold was last made of data that passed the quality gate; the gate itself refuses stale data. */
export const DATA_AGE = "DataAgeHours";
/** Hours since `CURRENT` last moved. */
export const MODEL_AGE = "ModelAgeHours";
/** Dimension that keeps two environments of one account apart. */
export const ENVIRONMENT = "Environment";

/** Metric by the name whose `CURRENT` row in the `models` table carries `published_at`. */
export const MARKS: Readonly<Record<string, string>> = { gold: DATA_AGE, recommendations: MODEL_AGE };

/** One age that a run knows. */
export interface Age {
  readonly metric: typeof DATA_AGE | typeof MODEL_AGE;
  /** When the thing was made. */
  readonly since: Date;
}

/**
 * Tells CloudWatch how old data or model are, in hours. Needs `cloudwatch:PutMetricData` under the condition
 * `cloudwatch:namespace` = {@link NAMESPACE}. Between runs the ages machine goes on telling them.
 */
export async function tellAges(
  client: Pick<CloudWatchClient, "send">,
  environment: string,
  ages: readonly Age[],
  now: Date,
): Promise<void> {
  await client.send(
    new PutMetricDataCommand({
      Namespace: NAMESPACE,
      MetricData: ages.map(({ metric, since }) => ({
        MetricName: metric,
        Dimensions: [{ Name: ENVIRONMENT, Value: environment }],
        Unit: "None",
        Value: (now.getTime() - since.getTime()) / 3_600_000,
      })),
    }),
  );
}
