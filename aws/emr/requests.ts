import { isBlock, list, UNKNOWN } from "../value";
import type { Properties, Value } from "../value";
import { fromJson, json, keyed, request, turned, type } from "../requests/spec";
import type { RequestTable, Target } from "../requests/spec";

/** How Pulumi flattens the volumes of an instance. */
const VOLUMES: Readonly<Record<string, Target>> = {
  "*.ebsConfigs": "EbsConfiguration.EbsBlockDeviceConfigs",
  "*.iops": "VolumeSpecification.Iops",
  "*.size": "VolumeSpecification.SizeInGB",
  "*.type": "VolumeSpecification.VolumeType",
};

/** A fleet's id and what it holds, and a group's, come back from AWS. */
const ANSWERED = ["coreInstanceFleet", "masterInstanceFleet"].flatMap((fleet) =>
  ["id", "provisionedOnDemandCapacity", "provisionedSpotCapacity"].map((property) => `${fleet}.${property}`),
);

export const requests: RequestTable = {
  "aws:emr/cluster:Cluster": type(
    request(
      "emr:RunJobFlow",
      {
        ...VOLUMES,
        "*.throughput": "VolumeSpecification.Throughput",
        applications: turned("Applications", namesOf),
        "bootstrapActions.args": "ScriptBootstrapAction.Args",
        "bootstrapActions.path": "ScriptBootstrapAction.Path",
        configurations: fromJson("Configurations"),
        configurationsJson: fromJson("Configurations"),
        coreInstanceFleet: turned("Instances.InstanceFleets", fleetOf("CORE")),
        masterInstanceFleet: turned("Instances.InstanceFleets", fleetOf("MASTER")),
        coreInstanceGroup: turned("Instances.InstanceGroups", groupOf("CORE")),
        "coreInstanceGroup.autoscalingPolicy": fromJson("AutoScalingPolicy"),
        masterInstanceGroup: turned("Instances.InstanceGroups", groupOf("MASTER")),
        ec2Attributes: ["Instances", turned("JobFlowRole", (attributes) => block(attributes)["instanceProfile"])],
        "ec2Attributes.instanceProfile": "",
        "ec2Attributes.keyName": "Ec2KeyName",
        "ec2Attributes.subnetId": "Ec2SubnetId",
        "ec2Attributes.subnetIds": "Ec2SubnetIds",
        keepJobFlowAliveWhenNoSteps: "Instances.KeepJobFlowAliveWhenNoSteps",
        terminationProtection: "Instances.TerminationProtected",
        unhealthyNodeReplacement: "Instances.UnhealthyNodeReplacement",
      },
      { adds: { Instances: {} } },
    ),
    {
      listStepsStates: "says which steps the provider reads back",
      "coreInstanceGroup.id": "AWS answers it",
      "masterInstanceGroup.id": "AWS answers it",
      ...Object.fromEntries(ANSWERED.map((path) => [path, "AWS answers it"])),
    },
  ),
  "aws:emr/instanceFleet:InstanceFleet": type(
    request(
      "emr:AddInstanceFleet",
      { ...VOLUMES, clusterId: "/ClusterId" },
      { within: "InstanceFleet", adds: { InstanceFleet: { InstanceFleetType: "TASK" } } },
    ),
  ),
  "aws:emr/instanceGroup:InstanceGroup": type(
    request(
      "emr:AddInstanceGroups",
      {
        ...VOLUMES,
        autoscalingPolicy: fromJson("AutoScalingPolicy"),
        clusterId: "/JobFlowId",
        configurationsJson: fromJson("Configurations"),
        ebsOptimized: "EbsConfiguration.EbsOptimized",
      },
      { within: "InstanceGroups.0", adds: { InstanceGroups: [{ InstanceCount: 1, InstanceRole: "TASK" }] } },
    ),
  ),
  "aws:emr/managedScalingPolicy:ManagedScalingPolicy": type(
    request("emr:PutManagedScalingPolicy", { clusterId: "/ClusterId" }, { within: "ManagedScalingPolicy" }),
  ),
  "aws:emr/securityConfiguration:SecurityConfiguration": type(
    request(
      "emr:CreateSecurityConfiguration",
      { configuration: json("SecurityConfiguration") },
      { adds: { Name: UNKNOWN } },
    ),
  ),
  "aws:emrserverless/application:Application": type(
    request(
      "emr-serverless:CreateApplication",
      {
        initialCapacities: keyed(
          "initialCapacity",
          "initialCapacityType",
          ({ initialCapacityConfig }) => initialCapacityConfig,
        ),
        "monitoringConfiguration.cloudwatchLoggingConfiguration.logTypes": keyed(
          "logTypes",
          "name",
          ({ values }) => values,
        ),
      },
      { adds: { clientToken: UNKNOWN } },
    ),
  ),
};

function namesOf(applications: Value): Value {
  return list({ applications }, "applications").map((Name) => ({ Name }));
}

function fleetOf(InstanceFleetType: string): (fleet: Value) => Value {
  return (fleet) => [{ ...block(fleet), InstanceFleetType }];
}

/** A group has one instance when it does not say how many. */
function groupOf(InstanceRole: string): (group: Value) => Value {
  return (group) => [{ instanceCount: 1, ...block(group), InstanceRole }];
}

/** A block, or the only one of a list. */
function block(value: Value): Properties {
  const [only] = list({ value }, "value");
  return isBlock(only) ? only : {};
}
