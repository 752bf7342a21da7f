import { INVOCATIONS_PER_INSTANCE_SECOND } from "../../regions/capacity";
import type { FleetSize, VariantPlan } from "../../regions/topology/model";
import type { TrafficProfile } from "../../regions/traffic";

/** Load that target tracking holds: the rest absorbs the minutes until a new instance serves. */
export const TARGET_UTILISATION = 0.7;

/** Requests that one API replica (1 vCPU) answers in a second, cache miss and endpoint call included. */
export const REQUESTS_PER_REPLICA_SECOND = 1000;

/** API replicas on one node: 4 vCPU, of which system pods and daemons take one. */
export const REPLICAS_PER_NODE = 3;

/** Invocations per instance and minute at which a variant scales out: SageMaker's metric counts by the minute. */
export function invocationsTarget(): number {
  return Math.floor(INVOCATIONS_PER_INSTANCE_SECOND * TARGET_UTILISATION * 60);
}

/**
 * Variants with enough instances to start with:
 * `recommendationsPerSecond x peakFactor x weight / sum(weights) / (INVOCATIONS_PER_INSTANCE x TARGET_UTILISATION)`,
 * never fewer than the topology says or, in production, than two, and never more than its maximum.
 */
export function planVariants(
  traffic: TrafficProfile,
  size: FleetSize,
  variants: readonly VariantPlan[],
): readonly VariantPlan[] {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  return variants.map((variant) => {
    const peak = traffic.recommendationsPerSecond * traffic.peakFactor * (variant.weight / total);
    const need = Math.ceil(peak / (INVOCATIONS_PER_INSTANCE_SECOND * TARGET_UTILISATION));
    const least = Math.max(variant.minInstances, size === "standard" ? 2 : 1);
    const maxInstances = Math.max(variant.maxInstances, least);
    return { ...variant, minInstances: Math.min(Math.max(least, need), maxInstances), maxInstances };
  });
}

/** How wide the API runs. */
export interface ApiCapacity {
  readonly replicas: { readonly min: number; readonly max: number };
  readonly nodes: { readonly min: number; readonly max: number };
}

/**
 * Replicas and nodes for a region: least for the average, most for the peak after a failover with as much again in
 * reserve; in production three replicas and nodes at least, one a zone.
 * @param normal the region's traffic in normal times.
 * @param failover what it carries when a peer is lost.
 */
export function planApi(normal: TrafficProfile, failover: TrafficProfile, size: FleetSize): ApiCapacity {
  const replicas = (perSecond: number): number =>
    Math.ceil(perSecond / (REQUESTS_PER_REPLICA_SECOND * TARGET_UTILISATION));
  const least = size === "standard" ? 3 : 2;
  const min = Math.max(least, replicas(normal.recommendationsPerSecond));
  const max = Math.max(min * 2, replicas(failover.recommendationsPerSecond * failover.peakFactor) * 2);
  const nodes = (count: number): number => Math.ceil(count / REPLICAS_PER_NODE);
  return {
    replicas: { min, max },
    nodes: { min: Math.max(least, nodes(min)), max: Math.max(least * 2, nodes(max)) },
  };
}
