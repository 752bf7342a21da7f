import { text } from "../value";
import type { Properties } from "../value";
import { absent, amount, given, when, wrong } from "../rules/find";
import type { PropertyRule } from "../rules/rule";

const TARGET = "aws:appautoscaling/target:Target";
const POLICY = "aws:appautoscaling/policy:Policy";
const REGISTER = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html";

/** How a resource id looks for each scalable dimension. Source: REGISTER, `ResourceId` and `ScalableDimension`. */
const RESOURCE_IDS: Readonly<Record<string, RegExp>> = {
  "ecs:service:DesiredCount": /^service\/[^/]+\/[^/]+$/,
  "elasticmapreduce:instancegroup:InstanceCount": /^instancegroup\/[^/]+\/[^/]+$/,
  "dynamodb:table:ReadCapacityUnits": /^table\/[^/]+$/,
  "dynamodb:table:WriteCapacityUnits": /^table\/[^/]+$/,
  "dynamodb:index:ReadCapacityUnits": /^table\/[^/]+\/index\/[^/]+$/,
  "dynamodb:index:WriteCapacityUnits": /^table\/[^/]+\/index\/[^/]+$/,
  "rds:cluster:ReadReplicaCount": /^cluster:[^/]+$/,
  "sagemaker:variant:DesiredInstanceCount": /^endpoint\/[^/]+\/variant\/[^/]+$/,
  "sagemaker:variant:DesiredProvisionedConcurrency": /^endpoint\/[^/]+\/variant\/[^/]+$/,
  "lambda:function:ProvisionedConcurrency": /^function:[^:]+:[^:]+$/,
  "elasticache:replication-group:NodeGroups": /^replication-group\/[^/]+$/,
  "elasticache:replication-group:Replicas": /^replication-group\/[^/]+$/,
};

/** The dimensions that each predefined metric measures. Source: the user guide's "Predefined metrics". */
const METRICS: Readonly<Record<string, readonly string[]>> = {
  DynamoDBReadCapacityUtilization: ["dynamodb:table:ReadCapacityUnits", "dynamodb:index:ReadCapacityUnits"],
  DynamoDBWriteCapacityUtilization: ["dynamodb:table:WriteCapacityUnits", "dynamodb:index:WriteCapacityUnits"],
  RDSReaderAverageCPUUtilization: ["rds:cluster:ReadReplicaCount"],
  RDSReaderAverageDatabaseConnections: ["rds:cluster:ReadReplicaCount"],
  SageMakerVariantInvocationsPerInstance: ["sagemaker:variant:DesiredInstanceCount"],
  SageMakerVariantProvisionedConcurrencyUtilization: ["sagemaker:variant:DesiredProvisionedConcurrency"],
  ECSServiceAverageCPUUtilization: ["ecs:service:DesiredCount"],
  ECSServiceAverageMemoryUtilization: ["ecs:service:DesiredCount"],
  LambdaProvisionedConcurrencyUtilization: ["lambda:function:ProvisionedConcurrency"],
};

const VARIANT: Properties = {
  resourceId: "endpoint/lists/variant/champion",
  serviceNamespace: "sagemaker",
  scalableDimension: "sagemaker:variant:DesiredInstanceCount",
};
const TARGET_OK: Properties = { ...VARIANT, minCapacity: 2, maxCapacity: 4 };

function tracking(metric: string, more: Properties = {}): Properties {
  return {
    ...VARIANT,
    policyType: "TargetTrackingScaling",
    targetTrackingScalingPolicyConfiguration: {
      predefinedMetricSpecification: { predefinedMetricType: metric },
      targetValue: 100,
    },
    ...more,
  };
}

/** Application Auto Scaling. */
export const rules: readonly PropertyRule[] = [
  {
    id: "scaling-target-bounds",
    types: [TARGET],
    title: "The least capacity is at least 0 and not above the most",
    source: REGISTER,
    check(inputs) {
      const [min, max] = [amount(inputs, "minCapacity"), amount(inputs, "maxCapacity")];
      return [
        ...when(min !== undefined && min < 0, inputs, "minCapacity", "at least 0"),
        ...when(
          min !== undefined && max !== undefined && min > max,
          inputs,
          "minCapacity",
          `at most ${max ?? 0}, the most`,
        ),
      ];
    },
    failing: [
      { ...TARGET_OK, minCapacity: 5 },
      { ...TARGET_OK, minCapacity: -1 },
    ],
    passing: [TARGET_OK],
  },
  {
    id: "scaling-dimension-namespace",
    types: [TARGET, POLICY],
    title: "The scalable dimension is one of the service's namespace",
    source: REGISTER,
    check(inputs) {
      const [space, dimension] = [text(inputs, "serviceNamespace"), text(inputs, "scalableDimension")];
      const broken = space !== undefined && dimension !== undefined && !dimension.startsWith(`${space}:`);
      return when(broken, inputs, "serviceNamespace", dimension?.split(":")[0] ?? "");
    },
    failing: [{ ...TARGET_OK, serviceNamespace: "ecs" }],
    passing: [TARGET_OK],
  },
  {
    id: "scaling-resource-id",
    types: [TARGET, POLICY],
    title: "The resource's id has the form that its dimension asks for",
    source: REGISTER,
    check(inputs) {
      const [id, pattern] = [text(inputs, "resourceId"), RESOURCE_IDS[text(inputs, "scalableDimension") ?? ""]];
      const broken = id !== undefined && pattern !== undefined && !pattern.test(id);
      return when(broken, inputs, "resourceId", `the form ${pattern?.source.replaceAll("\\", "") ?? ""}`);
    },
    failing: [{ ...TARGET_OK, resourceId: "lists/champion" }],
    passing: [
      TARGET_OK,
      {
        serviceNamespace: "dynamodb",
        scalableDimension: "dynamodb:table:ReadCapacityUnits",
        resourceId: "table/users",
        minCapacity: 5,
        maxCapacity: 10,
      },
    ],
  },
  {
    id: "scaling-predefined-metric",
    types: [POLICY],
    title: "A predefined metric is one of the dimension's",
    source:
      "https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html",
    check(inputs) {
      const path = "targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType";
      const dimensions = METRICS[text(inputs, path) ?? ""];
      const dimension = text(inputs, "scalableDimension");
      const broken = dimensions !== undefined && dimension !== undefined && !dimensions.includes(dimension);
      return when(broken, inputs, path, `a metric of ${dimension ?? ""}`);
    },
    failing: [tracking("ECSServiceAverageCPUUtilization")],
    passing: [tracking("SageMakerVariantInvocationsPerInstance")],
  },
  {
    id: "scaling-policy-configuration",
    types: [POLICY],
    title: "A policy describes its own kind of scaling, by one metric with a target above 0",
    source: "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html",
    check(inputs) {
      const block = "targetTrackingScalingPolicyConfiguration";
      if (text(inputs, "policyType") !== "TargetTrackingScaling") return [];
      if (absent(inputs, block)) return wrong(inputs, block, "a configuration, for TargetTrackingScaling");
      const both =
        given(inputs, `${block}.predefinedMetricSpecification`) &&
        given(inputs, `${block}.customizedMetricSpecification`);
      const target = amount(inputs, `${block}.targetValue`);
      return [
        ...when(both, inputs, `${block}.customizedMetricSpecification`, "nothing, with a predefined metric"),
        ...when(target !== undefined && target <= 0, inputs, `${block}.targetValue`, "above 0"),
      ];
    },
    failing: [{ ...VARIANT, policyType: "TargetTrackingScaling" }],
    passing: [tracking("SageMakerVariantInvocationsPerInstance")],
  },
];
