import { REPLICAS_PER_NODE, REQUESTS_PER_REPLICA_SECOND } from "../../components/serving/plan";
import { INVOCATIONS_PER_INSTANCE_SECOND } from "../../regions/capacity";
import { scaleTraffic } from "../../regions/traffic";
import type { RegionPlan } from "../../regions/topology/model";
import { list, number, text, type GraphNode, type StackGraph } from "../graph";
import type { Fleet, FleetJudge, FleetRule } from "./rule";

const CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration";
const TARGET = "aws:appautoscaling/target:Target";
const SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const NODES = "aws:eks/nodeGroup:NodeGroup";

/** C5. */
export const survivingCapacity: FleetRule = {
  id: "C5",
  name: "fleet-surviving-capacity",
  title: "With any one region lost, the others of its zone carry the peak",
  severity: "critical",
  level: "mandatory",
  source: ["new"],
  why: "A fleet that is sized for all its regions fails as a whole when one of them fails. What each region may grow to must hold its share and its part of the lost one's.",
  fix: "Raise the maxima (`serving.variants.*.maxInstances`), or lower what the topology says comes in",
  spares: "Zones of one region carry their own peak only.",
  check(fleet, judge) {
    for (const plan of fleet.topology.regions) {
      const stack = fleet.graph.region(plan.name);
      if (stack === undefined)
        judge.missing(`${fleet.topology.environment}.${plan.name}`, "regions", "a stack for each region");
      else judgeRegion(fleet, judge, plan, stack);
    }
  },
};

function judgeRegion({ topology }: Fleet, judge: FleetJudge, plan: RegionPlan, stack: StackGraph): void {
  const { recommendationsPerSecond, peakFactor } = scaleTraffic(topology.traffic, plan.failoverShare);
  const requests = recommendationsPerSecond * peakFactor;
  for (const configuration of stack.of(CONFIGURATION)) judgeEndpoint(judge, stack, configuration, requests);
  for (const scaler of stack.of(SCALER)) {
    const most = number(scaler.inputs, "spec.maxReplicas") ?? 0;
    atLeast(judge, scaler, "spec.maxReplicas", most, requests / REQUESTS_PER_REPLICA_SECOND, "replicas", requests);
    for (const group of stack.of(NODES)) {
      const nodes = number(group.inputs, "scalingConfig.maxSize") ?? 0;
      atLeast(judge, group, "scalingConfig.maxSize", nodes, most / REPLICAS_PER_NODE, "nodes", requests);
    }
  }
}

/** Each variant takes its part of the requests by its weight. */
function judgeEndpoint(judge: FleetJudge, stack: StackGraph, configuration: GraphNode, requests: number): void {
  const variants = list(configuration.inputs, "productionVariants");
  const total = variants.reduce<number>((sum, variant) => sum + (number(variant, "initialVariantWeight") ?? 1), 0);
  for (const [index, variant] of variants.entries()) {
    const name = text(variant, "variantName") ?? "";
    const part = (requests * (number(variant, "initialVariantWeight") ?? 1)) / total;
    const need = part / INVOCATIONS_PER_INSTANCE_SECOND;
    const target = stack
      .of(TARGET)
      .find(({ inputs }) => text(inputs, "resourceId")?.endsWith(`/variant/${name}`) === true);
    if (target !== undefined) {
      atLeast(judge, target, "maxCapacity", number(target.inputs, "maxCapacity") ?? 0, need, "instances", part);
    } else {
      const fixed = `productionVariants.${index}.initialInstanceCount`;
      const count = number(variant, "initialInstanceCount") ?? 0;
      atLeast(judge, configuration, fixed, count, need, "instances", part);
    }
  }
}

function atLeast(
  judge: FleetJudge,
  node: GraphNode,
  property: string,
  got: number,
  need: number,
  unit: string,
  load: number,
): void {
  const least = Math.ceil(need);
  if (got >= least) return;
  judge.against(
    node,
    property,
    `at least ${least} ${unit} for ${Math.ceil(load)} requests/s after a failover`,
    String(got),
  );
}
