import { vcpus, type Market, type Plan } from "../../aws/quotas";
import { QUOTAS, type QuotaName } from "../../regions/quotas";
import type { Topology } from "../../regions/topology/model";
import { runClusters } from "../run-clusters";
import { at, list, number, text, type GraphNode, type StackGraph } from "../graph";
import type { FleetRule } from "./rule";

/** Concurrency that AWS keeps for functions without a reservation: docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const UNRESERVED_CONCURRENCY = 100;

/** What a stack may come to need of a quota, and the resource that needs most of it. */
type Need = (
  stack: StackGraph,
  topology: Topology,
) => { readonly amount: number; readonly largest: GraphNode | undefined };

/** Sums what each resource of some types may come to. */
const summed =
  (most: (node: GraphNode) => number, ...types: readonly string[]): Need =>
  (stack) => {
    const nodes = stack.of(...types);
    const largest = [...nodes].sort((a, b) => most(b) - most(a))[0];
    return { amount: nodes.reduce((sum, node) => sum + most(node), 0), largest };
  };

const NEEDS: Readonly<Record<QuotaName, Need>> = {
  kinesisShards: summed(
    ({ inputs }) =>
      text(inputs, "streamModeDetails.streamMode") === "ON_DEMAND" ? 0 : (number(inputs, "shardCount") ?? 0),
    "aws:kinesis/stream:Stream",
  ),
  lambdaConcurrency: (stack, topology) => {
    const reserved = summed(
      ({ inputs }) => number(inputs, "reservedConcurrentExecutions") ?? 0,
      "aws:lambda/function:Function",
    );
    const { amount, largest } = reserved(stack, topology);
    return { amount: amount + UNRESERVED_CONCURRENCY, largest };
  },
  ec2StandardVcpus: standardVcpus("on-demand"),
  ec2StandardSpotVcpus: standardVcpus("spot"),
  endpointInstances: (stack) => endpointInstances(stack, (counts) => Math.max(0, ...counts.byType.values())),
  endpointInstancesInAll: (stack) => endpointInstances(stack, ({ all }) => all),
  instancesPerEndpoint: (stack) => endpointInstances(stack, (counts) => Math.max(0, ...counts.byEndpoint.values())),
  apiRequestsPerSecond: summed(
    ({ inputs }) => number(inputs, "defaultRouteSettings.throttlingRateLimit") ?? 0,
    "aws:apigatewayv2/stage:Stage",
  ),
};

/** C7. */
export const failoverQuotas: FleetRule = {
  id: "C7",
  name: "fleet-failover-quotas",
  title: "What a region may grow to in a failover is within the account's quotas",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "A quota is found out when the scaling that needs it is refused: in the failover. Raising one takes hours to days.",
  fix: "Request the quota in that region, and say what was granted in `quotas` of the topology",
  spares: "The local cloud; quotas that AWS sets account by account and the topology does not declare.",
  check({ graph, topology }, judge) {
    if (topology.cloud === "local") return;
    for (const { name: region } of topology.regions) {
      const stack = graph.region(region);
      if (stack === undefined) continue;
      for (const { name, title, unit, byDefault } of Object.values(QUOTAS)) {
        const quota = topology.quotas[name] ?? byDefault(region);
        const { amount, largest } = NEEDS[name](stack, topology);
        if (quota === undefined || amount <= quota || largest === undefined) continue;
        judge.against(
          largest,
          propertyOf(name, largest),
          `at most ${quota} ${unit} in ${region} (${title})`,
          String(amount),
        );
      }
    }
  },
};

interface EndpointCounts {
  readonly all: number;
  readonly byType: ReadonlyMap<string, number>;
  readonly byEndpoint: ReadonlyMap<string, number>;
}

/** Instances to which the variants of a region's endpoints may scale, and those of shadows. */
function endpointInstances(stack: StackGraph, need: (counts: EndpointCounts) => number): ReturnType<Need> {
  const byType = new Map<string, number>();
  const byEndpoint = new Map<string, number>();
  const configurations = stack.of("aws:sagemaker/endpointConfiguration:EndpointConfiguration");
  const targets = stack.of("aws:appautoscaling/target:Target");
  let all = 0;
  let largest: GraphNode | undefined;
  for (const configuration of configurations)
    for (const variant of ["productionVariants", "shadowProductionVariants"].flatMap((key) =>
      list(configuration.inputs, key),
    )) {
      const name = text(variant, "variantName") ?? "";
      const target = targets.find(({ inputs }) => text(inputs, "resourceId")?.endsWith(`/variant/${name}`) === true);
      const most = number(target?.inputs, "maxCapacity") ?? number(variant, "initialInstanceCount") ?? 0;
      const type = text(variant, "instanceType") ?? "";
      all += most;
      byType.set(type, (byType.get(type) ?? 0) + most);
      byEndpoint.set(configuration.name, (byEndpoint.get(configuration.name) ?? 0) + most);
      if (target !== undefined && most > (number(largest?.inputs, "maxCapacity") ?? 0)) largest = target;
    }
  return { amount: need({ all, byType, byEndpoint }), largest: largest ?? configurations[0] };
}

/** What groups, nodes and clusters may grow to in one market: an instance counts against one quota only. */
function standardVcpus(market: Market): Need {
  return (stack, topology) => {
    const passing = stack.name.kind === "region" ? runClusters(topology, stack.name.region) : [];
    const of: Plan["of"] = (...types) => [...stack.of(...types), ...passing.filter(({ type }) => types.includes(type))];
    const plan: Plan = { region: "", of, everywhere: of };
    const { amount } = vcpus(plan, market, "standard");
    const [largest] = [...stack.of(...EC2_TYPES)].sort((one, other) => mostOf(other) - mostOf(one));
    return { amount, largest };
  };
}

const EC2_TYPES = [
  "aws:autoscaling/group:Group",
  "aws:eks/nodeGroup:NodeGroup",
  "aws:emr/managedScalingPolicy:ManagedScalingPolicy",
];
const MAXIMA = ["maxSize", "scalingConfig.maxSize", "computeLimits.0.maximumCapacityUnits"] as const;

function mostOf({ inputs }: GraphNode): number {
  return Math.max(0, ...MAXIMA.map((path) => number(inputs, path) ?? 0));
}

function propertyOf(name: QuotaName, node: GraphNode): string {
  const candidates: Readonly<Record<QuotaName, readonly string[]>> = {
    kinesisShards: ["shardCount"],
    lambdaConcurrency: ["reservedConcurrentExecutions"],
    ec2StandardVcpus: MAXIMA,
    ec2StandardSpotVcpus: MAXIMA,
    endpointInstances: ["maxCapacity", "productionVariants"],
    endpointInstancesInAll: ["maxCapacity", "productionVariants"],
    instancesPerEndpoint: ["maxCapacity", "productionVariants"],
    apiRequestsPerSecond: ["defaultRouteSettings.throttlingRateLimit"],
  };
  return candidates[name].find((path) => at(node.inputs, path) !== undefined) ?? "";
}
