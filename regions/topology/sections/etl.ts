import { z } from "zod";
import { defined, general, integer, memory, oneOf, pool, text } from "./kit";
import type { BySize, Filled, FleetSize, Given } from "./kit";

/** The daily ETL on EMR. */
export const etlSchema = z
  .strictObject({
    mode: oneOf("cluster", "transient", "serverless")
      .optional()
      .describe(
        "A cluster that waits for the daily run, one that the run makes and ends, or EMR Serverless. Default cluster.",
      ),
    releaseLabel: text("an EMR release like emr-7.12.0", /^emr-\d+\.\d+\.\d+$/).optional(),
    instanceTypes: pool.optional(),
    maxCapacityUnits: integer(2, 100_000).optional(),
  })
  .optional();

export type EtlPlan = Filled<typeof etlSchema>;
export type EtlMode = EtlPlan["mode"];

const RELEASE = "emr-7.12.0";

const DEFAULTS: BySize<EtlPlan> = {
  small: { mode: "cluster", releaseLabel: RELEASE, instanceTypes: general("xlarge"), maxCapacityUnits: 16 },
  standard: { mode: "cluster", releaseLabel: RELEASE, instanceTypes: memory("2xlarge"), maxCapacityUnits: 400 },
};

export function planEtl(given: Given<typeof etlSchema>, size: FleetSize): EtlPlan {
  return { ...DEFAULTS[size], ...defined(given) };
}
