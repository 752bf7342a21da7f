import { z } from "zod";
import { defined, integer } from "./kit";
import type { Given, Immutable } from "./kit";

/** What AWS granted the account in every region (regions/quotas.ts has the defaults). */
export const quotasSchema = z
  .strictObject({
    kinesisShards: integer(1, 1_000_000).optional().describe("Shards of provisioned data streams."),
    lambdaConcurrency: integer(1, 1_000_000).optional().describe("Concurrent executions of all functions."),
    ec2StandardVcpus: integer(1, 1_000_000).optional().describe("vCPUs of On-Demand Standard instances."),
    ec2StandardSpotVcpus: integer(1, 1_000_000).optional().describe("vCPUs of Standard Spot requests."),
    endpointInstances: integer(1, 100_000).optional().describe("Instances of one type behind endpoints."),
    endpointInstancesInAll: integer(1, 100_000).optional().describe("Instances behind all endpoints together."),
    instancesPerEndpoint: integer(1, 100_000).optional().describe("Instances behind one endpoint."),
    apiRequestsPerSecond: integer(1, 10_000_000)
      .optional()
      .describe("Requests per second that all APIs take (the throttle rate)."),
  })
  .optional()
  .describe("What AWS granted the account in every region, where it is more than the default.");

type Granted = NonNullable<Given<typeof quotasSchema>>;
export type QuotasPlan = Immutable<{ [K in keyof Granted]?: Exclude<Granted[K], undefined> }>;

export function planQuotas(given: Given<typeof quotasSchema>): QuotasPlan {
  return defined(given);
}
