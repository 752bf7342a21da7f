import { z } from "zod";
import { defined, general, pool } from "./kit";
import type { BySize, Filled, FleetSize, Given } from "./kit";

/** The machines that verify what was delivered. */
export const intakeSchema = z
  .strictObject({ instanceTypes: pool.optional() })
  .optional()
  .describe("The machines that verify what was delivered.");

export type IntakePlan = Filled<typeof intakeSchema>;

const DEFAULTS: BySize<IntakePlan> = {
  small: { instanceTypes: general("large") },
  // The verifier works on one object at a time: a core parses, the other hashes and writes.
  standard: { instanceTypes: general("large") },
};

export function planIntake(given: Given<typeof intakeSchema>, size: FleetSize): IntakePlan {
  return { ...DEFAULTS[size], ...defined(given) };
}
