import { idLetters } from "../../identity";
import { always, idFrom, validated, type ServiceTable } from "../define";
import type { Resource } from "../resource";

const letters = (prefix: string, length: number) => (r: Resource) => `${prefix}${idLetters(length, r.urn, r.hex(32))}`;

export const emr: ServiceTable = {
  "aws:emr/cluster:Cluster": validated({
    autoName: { property: "name", max: 256 },
    replaceOn: [
      "additionalInfo",
      "applications",
      "bootstrapActions",
      "configurations",
      "configurationsJson",
      "coreInstanceFleet",
      "customAmiId",
      "ebsRootVolumeSize",
      "ec2Attributes",
      "keepJobFlowAliveWhenNoSteps",
      "kerberosAttributes",
      "logEncryptionKmsKeyId",
      "logUri",
      "masterInstanceFleet",
      "masterInstanceGroup",
      "name",
      "placementGroupConfigs",
      "releaseLabel",
      "securityConfiguration",
      "serviceRole",
      "steps",
    ],
    defaults: { stepConcurrencyLevel: 1 },
    outputs: {
      arn: (r) => r.arn("elasticmapreduce", `cluster/${r.id}`),
      clusterState: always("WAITING"),
      coreInstanceGroup: always({}),
      keepJobFlowAliveWhenNoSteps: always(true),
      masterPublicDns: (r) => `ip-10-0-0-1.${r.place.region}.compute.internal`,
      scaleDownBehavior: always("TERMINATE_AT_TASK_COMPLETION"),
      terminationProtection: always(false),
      unhealthyNodeReplacement: always(false),
    },
    id: letters("j-", 13),
  }),
  "aws:emr/managedScalingPolicy:ManagedScalingPolicy": validated({
    replaceOn: ["*"],
    key: ["clusterId"],
    id: idFrom("clusterId"),
  }),
  "aws:emr/securityConfiguration:SecurityConfiguration": validated({
    autoName: { property: "name", max: 10_280 },
    replaceOn: ["*"],
    outputs: { creationDate: always("1970-01-01T00:00:00Z") },
    id: idFrom("name"),
  }),
  "aws:emr/instanceFleet:InstanceFleet": validated({
    replaceOn: ["clusterId", "instanceTypeConfigs", "launchSpecifications", "name"],
    outputs: {
      provisionedOnDemandCapacity: (r) => r.number("targetOnDemandCapacity") ?? 0,
      provisionedSpotCapacity: (r) => r.number("targetSpotCapacity") ?? 0,
    },
    id: letters("if-", 12),
  }),
  "aws:emr/instanceGroup:InstanceGroup": validated({
    replaceOn: ["bidPrice", "clusterId", "ebsConfigs", "ebsOptimized", "instanceType", "name"],
    outputs: { runningInstanceCount: (r) => r.number("instanceCount") ?? 1, status: always("RUNNING") },
    id: letters("ig-", 12),
  }),
  "aws:emrserverless/application:Application": validated({
    replaceOn: ["architecture", "name", "type"],
    autoName: { property: "name", max: 64 },
    outputs: { arn: (r) => r.arn("emr-serverless", `/applications/${r.id}`) },
    id: (r) => `00${r.hex(14)}`,
  }),
};
