import { UNKNOWN } from "../value";
import { request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

const SOURCES = ["snapshotArn", "snapshotIdentifier"];

/** What a cluster is restored with, too; its database, its users and its kind come from the snapshot. */
const RESTORED = [
  "allowVersionUpgrade",
  "aquaConfigurationStatus",
  "automatedSnapshotRetentionPeriod",
  "availabilityZone",
  "clusterIdentifier",
  "clusterParameterGroupName",
  "clusterSubnetGroupName",
  "defaultIamRoleArn",
  "elasticIp",
  "encrypted",
  "enhancedVpcRouting",
  "iamRoles",
  "kmsKeyId",
  "maintenanceTrackName",
  "manageMasterPassword",
  "manualSnapshotRetentionPeriod",
  "masterPasswordSecretKmsKeyId",
  "multiAz",
  "nodeType",
  "numberOfNodes",
  "port",
  "preferredMaintenanceWindow",
  "publiclyAccessible",
  "vpcSecurityGroupIds",
];

const MEMBERS: Readonly<Record<string, string>> = {
  availabilityZoneRelocationEnabled: "AvailabilityZoneRelocation",
  ...Object.fromEntries(RESTORED.map((property) => [property, member(property)])),
};

export const requests: RequestTable = {
  "aws:redshift/cluster:Cluster": type(
    [
      request(
        "redshift:CreateCluster",
        {
          ...MEMBERS,
          databaseName: "DBName",
          masterPassword: "MasterUserPassword",
          masterPasswordWo: "MasterUserPassword",
        },
        { unless: SOURCES },
      ),
      request(
        "redshift:RestoreFromClusterSnapshot",
        {
          ...MEMBERS,
          ownerAccount: "OwnerAccount",
          snapshotArn: "SnapshotArn",
          snapshotClusterIdentifier: "SnapshotClusterIdentifier",
          snapshotIdentifier: "SnapshotIdentifier",
        },
        { when: SOURCES },
      ),
    ],
    {
      applyImmediately: "said when the cluster is changed",
      finalSnapshotIdentifier: "said when the cluster is deleted",
      masterPasswordWoVersion: "kept in the state, to see a change",
      skipFinalSnapshot: "said when the cluster is deleted",
    },
  ),
  "aws:redshift/clusterIamRoles:ClusterIamRoles": type(
    request("redshift:ModifyClusterIamRoles", { iamRoleArns: "AddIamRoles" }),
  ),
  "aws:redshift/logging:Logging": type(request("redshift:EnableLogging")),
  "aws:redshift/parameterGroup:ParameterGroup": type([
    request(
      "redshift:CreateClusterParameterGroup",
      { name: "ParameterGroupName", family: "ParameterGroupFamily" },
      { adds: { ParameterGroupName: UNKNOWN, Description: UNKNOWN } },
    ),
    request(
      "redshift:ModifyClusterParameterGroup",
      {
        name: "ParameterGroupName",
        parameters: "Parameters",
        "parameters.name": "ParameterName",
        "parameters.value": "ParameterValue",
      },
      { adds: { ParameterGroupName: UNKNOWN }, when: ["parameters"] },
    ),
  ]),
  "aws:redshift/snapshotCopy:SnapshotCopy": type(request("redshift:EnableSnapshotCopy")),
  "aws:redshift/snapshotCopyGrant:SnapshotCopyGrant": type(request("redshift:CreateSnapshotCopyGrant")),
  "aws:redshift/snapshotSchedule:SnapshotSchedule": type(
    request("redshift:CreateSnapshotSchedule", {
      definitions: "ScheduleDefinitions",
      description: "ScheduleDescription",
      identifier: "ScheduleIdentifier",
    }),
    {
      forceDestroy: "said when the schedule is deleted",
      identifierPrefix: "the identifier is made of it",
    },
  ),
  "aws:redshift/snapshotScheduleAssociation:SnapshotScheduleAssociation": type(
    request("redshift:ModifyClusterSnapshotSchedule"),
  ),
  "aws:redshift/subnetGroup:SubnetGroup": type(
    request(
      "redshift:CreateClusterSubnetGroup",
      { name: "ClusterSubnetGroupName" },
      { adds: { ClusterSubnetGroupName: UNKNOWN, Description: UNKNOWN } },
    ),
  ),
  "aws:redshift/usageLimit:UsageLimit": type(request("redshift:CreateUsageLimit")),
};

/** AWS's spelling of a property, which both requests share. */
function member(property: string): string {
  return property === "multiAz" ? "MultiAZ" : `${property.charAt(0).toUpperCase()}${property.slice(1)}`;
}
