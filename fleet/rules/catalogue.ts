import type { FleetRule } from "./rule";

/** Every cross-stack rule, in the order of the report. */
export const FLEET_RULES: readonly FleetRule[] = [];
