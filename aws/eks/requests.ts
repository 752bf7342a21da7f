import { UNKNOWN } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:eks/cluster:Cluster": type(
    request(
      "eks:CreateCluster",
      {
        enabledClusterLogTypes: turned("logging", (types) => ({ clusterLogging: [{ enabled: true, types }] })),
        vpcConfig: "resourcesVpcConfig",
      },
      { adds: { name: UNKNOWN } },
    ),
    {
      defaultAddonsToRemoves: "AWS no longer installs add-ons that could be left out",
      forceUpdateVersion: "said when the version changes",
      "kubernetesNetworkConfig.serviceIpv6Cidr": "AWS makes it up",
      "vpcConfig.clusterSecurityGroupId": "AWS makes it up",
      "vpcConfig.vpcId": "AWS knows it by the subnets",
    },
  ),
  "aws:eks/addon:Addon": type(
    [
      request("eks:CreateAddon", {
        addonName: "addonName",
        clusterName: "clusterName",
        resolveConflictsOnCreate: "resolveConflicts",
      }),
      request(
        "eks:UpdateAddon",
        { addonName: "addonName", clusterName: "clusterName", resolveConflictsOnUpdate: "resolveConflicts" },
        { when: ["resolveConflictsOnUpdate"] },
      ),
    ],
    { preserve: "said when the add-on is deleted" },
  ),
  "aws:eks/nodeGroup:NodeGroup": type(
    request(
      "eks:CreateNodegroup",
      {
        nodeRoleArn: "nodeRole",
        "remoteAccess.sourceSecurityGroupIds": "sourceSecurityGroups",
        subnetIds: "subnets",
      },
      { adds: { nodegroupName: UNKNOWN } },
    ),
    {
      forceUpdateVersion: "said when the version changes",
      nodeGroupNamePrefix: "stands in the name",
    },
  ),
  "aws:eks/fargateProfile:FargateProfile": type(
    request("eks:CreateFargateProfile", { subnetIds: "subnets" }, { adds: { fargateProfileName: UNKNOWN } }),
  ),
  "aws:eks/accessEntry:AccessEntry": type(request("eks:CreateAccessEntry")),
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": type(request("eks:AssociateAccessPolicy")),
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": type(request("eks:CreatePodIdentityAssociation")),
};
