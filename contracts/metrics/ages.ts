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
