import { architectureOf } from "../facts";
import { isSet, list, text } from "../value";
import type { Properties } from "../value";
import { absent, amount, given, json, on, unlike, when, whole } from "../rules/find";
import type { PropertyRule, StackRule } from "../rules/rule";

const CLUSTER = "aws:eks/cluster:Cluster";
const NODES = "aws:eks/nodeGroup:NodeGroup";
const ADDON = "aws:eks/addon:Addon";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const TEMPLATES = "https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html";

const BASE: Properties = { clusterName: "api", scalingConfig: { minSize: 2, desiredSize: 2, maxSize: 4 } };

const isArm = (type: string): boolean => architectureOf(type) === "arm64";

/** EKS: single resources. */
export const rules: readonly PropertyRule[] = [
  {
    id: "eks-node-bounds",
    types: [NODES],
    title: "The desired number of nodes lies between the least and the most, and the most is at least 1",
    source: "https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupScalingConfig.html",
    check(inputs) {
      const [min, desired, max] = ["minSize", "desiredSize", "maxSize"].map((name) =>
        amount(inputs, `scalingConfig.${name}`),
      );
      return [
        ...when(max !== undefined && max < 1, inputs, "scalingConfig.maxSize", "at least 1"),
        ...when(
          min !== undefined && max !== undefined && max >= 1 && min > max,
          inputs,
          "scalingConfig.minSize",
          `at most ${max ?? 0}`,
        ),
        ...when(
          desired !== undefined && min !== undefined && desired < min,
          inputs,
          "scalingConfig.desiredSize",
          `at least ${min ?? 0}`,
        ),
        ...when(
          desired !== undefined && max !== undefined && desired > max,
          inputs,
          "scalingConfig.desiredSize",
          `at most ${max ?? 0}`,
        ),
      ];
    },
    failing: [
      { ...BASE, scalingConfig: { minSize: 2, desiredSize: 1, maxSize: 4 } },
      { ...BASE, scalingConfig: { minSize: 0, desiredSize: 0, maxSize: 0 } },
    ],
    passing: [BASE],
  },
  {
    id: "eks-ami-architecture",
    types: [NODES],
    title: "Instance types are of the architecture of the image",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html",
    check(inputs) {
      const image = text(inputs, "amiType");
      if (image === undefined || image === "CUSTOM") return [];
      const arm = image.includes("ARM_64");
      return list(inputs, "instanceTypes").flatMap((type, index) =>
        when(
          typeof type === "string" && isArm(type) !== arm,
          inputs,
          `instanceTypes.${index}`,
          `a type of ${arm ? "Arm" : "x86"}, for ${image}`,
        ),
      );
    },
    failing: [
      { ...BASE, amiType: "AL2023_x86_64_STANDARD", instanceTypes: ["m7g.large"] },
      { ...BASE, amiType: "AL2023_ARM_64_STANDARD", instanceTypes: ["m7g.large", "m6i.large"] },
    ],
    passing: [
      { ...BASE, amiType: "AL2023_ARM_64_STANDARD", instanceTypes: ["m7g.large", "c6gn.large"] },
      { ...BASE, amiType: "AL2023_x86_64_NVIDIA", instanceTypes: ["g5.xlarge", "g6.xlarge"] },
    ],
  },
  {
    id: "eks-template-without",
    types: [NODES],
    title:
      "A node group with a launch template names the template by id or by name, and neither remote access nor a disk size",
    source: TEMPLATES,
    check(inputs) {
      if (!given(inputs, "launchTemplate")) return [];
      return [
        ...["remoteAccess", "diskSize"].flatMap((name) =>
          when(given(inputs, name), inputs, name, "nothing, with a launch template"),
        ),
        ...when(
          given(inputs, "launchTemplate.id") && given(inputs, "launchTemplate.name"),
          inputs,
          "launchTemplate.name",
          "nothing, with its id",
        ),
      ];
    },
    failing: [
      { ...BASE, launchTemplate: { id: "lt-1", version: "1" }, diskSize: 50 },
      { ...BASE, launchTemplate: { id: "lt-1", name: "api", version: "1" } },
    ],
    passing: [{ ...BASE, launchTemplate: { id: "lt-1", version: "1" } }],
  },
  {
    id: "eks-update-config",
    types: [NODES],
    title: "An update says how many nodes may be away, as a number or as a share",
    source: "https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupUpdateConfig.html",
    check(inputs) {
      const [number, share] = [
        amount(inputs, "updateConfig.maxUnavailable"),
        amount(inputs, "updateConfig.maxUnavailablePercentage"),
      ];
      return [
        ...when(
          number !== undefined && share !== undefined,
          inputs,
          "updateConfig.maxUnavailablePercentage",
          "nothing, with a number",
        ),
        ...when(
          number !== undefined && (number < 1 || number > 100),
          inputs,
          "updateConfig.maxUnavailable",
          "1 to 100",
        ),
        ...when(
          share !== undefined && (share < 1 || share > 100),
          inputs,
          "updateConfig.maxUnavailablePercentage",
          "1 to 100 %",
        ),
      ];
    },
    failing: [
      { ...BASE, updateConfig: { maxUnavailable: 1, maxUnavailablePercentage: 33 } },
      { ...BASE, updateConfig: { maxUnavailable: 0 } },
    ],
    passing: [{ ...BASE, updateConfig: { maxUnavailablePercentage: 33 } }],
  },
  {
    id: "eks-endpoint-access",
    types: [CLUSTER],
    title: "A cluster is reached from inside or from outside, in at least two subnets",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
    check(inputs) {
      const outside = absent(inputs, "vpcConfig.endpointPublicAccess") || on(inputs, "vpcConfig.endpointPublicAccess");
      const inside = on(inputs, "vpcConfig.endpointPrivateAccess");
      const known = ["endpointPublicAccess", "endpointPrivateAccess"].every(
        (name) => absent(inputs, `vpcConfig.${name}`) || given(inputs, `vpcConfig.${name}`),
      );
      const subnets = list(inputs, "vpcConfig.subnetIds").length;
      return [
        ...when(
          given(inputs, "vpcConfig") && known && !outside && !inside,
          inputs,
          "vpcConfig.endpointPrivateAccess",
          "true, with no access from outside",
        ),
        ...when(
          whole(inputs, "vpcConfig.subnetIds") && isSet(list(inputs, "vpcConfig.subnetIds")) && subnets < 2,
          inputs,
          "vpcConfig.subnetIds",
          "at least 2, in different zones",
          String(subnets),
        ),
      ];
    },
    failing: [
      { name: "api", vpcConfig: { subnetIds: ["subnet-1", "subnet-2"], endpointPublicAccess: false } },
      { name: "api", vpcConfig: { subnetIds: ["subnet-1"] } },
    ],
    passing: [
      {
        name: "api",
        vpcConfig: { subnetIds: ["subnet-1", "subnet-2"], endpointPublicAccess: false, endpointPrivateAccess: true },
      },
    ],
  },
  {
    id: "eks-version",
    types: [CLUSTER],
    title: "A cluster's version is Kubernetes' minor version",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
    check: (inputs) => unlike(inputs, "version", /^1\.\d{2}$/, "a minor version such as 1.34, without a patch"),
    failing: [{ name: "api", version: "1.34.1" }],
    passing: [{ name: "api", version: "1.34" }],
  },
  {
    id: "eks-addon-configuration",
    types: [ADDON],
    title: "An add-on's configuration is JSON or YAML, its version ends in eksbuild, and creating it preserves nothing",
    source: "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html",
    check: (inputs) => [
      ...when(
        (text(inputs, "configurationValues") ?? "").trimStart().startsWith("{") &&
          json(inputs, "configurationValues") === null,
        inputs,
        "configurationValues",
        "JSON",
      ),
      ...unlike(inputs, "addonVersion", /^v\d+\.\d+\.\d+-eksbuild\.\d+$/, "a version such as v1.20.4-eksbuild.1"),
      ...when(
        text(inputs, "resolveConflictsOnCreate") === "PRESERVE",
        inputs,
        "resolveConflictsOnCreate",
        "NONE or OVERWRITE",
      ),
    ],
    failing: [
      { addonName: "vpc-cni", clusterName: "api", configurationValues: "{not json" },
      { addonName: "vpc-cni", clusterName: "api", resolveConflictsOnCreate: "PRESERVE" },
    ],
    passing: [
      {
        addonName: "vpc-cni",
        clusterName: "api",
        addonVersion: "v1.20.4-eksbuild.1",
        configurationValues: '{"enableNetworkPolicy":"true"}',
      },
    ],
  },
];

