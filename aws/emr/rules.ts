import { at, list, text } from "../value";
import type { Properties } from "../value";
import { absent, amount, given, outside, parts, repeated, unlike, when, wrong } from "../rules/find";
import type { PropertyRule, StackRule } from "../rules/rule";

const CLUSTER = "aws:emr/cluster:Cluster";
const FLEET = "aws:emr/instanceFleet:InstanceFleet";
const SCALING = "aws:emr/managedScalingPolicy:ManagedScalingPolicy";
const RUN = "https://docs.aws.amazon.com/emr/latest/APIReference/API_RunJobFlow.html";
const FLEETS = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-instance-fleet.html";
const LIMITS = "https://docs.aws.amazon.com/emr/latest/APIReference/API_ComputeLimits.html";

const BASE: Properties = { releaseLabel: "emr-7.9.0", applications: ["Spark"] };
const CORE: Properties = {
  instanceTypeConfigs: [{ instanceType: "m6i.xlarge", weightedCapacity: 4 }],
  targetOnDemandCapacity: 4,
};

const limits = (more: Properties): Properties => ({
  clusterId: "j-1",
  computeLimits: [{ unitType: "InstanceFleetUnits", minimumCapacityUnits: 4, maximumCapacityUnits: 16, ...more }],
});

/** Applications of EMR releases. Source: the EMR release guide, "Application versions". */
const APPLICATIONS = new Set(
  [
    "AmazonCloudWatchAgent",
    "Delta",
    "Flink",
    "Ganglia",
    "Hadoop",
    "HBase",
    "HCatalog",
    "Hive",
    "Hudi",
    "Hue",
    "Iceberg",
    "JupyterEnterpriseGateway",
    "JupyterHub",
    "Livy",
    "Mahout",
    "MXNet",
    "Oozie",
    "Phoenix",
    "Pig",
    "Presto",
    "Spark",
    "Sqoop",
    "TensorFlow",
    "Tez",
    "Trino",
    "Zeppelin",
    "ZooKeeper",
  ].map((name) => name.toLowerCase()),
);

