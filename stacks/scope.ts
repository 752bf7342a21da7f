import type { Scope } from "../components/kit/scope";
import type { RegionName, ZoneName } from "../regions/names";
import type { RegionPlan, Residency, Topology } from "../regions/topology/model";

/** What the operator adds to a topology. */
export interface StackOptions {
  /** The operator's key for deleting data; it turns only together with the topology's `disposable`. */
  readonly deleteData: boolean;
}

/** The scope of a region's own stack. */
export function regionScope(topology: Topology, plan: RegionPlan, options: StackOptions): Scope {
  return scopeAt(topology, plan.name, plan.zone, options);
}

/** The scope of the foundation and mesh stacks: the home region. */
export function homeScope(topology: Topology, options: StackOptions): Scope {
  return regionScope(topology, planOf(topology, topology.home), options);
}

/** The scope of a residency zone, at its primary region: for what the zone owns as a whole. */
export function zoneScope(topology: Topology, residency: Residency, options: StackOptions): Scope {
  return scopeAt(topology, residency.primary, residency.zone, options);
}

/** The plan of a region of this topology. @throws Error when the topology does not have it. */
export function planOf(topology: Topology, region: string): RegionPlan {
  const plan = topology.regions.find(({ name }) => name === region);
  if (plan === undefined) throw new Error(`${topology.environment} has no region ${region}`);
  return plan;
}

/** The residency zone of a region. */
export function residencyOf(topology: Topology, plan: RegionPlan): Residency {
  const residency = topology.residency.find(({ zone }) => zone === plan.zone);
  if (residency === undefined) throw new Error(`${topology.environment} has no residency zone ${plan.zone}`);
  return residency;
}

function scopeAt(topology: Topology, region: RegionName, zone: ZoneName, options: StackOptions): Scope {
  return {
    prefix: topology.prefix,
    environment: topology.environment,
    region,
    partition: planOf(topology, region).partition,
    account: topology.account,
    zone,
    data: topology.disposable && options.deleteData ? "disposable" : "retained",
  };
}
