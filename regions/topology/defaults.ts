import type { FleetSize } from "./sections/kit";

/** What a topology need not say of the fleet as a whole; a section's defaults are in its file. */
export const DEFAULTS = {
  prefix: "meridian",
  localAccount: "000000000000",
  size: "small",
  /** Availability zones that a region uses. */
  availabilityZones: { small: 2, standard: 3 } satisfies Record<FleetSize, number>,
} as const;
