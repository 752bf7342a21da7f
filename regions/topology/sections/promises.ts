import { z } from "zod";
import { amount, defined, integer } from "./kit";
import type { Filled, Given } from "./kit";

/** What the owner promises. */
export const promisesSchema = z
  .strictObject({
    rtoSeconds: integer(0, 604_800).optional(),
    rpoSeconds: integer(0, 604_800)
      .optional()
      .describe(
        "Age of the newest event that may be lost with its region: a delivery's buffer, and its object's copy.",
      ),
    availability: amount("a part of 1 like 0.999", 0.5, 0.99999)
      .optional()
      .describe("Part of the recommendation requests answered well. Default 0.999."),
    dataFreshnessHours: amount("hours, 1 to 720", 1, 720)
      .optional()
      .describe("Age of the newest training data in gold. Default 26."),
  })
  .optional()
  .describe("What the owner promises: recovery time and point, availability, freshness.");

/** Recovery classes, seconds and hours. */
export type Promises = Filled<typeof promisesSchema>;

// 900 s in a delivery's buffer, the longest there is, and 900 s until the object's copy is in the next region.
const DEFAULTS: Promises = { rtoSeconds: 300, rpoSeconds: 1800, availability: 0.999, dataFreshnessHours: 26 };

export function planPromises(given: Given<typeof promisesSchema>): Promises {
  return { ...DEFAULTS, ...defined(given) };
}
