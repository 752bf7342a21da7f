import { text } from "../value";
import type { Properties } from "../value";
import { absent, amount, given, outside, parts, repeated, when, whole, wrong } from "../rules/find";
import type { PropertyRule } from "../rules/rule";

const GROUP = "aws:autoscaling/group:Group";
const GROUP_POLICY = "aws:autoscaling/policy:Policy";
const CREATE_GROUP = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html";

const STEPPED: Properties = {
  autoscalingGroupName: "training",
  policyType: "StepScaling",
  adjustmentType: "ChangeInCapacity",
};
const MIXED: Properties = {
  launchTemplate: {
    launchTemplateSpecification: { launchTemplateName: "training" },
    overrides: [{ instanceType: "r6i.large" }],
  },
};

/** Application Auto Scaling and EC2 Auto Scaling. */
export const rules: readonly PropertyRule[] = [
  {
    id: "autoscaling-bounds",
    types: [GROUP],
    title: "The desired capacity lies between the least and the most",
    source: CREATE_GROUP,
    check(inputs) {
      const [min, max, desired] = ["minSize", "maxSize", "desiredCapacity"].map((name) => amount(inputs, name));
      return [
        ...when(
          min !== undefined && max !== undefined && min > max,
          inputs,
          "minSize",
          `at most ${max ?? 0}, the most`,
        ),
        ...when(
          desired !== undefined && min !== undefined && desired < min,
          inputs,
          "desiredCapacity",
          `at least ${min ?? 0}`,
        ),
        ...when(
          desired !== undefined && max !== undefined && desired > max,
          inputs,
          "desiredCapacity",
          `at most ${max ?? 0}`,
        ),
      ];
    },
    failing: [
      { minSize: 4, maxSize: 2, mixedInstancesPolicy: MIXED },
      { minSize: 0, maxSize: 2, desiredCapacity: 3, mixedInstancesPolicy: MIXED },
    ],
    passing: [{ minSize: 0, maxSize: 2, desiredCapacity: 1, mixedInstancesPolicy: MIXED }],
  },
  {
    id: "autoscaling-one-launch",
    types: [GROUP],
    title: "A group starts instances by one of launch template, launch configuration, mixed instances",
    source: CREATE_GROUP,
    check(inputs) {
      const ways = ["launchTemplate", "launchConfiguration", "mixedInstancesPolicy"];
      const taken = ways.filter((way) => !absent(inputs, way));
      const known = ways.filter((way) => given(inputs, way));
      if (taken.length === 0) return wrong(inputs, "mixedInstancesPolicy", `one of ${ways.join(", ")}`);
      return when(known.length > 1, inputs, known[1] ?? "", `nothing, with ${known[0] ?? ""}`);
    },
    failing: [
      { minSize: 0, maxSize: 1 },
      { minSize: 0, maxSize: 1, mixedInstancesPolicy: MIXED, launchTemplate: { name: "training" } },
    ],
    passing: [{ minSize: 0, maxSize: 1, launchTemplate: { name: "training" } }],
  },
  {
    id: "autoscaling-instance-lifetime",
    types: [GROUP],
    title: "An instance's longest life is 0 or at least a day, at most a year",
    source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-max-instance-lifetime.html",
    check: (inputs) =>
      amount(inputs, "maxInstanceLifetime") === 0
        ? []
        : outside(inputs, "maxInstanceLifetime", 86_400, 31_536_000, "s, or 0"),
    failing: [{ minSize: 0, maxSize: 1, mixedInstancesPolicy: MIXED, maxInstanceLifetime: 3600 }],
    passing: [{ minSize: 0, maxSize: 1, mixedInstancesPolicy: MIXED, maxInstanceLifetime: 604_800 }],
  },
  {
    id: "autoscaling-warm-pool",
    types: [GROUP],
    title: "A group with a warm pool asks for no spot instances",
    source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html",
    check(inputs) {
      const share = "mixedInstancesPolicy.instancesDistribution.onDemandPercentageAboveBaseCapacity";
      const onDemand = amount(inputs, share);
      const broken = given(inputs, "warmPool") && onDemand !== undefined && onDemand < 100;
      return when(broken, inputs, share, "100, with a warm pool");
    },
    failing: [
      {
        minSize: 0,
        maxSize: 1,
        warmPool: { minSize: 1 },
        mixedInstancesPolicy: { ...MIXED, instancesDistribution: { onDemandPercentageAboveBaseCapacity: 0 } },
      },
    ],
    passing: [{ minSize: 0, maxSize: 1, warmPool: { minSize: 1 }, launchTemplate: { name: "training" } }],
  },
  {
    id: "autoscaling-mixed-instances",
    types: [GROUP],
    title: "Overrides differ in their types and are weighted all or none",
    source: "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html",
    check(inputs) {
      const path = "mixedInstancesPolicy.launchTemplate.overrides";
      const overrides = parts(inputs, path);
      const weighted = overrides.filter(({ block }) => given(block, "weightedCapacity"));
      const bare = overrides.filter(({ block }) => absent(block, "weightedCapacity"));
      const types = overrides.flatMap(({ block }) => text(block, "instanceType") ?? []);
      return [
        ...(weighted.length > 0 ? bare : []).flatMap((override) =>
          wrong(inputs, `${override.path}.weightedCapacity`, "a weight, as others have one"),
        ),
        ...when(repeated(types).length > 0, inputs, path, "types that differ", types.join(", ")),
        ...when(whole(inputs, path) && overrides.length > 40, inputs, path, "at most 40", String(overrides.length)),
      ];
    },
    failing: [
      {
        minSize: 0,
        maxSize: 1,
        mixedInstancesPolicy: {
          launchTemplate: {
            launchTemplateSpecification: { launchTemplateName: "training" },
            overrides: [{ instanceType: "r6i.large", weightedCapacity: "1" }, { instanceType: "r6i.xlarge" }],
          },
        },
      },
      {
        minSize: 0,
        maxSize: 1,
        mixedInstancesPolicy: {
          launchTemplate: {
            launchTemplateSpecification: { launchTemplateName: "training" },
            overrides: [{ instanceType: "r6i.large" }, { instanceType: "r6i.large" }],
          },
        },
      },
    ],
    passing: [{ minSize: 0, maxSize: 1, mixedInstancesPolicy: MIXED }],
  },
  {
    id: "autoscaling-steps",
    types: [GROUP_POLICY],
    title: "Steps have neither gap nor overlap, and go on below a negative bound and above a positive one",
    source: "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StepAdjustment.html",
    check(inputs) {
      const steps = parts(inputs, "stepAdjustments");
      const known = steps.every(({ block }) =>
        ["metricIntervalLowerBound", "metricIntervalUpperBound"].every(
          (name) => absent(block, name) || amount(block, name) !== undefined,
        ),
      );
      if (steps.length === 0 || !known || !whole(inputs, "stepAdjustments")) return [];
      const ranges = steps
        .map(({ block }) => ({
          from: amount(block, "metricIntervalLowerBound") ?? -Infinity,
          to: amount(block, "metricIntervalUpperBound") ?? Infinity,
        }))
        .sort((one, other) => one.from - other.from);
      const shown = ranges.map(({ from, to }) => `${from} to ${to}`).join(", ");
      const joined = ranges.every(({ from }, index) => index === 0 || ranges[index - 1]?.to === from);
      const low = ranges[0]?.from ?? -Infinity;
      const high = ranges.at(-1)?.to ?? Infinity;
      return [
        ...when(
          !joined || ranges.some(({ from, to }) => from >= to),
          inputs,
          "stepAdjustments",
          "ranges that follow one another",
          shown,
        ),
        ...when(
          ranges.some(({ from, to }) => from === -Infinity && to === Infinity),
          inputs,
          "stepAdjustments",
          "a bound in each step",
          shown,
        ),
        ...when(
          low !== -Infinity && low < 0,
          inputs,
          "stepAdjustments",
          "a step without a lower bound, below a negative one",
          shown,
        ),
        ...when(
          high !== Infinity && high > 0,
          inputs,
          "stepAdjustments",
          "a step without an upper bound, above a positive one",
          shown,
        ),
      ];
    },
    failing: [
      {
        ...STEPPED,
        stepAdjustments: [
          { metricIntervalLowerBound: "0", metricIntervalUpperBound: "10", scalingAdjustment: 1 },
          { metricIntervalLowerBound: "20", scalingAdjustment: 2 },
        ],
      },
      {
        ...STEPPED,
        stepAdjustments: [{ metricIntervalLowerBound: "0", metricIntervalUpperBound: "10", scalingAdjustment: 1 }],
      },
    ],
    passing: [
      {
        ...STEPPED,
        stepAdjustments: [
          { metricIntervalLowerBound: "0", metricIntervalUpperBound: "10", scalingAdjustment: 1 },
          { metricIntervalLowerBound: "10", scalingAdjustment: 2 },
        ],
      },
    ],
  },
];
