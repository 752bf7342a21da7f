import { architectureOf } from "../../aws/facts";
import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { trustPlain } from "../kit/iam";
import { nameOf } from "../kit/names";
import { scopeTags, type Scope } from "../kit/scope";
import { createLogGroup } from "../parts/log-group";
import type { KeyRef } from "../parts/refs/key";
import { createBareRole } from "../parts/role";
import type { AddOn } from "./versions";

/** What a cluster is made of. */
export interface ClusterArgs {
  readonly scope: Scope;
  readonly kubernetesVersion: string;
  readonly addOnVersions: Readonly<Record<AddOn, string>>;
  readonly nodeInstanceTypes: readonly string[];
  readonly nodes: { readonly min: number; readonly max: number };
  readonly subnetIds: pulumi.Input<string[]>;
  readonly key: KeyRef;
  readonly adminRoleArns: Readonly<Record<string, pulumi.Input<string>>>;
  readonly publicAccessCidrs: readonly string[];
}

export interface Cluster {
  readonly cluster: aws.eks.Cluster;
  /** Security group of control plane, nodes and pods, made by EKS. */
  readonly securityGroupId: pulumi.Output<string>;
  readonly nodeGroup: aws.eks.NodeGroup;
  /** Name of the nodes' Auto Scaling group, made by EKS. */
  readonly autoScalingGroup: pulumi.Output<string>;
  readonly addOns: readonly aws.eks.Addon[];
  readonly provider: k8s.Provider;
}

/** Control plane logs, all of them: docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html */
const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** GiB of gp3 for a node's images and logs. */
const NODE_DISK_GIB = 50;

/** Installed before the nodes: without a network plugin no node becomes ready. */
const BEFORE_NODES: readonly AddOn[] = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"];

/**
 * An EKS cluster with a private endpoint, encrypted secrets, audit logs, access by entries only, pinned add-ons, one
 * managed node group over all given subnets, and the Kubernetes provider that talks to it.
 */
export function createCluster(name: string, args: ClusterArgs, parent: pulumi.Resource): Cluster {
  const cluster = createControlPlane(name, args, parent);
  grantAccess(name, args, cluster, parent);
  const before = BEFORE_NODES.map((addOn) => createAddOn(name, args, cluster, addOn, [], parent));
  const nodeGroup = createNodes(name, args, cluster, before, parent);
  const after = (["coredns", "metrics-server"] as const).map((addOn) =>
    createAddOn(name, args, cluster, addOn, [nodeGroup], parent),
  );
  return {
    cluster,
    securityGroupId: cluster.vpcConfig.apply(({ clusterSecurityGroupId }) => clusterSecurityGroupId),
    nodeGroup,
    autoScalingGroup: nodeGroup.resources.apply((made) => made[0]?.autoscalingGroups[0]?.name ?? ""),
    addOns: [...before, ...after],
    provider: connect(name, args, cluster, parent),
  };
}

function createControlPlane(name: string, args: ClusterArgs, parent: pulumi.Resource): aws.eks.Cluster {
  const { scope } = args;
  const clusterName = nameOf(scope, "api", "eksCluster");
  const trust = trustPlain("eks.amazonaws.com");
  const role = createBareRole(`${name}-cluster`, { scope, part: "api-cluster", trust }, parent);
  const policy = attach(`${name}-cluster`, scope, role, "AmazonEKSClusterPolicy", parent);
  const logs = createLogGroup(
    `${name}-cluster`,
    // EKS writes to this name and no other; made here so that its retention and key are ours. It has the audit trail of
    // the Kubernetes API.
    { scope, name: `/aws/eks/${clusterName}/cluster`, key: args.key, use: "audit" },
    parent,
  );
  return new aws.eks.Cluster(
    name,
    {
      name: clusterName,
      version: args.kubernetesVersion,
      roleArn: role.arn,
      vpcConfig: {
        subnetIds: args.subnetIds,
        endpointPrivateAccess: true,
        endpointPublicAccess: args.publicAccessCidrs.length > 0,
        ...(args.publicAccessCidrs.length > 0 ? { publicAccessCidrs: [...args.publicAccessCidrs] } : {}),
      },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      bootstrapSelfManagedAddons: false,
      encryptionConfig: { provider: { keyArn: args.key.arn }, resources: ["secrets"] },
      enabledClusterLogTypes: LOG_TYPES,
      upgradePolicy: { supportType: "STANDARD" },
      deletionProtection: scope.data === "retained",
    },
    { parent, dependsOn: [policy, logs.group] },
  );
}

