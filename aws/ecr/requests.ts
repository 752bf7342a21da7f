import { json, request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:ecr/repository:Repository": type(
    request("ecr:CreateRepository", { name: "repositoryName", "encryptionConfigurations.kmsKey": "kmsKey" }),
    { forceDelete: "said when the repository is deleted" },
  ),
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": type(
    request("ecr:PutLifecyclePolicy", { repository: "repositoryName", policy: json("lifecyclePolicyText") }),
  ),
  "aws:ecr/repositoryPolicy:RepositoryPolicy": type(
    request("ecr:SetRepositoryPolicy", { repository: "repositoryName", policy: json("policyText") }),
  ),
  "aws:ecr/registryPolicy:RegistryPolicy": type(request("ecr:PutRegistryPolicy", { policy: json("policyText") })),
  "aws:ecr/replicationConfiguration:ReplicationConfiguration": type(request("ecr:PutReplicationConfiguration")),
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": type(request("ecr:CreatePullThroughCacheRule")),
};
