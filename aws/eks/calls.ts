import { templateOf, volumeKeys } from "../autoscaling/calls";
import type { Call, CallNode, CallPlace, CallRow } from "../call";
import { assumes, at, given, keyCall, list, pulls, text, via } from "../call-kit";
import type { Value } from "../value";

const CLUSTER = ["aws:eks/cluster:Cluster"];
const NODES = ["aws:eks/nodeGroup:NodeGroup"];
const NODE_SOURCE = "https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html";
const POD = ["aws:eks/podIdentityAssociation:PodIdentityAssociation"];
const FORMS = [
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:DaemonSet",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:batch/v1:CronJob",
];

/** Images that pods of a region's cluster run. */
function images(node: CallNode, place: CallPlace): readonly Value[] {
  return place
    .of(...FORMS)
    .filter(({ stack }) => stack === node.stack)
    .flatMap(({ inputs }) =>
      ["containers", "initContainers"].flatMap((kind) => list(inputs, `spec.template.spec.${kind}`)),
    )
    .map((container) => at(container, "image"));
}

const AUTOSCALING = { serviceLinked: "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" };

export const calls: readonly CallRow[] = [
  assumes(
    {
      id: "eks-cluster-role",
      types: CLUSTER,
      property: "roleArn",
      source: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html",
    },
    { service: "eks.amazonaws.com", account: "no" },
  ),
  {
    id: "eks-cluster-network",
    types: CLUSTER,
    property: "roleArn",
    title: "A cluster's role describes and tags the network",
    source: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSClusterPolicy.html",
    calls: (node) =>
      given(node, "roleArn").map((role) => ({
        caller: { role },
        actions: ["ec2:DescribeInstances", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"],
        resource: "*",
      })),
  },
  {
    id: "eks-cluster-key",
    types: CLUSTER,
    property: "encryptionConfig",
    title: "Whoever makes the cluster gives EKS the key of its secrets",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
    calls: (node, place) =>
      given(node, "encryptionConfig.provider.keyArn").flatMap((key) =>
        keyCall(place, { deployer: true }, key, ["kms:DescribeKey", "kms:CreateGrant"], {
          "kms:GrantIsForAWSResource": "true",
        }),
      ),
  },
  assumes(
    { id: "eks-node-role", types: NODES, property: "nodeRoleArn", source: NODE_SOURCE },
    { service: "ec2.amazonaws.com", account: "no" },
  ),
  {
    id: "eks-node-join",
    types: NODES,
    property: "nodeRoleArn",
    title: "A node describes itself and takes part in pod identity",
    source: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSWorkerNodeMinimalPolicy.html",
    calls: (node, place) =>
      given(node, "nodeRoleArn").flatMap((role): readonly Call[] => [
        { caller: { role }, actions: ["ec2:DescribeInstances"], resource: "*" },
        {
          caller: { role },
          actions: ["eks-auth:AssumeRoleForPodIdentity"],
          resource: place.arn("eks", `cluster/${text(node.inputs, "clusterName") ?? "*"}`),
        },
      ]),
  },
  {
    id: "eks-node-image",
    types: NODES,
    property: "nodeRoleArn",
    title: "A node pulls the images of its pods",
    source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_EKS.html",
    calls: (node, place) =>
      given(node, "nodeRoleArn").flatMap((role) =>
        images(node, place).flatMap((image) => pulls(place, { role }, image)),
      ),
  },
  {
    id: "eks-node-network",
    types: NODES,
    property: "nodeRoleArn",
    title: "The network plugin gives pods addresses with the node's role",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html",
    calls: (node, place) => {
      const addon = place
        .of("aws:eks/addon:Addon")
        .find(({ stack, inputs }) => stack === node.stack && at(inputs, "addonName") === "vpc-cni");
      const own =
        addon === undefined
          ? undefined
          : (at(addon.inputs, "serviceAccountRoleArn") ?? at(addon.inputs, "podIdentityAssociations.0.roleArn"));
      const role = own ?? at(node.inputs, "nodeRoleArn");
      return [
        {
          caller: { role },
          actions: [
            "ec2:AssignPrivateIpAddresses",
            "ec2:AttachNetworkInterface",
            "ec2:CreateNetworkInterface",
            "ec2:DescribeInstances",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
          ],
          resource: "*",
        },
      ];
    },
  },
  {
    id: "eks-node-volume-key",
    types: NODES,
    property: "launchTemplate",
    title: "Auto Scaling's service-linked role uses the key of the nodes' volumes",
    source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
    calls: (node, place) => {
      const template = templateOf(node, place);
      return template === undefined
        ? []
        : volumeKeys(template).flatMap((key) => [
            ...keyCall(
              place,
              AUTOSCALING,
              key,
              ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"],
              via(place, "ec2"),
            ),
            ...keyCall(place, AUTOSCALING, key, ["kms:CreateGrant"], {
              ...via(place, "ec2"),
              "kms:GrantIsForAWSResource": "true",
            }),
          ]);
    },
  },
  assumes(
    {
      id: "eks-pod-role",
      types: POD,
      property: "roleArn",
      source: "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html",
    },
    { service: "pods.eks.amazonaws.com", actions: ["sts:AssumeRole", "sts:TagSession"], account: "no" },
  ),
  assumes(
    {
      id: "eks-addon-pod-role",
      types: ["aws:eks/addon:Addon"],
      property: "podIdentityAssociations",
      source: "https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html",
    },
    {
      service: "pods.eks.amazonaws.com",
      actions: ["sts:AssumeRole", "sts:TagSession"],
      account: "no",
      roles: ({ inputs }) => list(inputs, "podIdentityAssociations").map((one) => at(one, "roleArn")),
    },
  ),
  assumes(
    {
      id: "eks-fargate-role",
      types: ["aws:eks/fargateProfile:FargateProfile"],
      property: "podExecutionRoleArn",
      source: "https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html",
    },
    { service: "eks-fargate-pods.amazonaws.com" },
  ),
  assumes(
    {
      id: "eks-auto-mode-node-role",
      types: CLUSTER,
      property: "computeConfig.nodeRoleArn",
      source: "https://docs.aws.amazon.com/eks/latest/userguide/auto-create-node-role.html",
    },
    { service: "ec2.amazonaws.com", account: "no" },
  ),
  {
    id: "eks-auto-mode-image",
    types: CLUSTER,
    property: "computeConfig.nodeRoleArn",
    title: "A node of Auto Mode pulls the images of its pods",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/auto-create-node-role.html",
    calls: (node, place) =>
      given(node, "computeConfig.nodeRoleArn").flatMap((role) =>
        images(node, place).flatMap((image) => pulls(place, { role }, image)),
      ),
  },
];
