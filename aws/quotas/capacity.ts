import { isBlock, list, number, text, texts } from "../value";
import type { Value } from "../value";
import type { Plan, PlannedResource } from "./quota";

export const GROUP = "aws:autoscaling/group:Group";
export const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
export const EMR_CLUSTER = "aws:emr/cluster:Cluster";
export const EMR_FLEET = "aws:emr/instanceFleet:InstanceFleet";
export const EMR_SCALING = "aws:emr/managedScalingPolicy:ManagedScalingPolicy";
export const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";

/** Types whose instances run on EC2 in the account, and so count against its quotas. */
export const EC2_CAPACITY = [GROUP, NODE_GROUP, EMR_CLUSTER, EMR_FLEET, EMR_SCALING, LAUNCH_TEMPLATE] as const;

export type Market = "on-demand" | "spot";

/** Instances that a resource may come to run, at most. */
export interface Capacity {
  readonly resource: string;
  readonly market: Market;
  readonly instances: number;
  /** Types of which any may be used, each with the instances that one of it would need. */
  readonly types: readonly { readonly type: string; readonly instances: number }[];
}

/**
 * Families that have a quota of their own; every other one (A, C, D, H, I, M, R, T, Z) shares the standard one, the
 * memory-optimised R among them. Source: docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
 */
export type FamilyClass = "standard" | "g-vt" | "x" | "other";

/** The quota that an instance type counts against. */
export function familyClass(type: string): FamilyClass {
  const family = type.split(".")[0] ?? "";
  if (/^(g\d|gr\d|vt\d)/.test(family)) return "g-vt";
  if (/^x\d/.test(family)) return "x";
  return /^([acdhimrtz]\d|im\d|is\d)/.test(family) ? "standard" : "other";
}

/** Virtual CPUs of a size: docs.aws.amazon.com/ec2/latest/instancetypes/gp.html. Undefined for one that does not say. */
export function vcpusOf(type: string): number | undefined {
  const [family = "", size = ""] = type.split(".");
  if (/^(nano|micro|small|medium)$/.test(size))
    return /^(t3|t3a|t4g)$/.test(family) || (/^t2$/.test(family) && size === "medium") ? 2 : 1;
  if (size === "large") return 2;
  const times = /^(?:metal-)?(\d*)x(?:large|l)$/.exec(size);
  if (times === null) return undefined;
  return 4 * (times[1] === "" ? 1 : Number(times[1]));
}

/** What auto-scaling groups, node groups and EMR clusters of a place may come to run on EC2. */
export function capacities(plan: Plan): readonly Capacity[] {
  return [
    ...plan.of(GROUP).flatMap((group) => ofGroup(group, plan)),
    ...plan.of(NODE_GROUP).map((group) => ofNodeGroup(group, plan)),
    ...emrCapacities(plan),
  ].filter(({ instances }) => instances > 0);
}

/** Primary nodes and workers of a place's EMR clusters. */
export function emrCapacities(plan: Plan): readonly Capacity[] {
  return plan
    .of(EMR_CLUSTER)
    .flatMap((cluster) => ofEmr(cluster, plan))
    .filter(({ instances }) => instances > 0);
}

/** vCPUs of one class and market in a place; a type whose size does not say is told as uncounted. */
export function vcpus(
  plan: Plan,
  market: Market,
  family: FamilyClass,
): { readonly amount: number; readonly uncounted: readonly string[] } {
  const own = capacities(plan).filter((one) => one.market === market);
  const uncounted = new Set<string>();
  const amount = own.reduce((total, { types }) => {
    const counted = types
      .filter(({ type }) => familyClass(type) === family)
      .map(({ type, instances }) => {
        const each = vcpusOf(type);
        if (each === undefined) uncounted.add(type);
        return (each ?? 0) * instances;
      });
    return total + Math.max(0, ...counted);
  }, 0);
  return { amount, uncounted: [...uncounted] };
}

function ofGroup(group: PlannedResource, plan: Plan): readonly Capacity[] {
  const { inputs, name } = group;
  const most = number(inputs, "maxSize") ?? 0;
  const overrides = list(inputs, "mixedInstancesPolicy.launchTemplate.overrides");
  const types = overrides.flatMap((one) => text(one, "instanceType") ?? []);
  const all = types.length > 0 ? types : templateTypes(group, plan);
  const distribution = "mixedInstancesPolicy.instancesDistribution";
  const base = Math.min(most, number(inputs, `${distribution}.onDemandBaseCapacity`) ?? 0);
  // AWS's default is 100 %: a group without the policy runs on demand.
  const share = (number(inputs, `${distribution}.onDemandPercentageAboveBaseCapacity`) ?? 100) / 100;
  const onDemand = base + Math.ceil((most - base) * share);
  return [capacity(name, "on-demand", onDemand, all), capacity(name, "spot", most - onDemand, all)];
}