/** What a node group's template may not say. Source: TEMPLATES. */
const FORBIDDEN = ["iamInstanceProfile", "instanceMarketOptions", "hibernationOptions"];

/** EKS: several resources. */
export const stackRules: readonly StackRule[] = [
  {
    id: "eks-template-contents",
    types: [NODES],
    title:
      "A node group's launch template has no instance profile, no spot request, no hibernation; an image and types stand in one of both",
    source: TEMPLATES,
    across(node, stack) {
      const { inputs } = node;
      return stack
        .linked(node, "launchTemplate", TEMPLATE)
        .flatMap((template) => [
          ...FORBIDDEN.flatMap((name) =>
            when(given(template.inputs, name), inputs, "launchTemplate", `a template without ${name}`, "one with it"),
          ),
          ...when(
            given(template.inputs, "imageId") && given(inputs, "amiType") && text(inputs, "amiType") !== "CUSTOM",
            inputs,
            "amiType",
            "nothing, as the template names an image",
          ),
          ...when(
            given(template.inputs, "instanceType") && list(inputs, "instanceTypes").length > 0,
            inputs,
            "instanceTypes",
            "nothing, as the template names a type",
          ),
        ]);
    },
    failing: [
      [
        { type: TEMPLATE, name: "node", inputs: { iamInstanceProfile: { name: "node" } } },
        { type: NODES, inputs: BASE, uses: { launchTemplate: ["node"] } },
      ],
      [
        { type: TEMPLATE, name: "node", inputs: { instanceType: "m6i.large" } },
        { type: NODES, inputs: { ...BASE, instanceTypes: ["m6i.large"] }, uses: { launchTemplate: ["node"] } },
      ],
    ],
    passing: [
      [
        { type: TEMPLATE, name: "node", inputs: { metadataOptions: { httpTokens: "required" } } },
        {
          type: NODES,
          inputs: { ...BASE, amiType: "AL2023_x86_64_STANDARD", instanceTypes: ["m6i.large"] },
          uses: { launchTemplate: ["node"] },
        },
      ],
    ],
  },
];
