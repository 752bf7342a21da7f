import { z } from "zod";
import type { RegionName } from "../../names";
import { defined, integer, oneOf, regionText } from "./kit";
import type { Filled, Given } from "./kit";

/** The global tables. */
export const tablesSchema = z
  .strictObject({
    consistency: oneOf("eventual", "strong").optional(),
    witness: regionText
      .optional()
      .describe("A region that only witnesses: strong consistency with two replicas and a witness."),
    ttlDays: integer(1, 3650)
      .optional()
      .describe("Days after which a recommendation expires; not with strong consistency. Default never."),
  })
  .optional();

export type TablesPlan = Omit<Filled<typeof tablesSchema, "witness" | "ttlDays">, "witness"> & {
  readonly witness?: RegionName;
};
export type Consistency = TablesPlan["consistency"];

export function planTables(given: Given<typeof tablesSchema>): TablesPlan {
  // The checks know that the witness is a region.
  return { consistency: "eventual", ...defined(given) } as TablesPlan;
}