/** EMR: single resources. */
export const rules: readonly PropertyRule[] = [
  {
    id: "emr-groups-or-fleets",
    types: [CLUSTER],
    title: "A cluster is made of instance groups or of instance fleets, not of both",
    source: FLEETS,
    check(inputs) {
      const groups = ["masterInstanceGroup", "coreInstanceGroup"].filter((name) => given(inputs, name));
      const fleets = ["masterInstanceFleet", "coreInstanceFleet"].filter((name) => given(inputs, name));
      return when(groups.length > 0 && fleets.length > 0, inputs, groups[0] ?? "", "nothing, with instance fleets");
    },
    failing: [{ ...BASE, masterInstanceGroup: { instanceType: "m6i.xlarge" }, coreInstanceFleet: CORE }],
    passing: [{ ...BASE, coreInstanceFleet: CORE }],
  },
  {
    id: "emr-fleet-subnets",
    types: [CLUSTER],
    title: "Several subnets are for instance fleets only, and a cluster names one subnet or several",
    source: FLEETS,
    check: (inputs) => [
      ...when(
        given(inputs, "ec2Attributes.subnetId") && given(inputs, "ec2Attributes.subnetIds"),
        inputs,
        "ec2Attributes.subnetId",
        "nothing, with several subnets",
      ),
      ...when(
        list(inputs, "ec2Attributes.subnetIds").length > 1 &&
          ["masterInstanceGroup", "coreInstanceGroup"].some((name) => given(inputs, name)),
        inputs,
        "ec2Attributes.subnetIds",
        "one subnet, with instance groups",
      ),
    ],
    failing: [
      {
        ...BASE,
        ec2Attributes: { subnetIds: ["subnet-1", "subnet-2"] },
        coreInstanceGroup: { instanceType: "m6i.xlarge" },
      },
    ],
    passing: [{ ...BASE, ec2Attributes: { subnetIds: ["subnet-1", "subnet-2"] }, coreInstanceFleet: CORE }],
  },
  {
    id: "emr-primary-fleet",
    types: [CLUSTER],
    title: "The primary fleet has one instance: on demand or spot",
    source: "https://docs.aws.amazon.com/emr/latest/APIReference/API_InstanceFleetConfig.html",
    check(inputs) {
      if (!given(inputs, "masterInstanceFleet")) return [];
      const [demand, spot] = ["targetOnDemandCapacity", "targetSpotCapacity"].map((name) =>
        amount(inputs, `masterInstanceFleet.${name}`),
      );
      const known = ["targetOnDemandCapacity", "targetSpotCapacity"].every(
        (name) =>
          absent(inputs, `masterInstanceFleet.${name}`) || amount(inputs, `masterInstanceFleet.${name}`) !== undefined,
      );
      return when(
        known && (demand ?? 0) + (spot ?? 0) !== 1,
        inputs,
        "masterInstanceFleet.targetOnDemandCapacity",
        "1 instance in all",
        `${demand ?? 0} on demand and ${spot ?? 0} spot`,
      );
    },
    failing: [{ ...BASE, masterInstanceFleet: { ...CORE, targetOnDemandCapacity: 2 } }],
    passing: [{ ...BASE, masterInstanceFleet: { ...CORE, targetOnDemandCapacity: 1 } }],
  },
  {
    id: "emr-task-fleet-capacity",
    types: [FLEET],
    title: "A fleet starts with at least one unit, on demand or spot",
    source: "https://docs.aws.amazon.com/emr/latest/APIReference/API_InstanceFleetConfig.html",
    check(inputs) {
      const kinds = ["targetOnDemandCapacity", "targetSpotCapacity"];
      const units = kinds.map((name) => (absent(inputs, name) ? 0 : amount(inputs, name)));
      const none = given(inputs, "instanceTypeConfigs") && units.every((known) => known === 0);
      return when(none, inputs, "targetSpotCapacity", "at least one unit, on demand or spot");
    },
    failing: [{ ...CORE, clusterId: "j-1", targetOnDemandCapacity: 0, targetSpotCapacity: 0 }],
    passing: [{ ...CORE, clusterId: "j-1", targetOnDemandCapacity: 0, targetSpotCapacity: 1 }],
  },
  {
    id: "emr-fleet-types",
    types: [CLUSTER, FLEET],
    title: "A fleet has at most 5 instance types, 30 with an allocation strategy, each once",
    source: "https://docs.aws.amazon.com/emr/latest/APIReference/API_InstanceTypeConfig.html",
    check: (inputs) =>
      ["", "masterInstanceFleet", "coreInstanceFleet"].flatMap((fleet) => {
        const under = fleet === "" ? "" : `${fleet}.`;
        const path = `${under}instanceTypeConfigs`;
        const types = parts(inputs, path).map(({ block }) => text(block, "instanceType") ?? Symbol("unknown"));
        const strategic = ["onDemandSpecifications", "spotSpecifications"].some((kind) =>
          list(inputs, `${under}launchSpecifications.${kind}`).some(
            (specification) => !absent(specification, "allocationStrategy"),
          ),
        );
        const most =
          strategic ||
          !(absent(inputs, `${under}launchSpecifications`) || given(inputs, `${under}launchSpecifications`))
            ? 30
            : 5;
        return [
          ...when(types.length > most, inputs, path, `at most ${most} types`, String(types.length)),
          ...when(repeated(types).length > 0, inputs, path, "types that differ", types.map(String).join(", ")),
        ];
      }),
    failing: [
      {
        ...BASE,
        coreInstanceFleet: {
          ...CORE,
          instanceTypeConfigs: ["a", "b", "c", "d", "e", "f"].map((size) => ({ instanceType: `m6i.${size}` })),
        },
      },
      {
        ...BASE,
        coreInstanceFleet: {
          ...CORE,
          instanceTypeConfigs: [{ instanceType: "m6i.xlarge" }, { instanceType: "m6i.xlarge" }],
        },
      },
    ],
    passing: [{ ...BASE, coreInstanceFleet: CORE }],
  },
  {
    id: "emr-spot-timeout",
    types: [FLEET],
    title: "Spot instances are waited for 5 to 1,440 minutes",
    source: "https://docs.aws.amazon.com/emr/latest/APIReference/API_SpotProvisioningSpecification.html",
    check: (inputs) =>
      parts(inputs, "launchSpecifications.spotSpecifications").flatMap(({ path }) =>
        outside(inputs, `${path}.timeoutDurationMinutes`, 5, 1440, "minutes"),
      ),
    failing: [
      {
        ...CORE,
        launchSpecifications: {
          spotSpecifications: [
            {
              allocationStrategy: "price-capacity-optimized",
              timeoutAction: "TERMINATE_CLUSTER",
              timeoutDurationMinutes: 2,
            },
          ],
        },
      },
    ],
    passing: [
      {
        ...CORE,
        launchSpecifications: {
          spotSpecifications: [
            {
              allocationStrategy: "price-capacity-optimized",
              timeoutAction: "TERMINATE_CLUSTER",
              timeoutDurationMinutes: 10,
            },
          ],
        },
      },
    ],
  },
  {
    id: "emr-release",
    types: [CLUSTER],
    title: "A release is called emr-x.y.z, and its applications are EMR's",
    source: "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-release-app-versions-7.x.html",
    check: (inputs) => [
      ...unlike(inputs, "releaseLabel", /^emr-\d+\.\d+\.\d+$/, "a release such as emr-7.9.0"),
      ...list(inputs, "applications").flatMap((name, index) =>
        when(
          typeof name === "string" && !APPLICATIONS.has(name.toLowerCase()),
          inputs,
          `applications.${index}`,
          "an application of the release",
        ),
      ),
    ],
    failing: [
      { ...BASE, releaseLabel: "7.9.0" },
      { ...BASE, applications: ["Sparkle"] },
    ],
    passing: [BASE],
  },
  {
    id: "emr-auto-termination",
    types: [CLUSTER],
    title: "An idle cluster ends after a minute to seven days",
    source: "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-auto-termination-policy.html",
    check: (inputs) => outside(inputs, "autoTerminationPolicy.idleTimeout", 60, 604_800, "s"),
    failing: [{ ...BASE, autoTerminationPolicy: { idleTimeout: 30 } }],
    passing: [{ ...BASE, autoTerminationPolicy: { idleTimeout: 3600 } }],
  },
  {
    id: "emr-steps-at-once",
    types: [CLUSTER],
    title: "1 to 256 steps run at once",
    source: RUN,
    check: (inputs) => outside(inputs, "stepConcurrencyLevel", 1, 256, "steps"),
    failing: [{ ...BASE, stepConcurrencyLevel: 300 }],
    passing: [{ ...BASE, stepConcurrencyLevel: 10 }],
  },
  {
    id: "emr-primaries",
    types: [CLUSTER],
    title: "A cluster has one primary node or three, and three stay alive without steps",
    source: "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-ha-launch.html",
    check(inputs) {
      const count = amount(inputs, "masterInstanceGroup.instanceCount");
      return [
        ...when(
          count !== undefined && count !== 1 && count !== 3,
          inputs,
          "masterInstanceGroup.instanceCount",
          "1 or 3",
        ),
        ...when(
          count === 3 && at(inputs, "keepJobFlowAliveWhenNoSteps") === false,
          inputs,
          "keepJobFlowAliveWhenNoSteps",
          "true, with three primary nodes",
        ),
      ];
    },
    failing: [{ ...BASE, masterInstanceGroup: { instanceType: "m6i.xlarge", instanceCount: 2 } }],
    passing: [{ ...BASE, masterInstanceGroup: { instanceType: "m6i.xlarge", instanceCount: 3 } }],
  },
  {
    id: "emr-scaling-limits",
    types: [SCALING],
    title: "Managed scaling's least is not above its most, and neither on-demand nor core units are above it",
    source: LIMITS,
    check: (inputs) =>
      parts(inputs, "computeLimits").flatMap(({ path, block }) => {
        const most = amount(block, "maximumCapacityUnits");
        return ["minimumCapacityUnits", "maximumOndemandCapacityUnits", "maximumCoreCapacityUnits"].flatMap((name) => {
          const units = amount(block, name);
          return when(
            most !== undefined && units !== undefined && units > most,
            inputs,
            `${path}.${name}`,
            `at most ${most ?? 0}, the most`,
          );
        });
      }),
    failing: [limits({ minimumCapacityUnits: 32 }), limits({ maximumCoreCapacityUnits: 32 })],
    passing: [limits({ maximumCoreCapacityUnits: 8 })],
  },
  {
    id: "emr-autoscaling-role",
    types: [CLUSTER],
    title: "A group's own autoscaling policy has a role to act by",
    source: "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-automatic-scaling-iam-role.html",
    check: (inputs) =>
      given(inputs, "coreInstanceGroup.autoscalingPolicy") && absent(inputs, "autoscalingRole")
        ? wrong(inputs, "autoscalingRole", "a role, with an autoscaling policy")
        : [],
    failing: [{ ...BASE, coreInstanceGroup: { instanceType: "m6i.xlarge", autoscalingPolicy: "{}" } }],
    passing: [
      {
        ...BASE,
        autoscalingRole: "scaling",
        coreInstanceGroup: { instanceType: "m6i.xlarge", autoscalingPolicy: "{}" },
      },
    ],
  },
];

