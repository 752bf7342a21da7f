import { redshiftRpuFor } from "../../aws/facts";
import type { FleetSize } from "../../regions/topology/model";
import type { WarehousePlan } from "../../regions/topology/sections/warehouse";
import type { TrafficProfile } from "../../regions/traffic";
import { BYTES, SECONDS } from "../kit/units";

/** Bytes of a stored event over its JSON size: columnar compression of clickstream data, a conservative figure. */
export const COMPRESSION = 0.25;

/** Days of events that the warehouse keeps hot; older days are read from the lake through Spectrum. */
export const HOT_DAYS = 30;

/**
 * Part of an RA3 node's managed storage that is planned for, of 32 TiB for ra3.xlplus (4 TiB for a single node) and
 * 128 TiB for the larger: docs.aws.amazon.com/redshift/latest/mgmt/working-with-clusters.html
 */
const FILL = 0.6;
const NODE_TIB: Readonly<Record<string, number>> = {
  "ra3.large": 8,
  "ra3.xlplus": 32,
  "ra3.4xlarge": 128,
  "ra3.16xlarge": 128,
};

/** Hours between snapshots for a recovery point, whole hours, 1 to 24: a copy may take as long as the interval. */
export function snapshotHours(rpoMinutes: number): number {
  return Math.min(24, Math.max(1, Math.floor(rpoMinutes / 60)));
}

/** Bytes that the warehouse holds: `eventsPerSecond x 86,400 x eventBytes x COMPRESSION x min(retention, HOT_DAYS)`. */
export function warehouseBytes(traffic: TrafficProfile): number {
  return (
    traffic.eventsPerSecond * SECONDS.day * traffic.eventBytes * COMPRESSION * Math.min(traffic.retentionDays, HOT_DAYS)
  );
}

/**
 * The topology's plan with room for the data: nodes by storage, or capacity by size of the data: 8 RPU a TiB, up to the
 * largest that Redshift Serverless has; its storage grows by itself, so that more data makes queries slower and no more. Never below what the topology asks for; production has at least two nodes, so that one may fail.
 */
export function planWarehouse(traffic: TrafficProfile, size: FleetSize, plan: WarehousePlan): WarehousePlan {
  const tebibytes = warehouseBytes(traffic) / BYTES.TiB;
  if (plan.mode === "serverless") {
    return { ...plan, baseCapacityRpu: redshiftRpuFor(Math.max(plan.baseCapacityRpu, Math.ceil(tebibytes) * 8)) };
  }
  const need = Math.ceil(tebibytes / ((NODE_TIB[plan.nodeType] ?? 32) * FILL));
  return { ...plan, nodes: Math.max(plan.nodes, need, size === "standard" ? 2 : 1) };
}