/** EKS's own default: docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html (instanceTypes). */
const EKS_DEFAULT_TYPE = "t3.medium";

function ofNodeGroup(group: PlannedResource, plan: Plan): Capacity {
  const { inputs, name } = group;
  const own = list(inputs, "instanceTypes").filter((one) => typeof one === "string");
  const types = own.length > 0 ? own : templateTypes(group, plan);
  return capacity(
    name,
    text(inputs, "capacityType") === "SPOT" ? "spot" : "on-demand",
    number(inputs, "scalingConfig.maxSize") ?? 0,
    types.length > 0 ? types : [EKS_DEFAULT_TYPE],
  );
}

function templateTypes(group: PlannedResource, plan: Plan): readonly string[] {
  const used = Object.values(group.uses).flat();
  return plan
    .of(LAUNCH_TEMPLATE)
    .filter(({ urn }) => used.includes(urn))
    .flatMap(({ inputs }) => text(inputs, "instanceType") ?? []);
}

function capacity(resource: string, market: Market, instances: number, types: readonly string[]): Capacity {
  return { resource, market, instances, types: types.map((type) => ({ type, instances })) };
}

/**
 * A cluster's primary nodes, and what its core and task nodes may grow to by managed scaling, else as they are asked
 * for. Spot capacity that may switch to on-demand is counted as spot: that quota must hold before the switch is tried.
 */
function ofEmr(cluster: PlannedResource, plan: Plan): readonly Capacity[] {
  const { inputs, name, urn } = cluster;
  const ofCluster = (type: string): readonly PlannedResource[] =>
    plan.of(type).filter(({ uses }) => uses["clusterId"]?.includes(urn) === true);
  const fleets: readonly Value[] = [inputs["coreInstanceFleet"], ...ofCluster(EMR_FLEET).map((fleet) => fleet.inputs)];
  const primary = [
    ...units(`${name} primary`, inputs["masterInstanceFleet"]),
    ...instanceGroup(`${name} primary`, inputs["masterInstanceGroup"]),
  ];
  const [limits] = ofCluster(EMR_SCALING);
  const most = number(limits?.inputs, "computeLimits.0.maximumCapacityUnits");
  const groups = instanceGroup(`${name} core`, inputs["coreInstanceGroup"]);
  if (most === undefined) return [...primary, ...groups, ...fleets.flatMap((fleet) => units(`${name} workers`, fleet))];
  const onDemand = Math.min(most, number(limits?.inputs, "computeLimits.0.maximumOndemandCapacityUnits") ?? most);
  const weights = fleets.flatMap((fleet) => list(fleet, "instanceTypeConfigs"));
  const coreType = text(inputs, "coreInstanceGroup.instanceType");
  const types = weights.length > 0 || coreType === undefined ? weights : [{ instanceType: coreType }];
  return [
    ...primary,
    weighted(`${name} workers`, "on-demand", onDemand, types),
    weighted(`${name} workers`, "spot", most - onDemand, types),
  ];
}

function units(resource: string, fleet: Value): readonly Capacity[] {
  if (!isBlock(fleet)) return [];
  const types = list(fleet, "instanceTypeConfigs");
  return [
    weighted(resource, "on-demand", number(fleet, "targetOnDemandCapacity") ?? 0, types),
    weighted(resource, "spot", number(fleet, "targetSpotCapacity") ?? 0, types),
  ];
}

function weighted(resource: string, market: Market, total: number, configs: readonly Value[]): Capacity {
  const types = configs.flatMap((config) => {
    const type = text(config, "instanceType");
    const instances = Math.ceil(total / Math.max(1, number(config, "weightedCapacity") ?? 1));
    return type === undefined ? [] : [{ type, instances }];
  });
  return { resource, market, instances: Math.max(0, ...types.map(({ instances }) => instances)), types };
}

function instanceGroup(resource: string, group: Value): readonly Capacity[] {
  const [type] = texts(group).filter(({ path }) => path === "instanceType");
  return type === undefined
    ? []
    : [
        capacity(
          resource,
          text(group, "bidPrice") === undefined ? "on-demand" : "spot",
          number(group, "instanceCount") ?? 1,
          [type.text],
        ),
      ];
}
