import { always, arnBy, idFrom, validated, type ServiceTable } from "../define";
import type { Resource } from "../resource";

const clusterHost = (r: Resource): string =>
  `${r.text("clusterIdentifier")}.c${r.hex(11)}.${r.place.region}.redshift.amazonaws.com`;

export const redshift: ServiceTable = {
  "aws:redshift/cluster:Cluster": validated({
    replaceOn: [
      "clusterIdentifier",
      "clusterSubnetGroupName",
      "masterUsername",
      "snapshotArn",
      "snapshotClusterIdentifier",
      "snapshotIdentifier",
    ],
    key: ["clusterIdentifier"],
    defaults: {
      allowVersionUpgrade: true,
      applyImmediately: false,
      automatedSnapshotRetentionPeriod: 1,
      clusterVersion: "1.0",
      encrypted: true,
      maintenanceTrackName: "current",
      manualSnapshotRetentionPeriod: -1,
      multiAz: false,
      numberOfNodes: 1,
      port: 5439,
      publiclyAccessible: false,
      skipFinalSnapshot: false,
    },
    outputs: {
      aquaConfigurationStatus: always("auto"),
      arn: arnBy("redshift", "cluster:", "clusterIdentifier"),
      availabilityZone: (r) => `${r.place.region}a`,
      clusterNamespaceArn: (r) => r.arn("redshift", `namespace:${r.uuid()}`),
      clusterNodes: always([]),
      clusterParameterGroupName: always("default.redshift-1.0"),
      clusterPublicKey: always(""),
      clusterRevisionNumber: always("1"),
      clusterSubnetGroupName: always("default"),
      clusterType: (r) => ((r.number("numberOfNodes") ?? 1) > 1 ? "multi-node" : "single-node"),
      databaseName: always("dev"),
      defaultIamRoleArn: always(""),
      dnsName: clusterHost,
      endpoint: (r) => `${clusterHost(r)}:${r.number("port") ?? 5439}`,
      enhancedVpcRouting: always(false),
      iamRoles: always([]),
      kmsKeyId: always(""),
      masterPasswordSecretArn: (r) =>
        r.arn("secretsmanager", `secret:redshift!${r.text("clusterIdentifier")}-admin-${r.hex(6)}`),
      masterPasswordSecretKmsKeyId: always(""),
      preferredMaintenanceWindow: always("sun:03:00-sun:03:30"),
      vpcSecurityGroupIds: always([]),
    },
    id: idFrom("clusterIdentifier"),
  }),
  "aws:redshift/subnetGroup:SubnetGroup": validated({
    autoName: { property: "name", max: 255, lowerCase: true },
    replaceOn: ["name"],
    defaults: { description: "Managed by Pulumi" },
    outputs: { arn: arnBy("redshift", "subnetgroup:", "name") },
    id: idFrom("name"),
  }),
  "aws:redshift/parameterGroup:ParameterGroup": validated({
    autoName: { property: "name", max: 255, lowerCase: true },
    replaceOn: ["name", "family", "description"],
    defaults: { description: "Managed by Pulumi" },
    outputs: { arn: arnBy("redshift", "parametergroup:", "name") },
    id: idFrom("name"),
  }),
  "aws:redshift/snapshotSchedule:SnapshotSchedule": validated({
    autoName: { property: "identifier", max: 255, lowerCase: true },
    replaceOn: ["identifier", "description"],
    defaults: { forceDestroy: false },
    outputs: { arn: arnBy("redshift", "snapshotschedule:", "identifier") },
    id: idFrom("identifier"),
  }),
  "aws:redshift/snapshotScheduleAssociation:SnapshotScheduleAssociation": validated({
    replaceOn: ["*"],
    id: (r) => `${r.text("clusterIdentifier")}/${r.text("scheduleIdentifier")}`,
  }),
  "aws:redshift/snapshotCopy:SnapshotCopy": validated({
    replaceOn: ["clusterIdentifier", "destinationRegion", "snapshotCopyGrantName"],
    key: ["clusterIdentifier"],
    outputs: { manualSnapshotRetentionPeriod: always(-1), retentionPeriod: always(7) },
    id: idFrom("clusterIdentifier"),
  }),
  "aws:redshift/snapshotCopyGrant:SnapshotCopyGrant": validated({
    replaceOn: ["snapshotCopyGrantName", "kmsKeyId"],
    key: ["snapshotCopyGrantName"],
    outputs: { arn: arnBy("redshift", "snapshotcopygrant:", "snapshotCopyGrantName"), kmsKeyId: always("") },
    id: idFrom("snapshotCopyGrantName"),
  }),
  "aws:redshift/clusterIamRoles:ClusterIamRoles": validated({
    replaceOn: ["clusterIdentifier"],
    key: ["clusterIdentifier"],
    outputs: { defaultIamRoleArn: always(""), iamRoleArns: always([]) },
    id: idFrom("clusterIdentifier"),
  }),
  "aws:redshift/logging:Logging": validated({
    replaceOn: ["clusterIdentifier"],
    key: ["clusterIdentifier"],
    id: idFrom("clusterIdentifier"),
  }),
  "aws:redshift/usageLimit:UsageLimit": validated({
    replaceOn: ["clusterIdentifier", "featureType", "limitType", "period"],
    defaults: { breachAction: "log", period: "monthly" },
    outputs: { arn: (r) => r.arn("redshift", `usagelimit:${r.id}`) },
    id: (r) => r.uuid(),
  }),
};
