import { always, arnBy, validated, type ServiceTable } from "../define";

/** A fixed time for things whose making nothing depends on: the same inputs give the same state. */
const EPOCH = "1970-01-01T00:00:00Z";

export const eks: ServiceTable = {
  "aws:eks/cluster:Cluster": validated({
    autoName: { property: "name", max: 100 },
    replaceOn: [
      "bootstrapSelfManagedAddons",
      "encryptionConfig.provider",
      "kubernetesNetworkConfig.ipFamily",
      "kubernetesNetworkConfig.serviceIpv4Cidr",
      "name",
      "outpostConfig",
      "roleArn",
    ],
    defaults: { bootstrapSelfManagedAddons: true },
    outputs: {
      accessConfig: always({ authenticationMode: "API_AND_CONFIG_MAP", bootstrapClusterCreatorAdminPermissions: true }),
      arn: arnBy("eks", "cluster/", "name"),
      certificateAuthority: (r) => ({ data: Buffer.from(`simulated ${r.hex(32)}`).toString("base64") }),
      clusterId: always(""),
      createdAt: always(EPOCH),
      deletionProtection: always(false),
      endpoint: (r) => `https://${r.hex(32).toUpperCase()}.gr7.${r.place.region}.eks.amazonaws.com`,
      identities: (r) => [
        { oidcs: [{ issuer: `https://oidc.eks.${r.place.region}.amazonaws.com/id/${r.hex(32).toUpperCase()}` }] },
      ],
      kubernetesNetworkConfig: always({ ipFamily: "ipv4", serviceIpv4Cidr: "172.20.0.0/16" }),
      platformVersion: always("eks.1"),
      status: always("ACTIVE"),
      upgradePolicy: always({ supportType: "EXTENDED" }),
      version: always("1.33"),
    },
    filled: {
      vpcConfig: {
        clusterSecurityGroupId: (r) => `sg-0${r.hex(16, "cluster")}`,
        vpcId: (r) => `vpc-0${r.hex(16, "vpc")}`,
      },
    },
    id: (r) => r.text("name"),
  }),
  "aws:eks/nodeGroup:NodeGroup": validated({
    autoName: { property: "nodeGroupName", max: 63 },
    replaceOn: [
      "amiType",
      "capacityType",
      "clusterName",
      "diskSize",
      "instanceTypes",
      "nodeGroupName",
      "nodeRoleArn",
      "remoteAccess",
      "subnetIds",
    ],
    outputs: {
      amiType: always("AL2023_x86_64_STANDARD"),
      arn: (r) => r.arn("eks", `nodegroup/${r.text("clusterName")}/${r.text("nodeGroupName")}/${r.uuid()}`),
      capacityType: always("ON_DEMAND"),
      diskSize: always(20),
      instanceTypes: always(["t3.medium"]),
      releaseVersion: always(""),
      resources: (r) => [{ autoscalingGroups: [{ name: `eks-${r.text("nodeGroupName")}-${r.uuid()}` }] }],
      status: always("ACTIVE"),
      version: always("1.33"),
    },
    id: (r) => `${r.text("clusterName")}:${r.text("nodeGroupName")}`,
  }),
  "aws:eks/addon:Addon": validated({
    replaceOn: ["addonName", "clusterName"],
    key: ["addonName", "clusterName"],
    outputs: {
      addonVersion: always("v1.0.0-eksbuild.1"),
      arn: (r) => r.arn("eks", `addon/${r.text("clusterName")}/${r.text("addonName")}/${r.uuid()}`),
      configurationValues: always(""),
      createdAt: always(EPOCH),
      modifiedAt: always(EPOCH),
    },
    id: (r) => `${r.text("clusterName")}:${r.text("addonName")}`,
  }),
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": validated({
    replaceOn: ["clusterName", "namespace", "serviceAccount"],
    key: ["clusterName", "namespace", "serviceAccount"],
    outputs: {
      associationArn: (r) => r.arn("eks", `podidentityassociation/${r.text("clusterName")}/${r.id}`),
      associationId: (r) => r.id,
      externalId: always(""),
    },
    id: (r) => `a-${r.hex(17)}`,
  }),
  "aws:eks/accessEntry:AccessEntry": validated({
    replaceOn: ["clusterName", "principalArn", "type"],
    key: ["clusterName", "principalArn"],
    defaults: { type: "STANDARD" },
    outputs: {
      accessEntryArn: (r) => r.arn("eks", `access-entry/${r.text("clusterName")}/role/${r.place.account}/${r.uuid()}`),
      createdAt: always(EPOCH),
      kubernetesGroups: always([]),
      modifiedAt: always(EPOCH),
      userName: always(""),
    },
    id: (r) => `${r.text("clusterName")}:${r.text("principalArn")}`,
  }),
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": validated({
    replaceOn: ["*"],
    key: ["clusterName", "principalArn", "policyArn"],
    outputs: { associatedAt: always(EPOCH), modifiedAt: always(EPOCH) },
    id: (r) => `${r.text("clusterName")}#${r.text("principalArn")}#${r.text("policyArn")}`,
  }),
  "aws:eks/fargateProfile:FargateProfile": validated({
    autoName: { property: "fargateProfileName", max: 63 },
    replaceOn: ["*"],
    outputs: {
      arn: (r) => r.arn("eks", `fargateprofile/${r.text("clusterName")}/${r.text("fargateProfileName")}/${r.uuid()}`),
      status: always("ACTIVE"),
    },
    id: (r) => `${r.text("clusterName")}:${r.text("fargateProfileName")}`,
  }),
};
