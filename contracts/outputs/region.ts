import { z } from "zod";
import { bucketNamesSchema, tableNamesSchema } from "./names";

/** Outputs of `<env>.<region>`: all that a program or an operator must know to use the region. */
export const regionOutputsSchema = z.object({
  environment: z.string(),
  region: z.string(),
  zone: z.string(),
  role: z.enum(["primary", "replica"]),
  stream: z.string(),
  transformFunction: z.string(),
  curatedDeliveryStream: z.string(),
  rawDeliveryStream: z.string(),
  /** The collector's own address, which is closed on AWS: callers use `publicCollectorUrl`. */
  collectorUrl: z.string(),
  publicCollectorUrl: z.string(),
  buckets: bucketNamesSchema,
  intakeQueueUrl: z.string(),
  /** The verifier reports to the ETL here what it verified. */
  handoverQueueUrl: z.string(),
  trainingQueueUrl: z.string(),
  glueDatabase: z.string(),
  athenaWorkgroup: z.string(),
  pseudonymKeyAlias: z.string(),
  tables: tableNamesSchema,
  cacheEndpoint: z.string(),
  endpointName: z.string(),
  clusterName: z.string(),
  warehouse: z.string(),
  searchDomain: z.string(),
  stateMachineArn: z.string(),
  dashboard: z.string(),
});
export type RegionOutputs = Readonly<z.infer<typeof regionOutputsSchema>>;
