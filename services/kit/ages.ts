import { PutMetricDataCommand, type CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { ENVIRONMENT, NAMESPACE, type DATA_AGE, type MODEL_AGE } from "../../contracts/metrics/ages";

/** One age that a run knows. */
export interface Age {
  readonly metric: typeof DATA_AGE | typeof MODEL_AGE;
  /** When the thing was made. */
  readonly since: Date;
}

/**
 * Sends the age of data or model to CloudWatch, in hours. Needs `cloudwatch:PutMetricData` under the condition
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
