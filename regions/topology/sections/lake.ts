import { z } from "zod";
import { defined, integer, oneOf, yesNo } from "./kit";
import type { BySize, Filled, FleetSize, Given } from "./kit";

/** For how long no version of an object can be deleted or replaced after it was written. */
const lock = z.strictObject({
  /** `governance`: those with a right of its own still may. `compliance`: nobody may, the root user included. */
  mode: oneOf("governance", "compliance"),
  // S3 user guide, "Object Lock": 1 day to 100 years.
  days: integer(1, 36_500),
});

/** The region's buckets. The log bucket takes no lock, since S3 delivers no logs then; Athena's results need none. */
export const lakeSchema = z
  .strictObject({
    objectLock: z
      .strictObject({
        raw: lock.optional(),
        bronze: lock.optional(),
        silver: lock.optional(),
        gold: lock.optional(),
        quarantine: lock.optional(),
        artifacts: lock.optional(),
      })
      .optional()
      .describe(
        "Days for which no version of an object goes, by bucket; only for a lake that is not made yet. Default none.",
      ),
    inventory: oneOf("none", "daily", "weekly")
      .optional()
      .describe(
        "How often S3 lists all versions in every bucket. Default none (size small) or weekly (size standard).",
      ),
    liveTable: yesNo
      .optional()
      .describe("Whether curated events are also written as Parquet while they come. Default false."),
  })
  .optional()
  .describe("The region's buckets.");

export type LakePlan = Filled<typeof lakeSchema>;
/** Buckets whose objects can be held for a time. */
export type Lockable = keyof LakePlan["objectLock"];

const DEFAULTS: BySize<LakePlan> = {
  small: { objectLock: {}, inventory: "none", liveTable: false },
  // A list a week finds what is unencrypted, uncopied or too old before an auditor does, at cents a million objects.
  standard: { objectLock: {}, inventory: "weekly", liveTable: false },
};

export function planLake(given: Given<typeof lakeSchema>, size: FleetSize): LakePlan {
  return { ...DEFAULTS[size], ...defined(given) };
}
