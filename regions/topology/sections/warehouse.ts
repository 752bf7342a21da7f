import { z } from "zod";
import { REDSHIFT_RPU } from "../../../aws/facts";
import { defined, integer, minutes, oneOf, text } from "./kit";
import type { BySize, Filled, FleetSize, Given } from "./kit";

// RA3 clusters have 1 (ra3.large, ra3.xlplus) or 2 to 128 nodes (Redshift management guide, "Node type details").
const NODES = { min: 1, max: 128 };

const provisioned = z.strictObject({
  mode: z.literal("provisioned"),
  nodeType: text("a Redshift node type like ra3.xlplus", /^[a-z0-9]+\.[a-z0-9]+$/).optional(),
  nodes: integer(NODES.min, NODES.max).optional(),
  rpoMinutes: minutes.optional(),
  queues: oneOf("roles", "one")
    .optional()
    .describe("Whose statements go first: by role, or whoever came first. Default one (size small) or roles."),
});

const serverless = z.strictObject({
  mode: z.literal("serverless"),
  baseCapacityRpu: integer(REDSHIFT_RPU.min, REDSHIFT_RPU.max).optional(),
  rpoMinutes: minutes.optional(),
});

/** The warehouse on Redshift. */
export const warehouseSchema = z
  .discriminatedUnion("mode", [provisioned, serverless], { error: "mode: provisioned or mode: serverless" })
  .optional();

export type ProvisionedPlan = Filled<typeof provisioned>;
export type ServerlessPlan = Filled<typeof serverless>;
export type WarehousePlan = ProvisionedPlan | ServerlessPlan;

// Snapshots of a provisioned cluster come about every 8 hours; Serverless has recovery points every 30 minutes.
const PROVISIONED: BySize<ProvisionedPlan> = {
  small: { mode: "provisioned", nodeType: "ra3.large", nodes: 1, rpoMinutes: 480, queues: "one" },
  standard: { mode: "provisioned", nodeType: "ra3.xlplus", nodes: 2, rpoMinutes: 480, queues: "roles" },
};
const SERVERLESS: BySize<ServerlessPlan> = {
  small: { mode: "serverless", baseCapacityRpu: 8, rpoMinutes: 30 },
  standard: { mode: "serverless", baseCapacityRpu: 64, rpoMinutes: 30 },
};

export function planWarehouse(given: Given<typeof warehouseSchema>, size: FleetSize): WarehousePlan {
  return given?.mode === "serverless"
    ? { ...SERVERLESS[size], ...defined(given) }
    : { ...PROVISIONED[size], ...defined(given) };
}