/** EMR: several resources. */
export const stackRules: readonly StackRule[] = [
  {
    id: "emr-scaling-unit",
    types: [SCALING],
    title: "Managed scaling counts fleet units on a cluster of fleets, instances or cores on one of groups",
    source: LIMITS,
    across(node, stack) {
      const [cluster] = stack.linked(node, "clusterId", CLUSTER);
      if (cluster === undefined) return [];
      const fleets = given(cluster.inputs, "coreInstanceFleet") || given(cluster.inputs, "masterInstanceFleet");
      const groups = given(cluster.inputs, "coreInstanceGroup") || given(cluster.inputs, "masterInstanceGroup");
      return parts(node.inputs, "computeLimits").flatMap(({ path, block }) => {
        const unit = text(block, "unitType");
        const broken =
          unit !== undefined &&
          ((fleets && unit !== "InstanceFleetUnits") || (groups && unit === "InstanceFleetUnits"));
        return when(
          broken,
          node.inputs,
          `${path}.unitType`,
          fleets ? "InstanceFleetUnits, for fleets" : "Instances or VCPU, for groups",
        );
      });
    },
    failing: [
      [
        { type: CLUSTER, name: "etl", inputs: { ...BASE, coreInstanceFleet: CORE } },
        { type: SCALING, inputs: limits({ unitType: "VCPU" }), uses: { clusterId: ["etl"] } },
      ],
    ],
    passing: [
      [
        { type: CLUSTER, name: "etl", inputs: { ...BASE, coreInstanceFleet: CORE } },
        { type: SCALING, inputs: limits({}), uses: { clusterId: ["etl"] } },
      ],
    ],
  },
];