function grantAccess(name: string, args: ClusterArgs, cluster: aws.eks.Cluster, parent: pulumi.Resource): void {
  for (const [who, principalArn] of Object.entries(args.adminRoleArns)) {
    const entry = new aws.eks.AccessEntry(
      `${name}-${who}`,
      { clusterName: cluster.name, principalArn, type: "STANDARD" },
      { parent },
    );
    new aws.eks.AccessPolicyAssociation(
      `${name}-${who}`,
      {
        clusterName: cluster.name,
        principalArn,
        policyArn: `arn:${args.scope.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
        accessScope: { type: "cluster" },
      },
      { parent, dependsOn: [entry] },
    );
  }
}

function createAddOn(
  name: string,
  args: ClusterArgs,
  cluster: aws.eks.Cluster,
  addOn: AddOn,
  dependsOn: readonly pulumi.Resource[],
  parent: pulumi.Resource,
): aws.eks.Addon {
  return new aws.eks.Addon(
    `${name}-${addOn}`,
    {
      clusterName: cluster.name,
      addonName: addOn,
      addonVersion: args.addOnVersions[addOn],
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      // Without it the network plugin accepts NetworkPolicy objects and enforces none.
      ...(addOn === "vpc-cni" ? { configurationValues: JSON.stringify({ enableNetworkPolicy: "true" }) } : {}),
    },
    { parent, dependsOn: [...dependsOn] },
  );
}

function createNodes(
  name: string,
  args: ClusterArgs,
  cluster: aws.eks.Cluster,
  addOns: readonly pulumi.Resource[],
  parent: pulumi.Resource,
): aws.eks.NodeGroup {
  const { scope } = args;
  const trust = trustPlain("ec2.amazonaws.com");
  const role = createBareRole(`${name}-node`, { scope, part: "api-node", trust }, parent);
  const policies = [
    "AmazonEKSWorkerNodeMinimalPolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKS_CNI_Policy",
  ].map((policy) => attach(`${name}-node-${policy}`, scope, role, policy, parent));
  const template = new aws.ec2.LaunchTemplate(
    `${name}-node`,
    {
      name: nameOf(scope, "api-node", "autoScalingGroup"),
      updateDefaultVersion: true,
      // One hop: pods never reach the node's credentials; they have their own through Pod Identity.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: true },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeType: "gp3", volumeSize: NODE_DISK_GIB, encrypted: "true", deleteOnTermination: "true" },
        },
      ],
      tagSpecifications: ["instance", "volume"].map((resourceType) => ({
        resourceType,
        tags: { ...scopeTags(scope), Name: nameOf(scope, "api-node", "autoScalingGroup") },
      })),
    },
    { parent },
  );
  return new aws.eks.NodeGroup(
    name,
    {
      clusterName: cluster.name,
      nodeGroupName: nameOf(scope, "api", "eksCluster"),
      nodeRoleArn: role.arn,
      subnetIds: args.subnetIds,
      instanceTypes: [...args.nodeInstanceTypes],
      amiType:
        architectureOf(args.nodeInstanceTypes[0] ?? "") === "arm64"
          ? "AL2023_ARM_64_STANDARD"
          : "AL2023_x86_64_STANDARD",
      capacityType: "ON_DEMAND",
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      scalingConfig: { minSize: args.nodes.min, desiredSize: args.nodes.min, maxSize: args.nodes.max },
      updateConfig: { maxUnavailablePercentage: 33 },
      nodeRepairConfig: { enabled: true },
      labels: { "meridian/role": "api" },
    },
    // The cluster's autoscaler owns the count.
    { parent, dependsOn: [...policies, ...addOns], ignoreChanges: ["scalingConfig.desiredSize"] },
  );
}

function attach(
  name: string,
  scope: Scope,
  role: aws.iam.Role,
  policy: string,
  parent: pulumi.Resource,
): aws.iam.RolePolicyAttachment {
  return new aws.iam.RolePolicyAttachment(
    name,
    { role: role.name, policyArn: `arn:${scope.partition}:iam::aws:policy/${policy}` },
    { parent },
  );
}

/** A provider that gets a fresh token from AWS for each use, so that none stands in state. */
function connect(
  name: string,
  { scope }: ClusterArgs,
  cluster: aws.eks.Cluster,
  parent: pulumi.Resource,
): k8s.Provider {
  const kubeconfig = pulumi.jsonStringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "meridian",
    contexts: [{ name: "meridian", context: { cluster: "meridian", user: "meridian" } }],
    clusters: [
      {
        name: "meridian",
        cluster: {
          server: cluster.endpoint,
          "certificate-authority-data": cluster.certificateAuthority.apply(({ data }) => data),
        },
      },
    ],
    users: [
      {
        name: "meridian",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "aws",
            args: ["eks", "get-token", "--region", scope.region, "--cluster-name", cluster.name, "--output", "json"],
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
  return new k8s.Provider(name, { kubeconfig, clusterIdentifier: cluster.arn }, { parent });
}
