import { number, text } from "../value";
import {
  EC2_CAPACITY,
  EMR_CLUSTER,
  EMR_FLEET,
  EMR_SCALING,
  GROUP,
  LAUNCH_TEMPLATE,
  NODE_GROUP,
  emrCapacities,
  vcpus,
} from "./capacity";
import type { FamilyClass, Market } from "./capacity";
import { each, grouped, perRegion, sum } from "./quota";
import type { Quota } from "./quota";

const EC2_QUOTAS = "https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html";
const SPOT_QUOTAS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html";
const EKS_QUOTAS = "https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html";
const EMR_QUOTAS = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-service-limits-what-are.html";
const FUNCTION = "aws:lambda/function:Function";

/** AWS keeps this much for functions that reserve none: docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const UNRESERVED_CONCURRENCY = 100;

/** The vCPUs of a class of instance families, each market by itself: the figures are those of a new account. */
function vcpuQuota(
  id: string,
  code: string | undefined,
  name: string,
  byDefault: number,
  market: Market,
  family: FamilyClass,
): Quota {
  return {
    id,
    service: "ec2",
    code,
    name,
    byDefault,
    unit: "vCPUs",
    adjustable: true,
    scope: "region",
    source: market === "spot" ? SPOT_QUOTAS : EC2_QUOTAS,
    counts: `maxima of auto-scaling groups, node groups and EMR clusters, ${market}`,
    types: EC2_CAPACITY,
    count: (plan) => [vcpus(plan, market, family)],
  };
}

/** EC2, Auto Scaling, EKS, EMR, Lambda, ECR. */
export const COMPUTE: readonly Quota[] = [
  vcpuQuota(
    "ec2-standard-vcpus",
    "L-1216C47A",
    "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    5,
    "on-demand",
    "standard",
  ),
  vcpuQuota(
    "ec2-standard-spot-vcpus",
    "L-34B43A08",
    "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
    5,
    "spot",
    "standard",
  ),
  vcpuQuota("ec2-x-vcpus", "L-7295265B", "Running On-Demand X instances", 0, "on-demand", "x"),
  vcpuQuota("ec2-x-spot-vcpus", "L-E3A00192", "All X Spot Instance Requests", 0, "spot", "x"),
  vcpuQuota("ec2-g-vcpus", "L-DB2E81BA", "Running On-Demand G and VT instances", 0, "on-demand", "g-vt"),
  vcpuQuota("ec2-g-spot-vcpus", "L-3819A6DF", "All G and VT Spot Instance Requests", 0, "spot", "g-vt"),
  vcpuQuota("ec2-other-vcpus", undefined, "Running On-Demand instances of other families", 0, "on-demand", "other"),
  vcpuQuota("ec2-other-spot-vcpus", undefined, "Spot Instance Requests of other families", 0, "spot", "other"),
  perRegion({
    id: "ec2-launch-templates",
    service: "ec2",
    code: "L-FB451C26",
    name: "Launch templates",
    byDefault: 5000,
    unit: "templates",
    adjustable: true,
    source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-launch-templates.html",
    types: [LAUNCH_TEMPLATE],
  }),
  perRegion({
    id: "autoscaling-groups",
    service: "autoscaling",
    code: "L-CDE20ADC",
    name: "Auto Scaling groups per region",
    byDefault: 500,
    unit: "groups",
    adjustable: true,
    source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html",
    counts: "each one, and one for each EKS node group",
    types: [GROUP, NODE_GROUP],
  }),
  {
    id: "application-autoscaling-sagemaker",
    service: "application-autoscaling",
    code: "L-1AAF0700",
    name: "Scalable targets for SageMaker",
    byDefault: 500,
    unit: "targets",
    adjustable: true,
    scope: "region",
    source: "https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-limits.html",
    counts: "targets of the service sagemaker",
    types: ["aws:appautoscaling/target:Target"],
    count: (plan) =>
      sum(
        plan
          .of("aws:appautoscaling/target:Target")
          .filter(({ inputs }) => text(inputs, "serviceNamespace") === "sagemaker"),
      ),
  },
  perRegion({
    id: "eks-clusters",
    service: "eks",
    code: "L-1194D53C",
    name: "Clusters",
    byDefault: 100,
    unit: "clusters",
    adjustable: true,
    source: EKS_QUOTAS,
    types: ["aws:eks/cluster:Cluster"],
  }),
  {
    id: "eks-node-groups",
    service: "eks",
    code: "L-6D54EA21",
    name: "Managed node groups per cluster",
    byDefault: 30,
    unit: "groups",
    adjustable: true,
    scope: "resource",
    source: EKS_QUOTAS,
    counts: "by cluster",
    types: [NODE_GROUP],
    count: (plan) => grouped(plan.of(NODE_GROUP), ({ inputs }) => text(inputs, "clusterName") ?? "a cluster"),
  },
  {
    id: "eks-nodes",
    service: "eks",
    code: "L-BD136A63",
    name: "Nodes per managed node group",
    byDefault: 450,
    unit: "nodes",
    adjustable: true,
    scope: "resource",
    source: EKS_QUOTAS,
    counts: "the group's maximum",
    types: [NODE_GROUP],
    count: (plan) => each(plan.of(NODE_GROUP), ({ inputs }) => number(inputs, "scalingConfig.maxSize")),
  },
  perRegion({
    id: "emr-clusters",
    service: "elasticmapreduce",
    code: "L-1EE7982C",
    name: "The maximum number of active clusters can be run at the same time",
    byDefault: 500,
    unit: "clusters",
    adjustable: true,
    source: EMR_QUOTAS,
    types: [EMR_CLUSTER],
  }),
  {
    id: "emr-instances",
    service: "elasticmapreduce",
    code: "L-77B909B1",
    name: "The maximum number of active instances per instance group",
    byDefault: 2000,
    unit: "instances",
    adjustable: true,
    scope: "resource",
    source: EMR_QUOTAS,
    counts: "primary nodes and workers, at most, by market",
    types: [EMR_CLUSTER, EMR_FLEET, EMR_SCALING],
    count: (plan) => emrCapacities(plan).map(({ resource, instances }) => ({ amount: instances, of: resource })),
  },
  {
    id: "lambda-concurrency",
    service: "lambda",
    code: "L-B99A9384",
    name: "Concurrent executions",
    byDefault: 1000,
    unit: "executions",
    adjustable: true,
    scope: "region",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    counts: `reserved concurrency, and the ${UNRESERVED_CONCURRENCY} that AWS keeps for all others`,
    types: [FUNCTION],
    count(plan) {
      const functions = plan.of(FUNCTION);
      if (functions.length === 0) return [];
      const [reserved = { amount: 0 }] = sum(
        functions,
        ({ inputs }) => number(inputs, "reservedConcurrentExecutions") ?? 0,
      );
      return [{ ...reserved, amount: reserved.amount + UNRESERVED_CONCURRENCY }];
    },
  },
  perRegion({
    id: "ecr-repositories",
    service: "ecr",
    code: "L-CFEB8E8D",
    name: "Registered repositories",
    byDefault: 100_000,
    unit: "repositories",
    adjustable: true,
    source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html",
    types: ["aws:ecr/repository:Repository"],
  }),
];
