import type { PlannedResource } from "../aws/quotas";
import { planEtl, vcpusOf } from "../components/etl/plan";
import { formatStackName } from "../regions/names";
import type { Topology } from "../regions/topology/model";
import { scaleTraffic } from "../regions/traffic";

/**
 * The cluster that each daily run makes for itself stands in no stack, yet takes vCPUs and addresses while it runs: what it may
 * come to, as if it stood there. None where the topology has another mode of ETL.
 */
export function runClusters(
  { etl, regions, traffic, size, environment }: Topology,
  region: string,
): readonly PlannedResource[] {
  const plan = regions.find(({ name }) => name === region);
  if (etl.mode !== "transient" || plan === undefined) return [];
  const { maximumUnits, maximumOnDemandUnits } = planEtl(scaleTraffic(traffic, plan.share), size, etl.maxCapacityUnits);
  const stack = formatStackName({ kind: "region", environment, region: plan.name });
  const made = (type: string, rest: Pick<PlannedResource, "inputs" | "uses">): PlannedResource => ({
    urn: `urn:pulumi:${stack}::meridian::meridian:etl:TransientEtl$${type}::etl`,
    type,
    name: "etl",
    region,
    ...rest,
  });
  const cluster = made("aws:emr/cluster:Cluster", {
    inputs: {
      masterInstanceFleet: {
        targetOnDemandCapacity: 1,
        instanceTypeConfigs: plan.types.etl.map((instanceType) => ({ instanceType, weightedCapacity: 1 })),
      },
      coreInstanceFleet: {
        instanceTypeConfigs: plan.types.etl.map((instanceType) => ({
          instanceType,
          weightedCapacity: vcpusOf(instanceType),
        })),
      },
    },
    uses: {},
  });
  const scaling = made("aws:emr/managedScalingPolicy:ManagedScalingPolicy", {
    inputs: {
      computeLimits: [{ maximumCapacityUnits: maximumUnits, maximumOndemandCapacityUnits: maximumOnDemandUnits }],
    },
    uses: { clusterId: [cluster.urn] },
  });
  return [cluster, scaling];
}
