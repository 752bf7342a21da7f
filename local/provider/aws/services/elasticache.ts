import { always, arnBy, idFrom, validated, type ServiceTable } from "../define";
import { anyOf, downgraded, isOlder, versionOf, type ReplaceIf } from "../replacement";
import type { Resource } from "../resource";

/** Default port of Redis and Valkey. */
const PORT = 6379;
const suffix = (r: Resource): string => `${r.hex(6)}.${r.place.region}.cache.amazonaws.com`;

/** AWS upgrades Redis to Valkey in place, and nothing else to anything. Members of a global datastore follow it. */
const engineTakenBack: ReplaceIf = (olds, news) => {
  const [before, after] = [olds["engine"] ?? "redis", news["engine"] ?? olds["engine"] ?? "redis"];
  const follows = news["globalReplicationGroupId"] !== undefined;
  return follows || before === after || (before === "redis" && after === "valkey") ? [] : ["engine"];
};

/** First version of Redis that turns encryption in transit on and off in place. */
const TLS_IN_PLACE = [7, 0, 5];
const tlsOfOldEngine: ReplaceIf = (olds) => {
  const version = versionOf(olds["engineVersion"])?.numbers;
  // `7.0` is a version of AWS's, of 7.0.5 or later.
  return version !== undefined && isOlder(version, TLS_IN_PLACE.slice(0, version.length))
    ? ["transitEncryptionEnabled"]
    : [];
};

export const elasticache: ServiceTable = {
  "aws:elasticache/replicationGroup:ReplicationGroup": validated({
    autoName: { property: "replicationGroupId", max: 40, lowerCase: true },
    replaceOn: [
      "atRestEncryptionEnabled",
      "dataTieringEnabled",
      "globalReplicationGroupId",
      "kmsKeyId",
      "networkType",
      "nodeGroupConfigurations",
      "port",
      "replicationGroupId",
      "securityGroupNames",
      "snapshotArns",
      "snapshotName",
      "subnetGroupName",
    ],
    replaceIf: anyOf(downgraded("engineVersion"), engineTakenBack, tlsOfOldEngine),
    defaults: { automaticFailoverEnabled: false },
    outputs: {
      applyImmediately: always(false),
      arn: arnBy("elasticache", "replicationgroup:", "replicationGroupId"),
      clusterEnabled: (r) => (r.number("numNodeGroups") ?? 1) > 1,
      configurationEndpointAddress: (r) =>
        (r.number("numNodeGroups") ?? 1) > 1 ? `clustercfg.${r.text("replicationGroupId")}.${suffix(r)}` : "",
      engine: always("redis"),
      engineVersion: always("7.1"),
      engineVersionActual: (r) => r.maybeText("engineVersion") ?? "7.1",
      maintenanceWindow: always("sun:05:00-sun:06:00"),
      memberClusters: (r) => {
        const shards = r.number("numNodeGroups") ?? 1;
        const perShard = 1 + (r.number("replicasPerNodeGroup") ?? (r.number("numCacheClusters") ?? 1) - 1);
        const nodes = Array.from({ length: shards * perShard }, (_, i) => String(i + 1).padStart(3, "0"));
        return nodes.map((node) => `${r.text("replicationGroupId")}-${node}`);
      },
      multiAzEnabled: always(false),
      networkType: always("ipv4"),
      nodeGroupConfigurations: always([]),
      nodeType: always("cache.r7g.large"),
      numCacheClusters: (r) => (r.number("numNodeGroups") ?? 1) * (1 + (r.number("replicasPerNodeGroup") ?? 0)),
      numNodeGroups: always(1),
      parameterGroupName: always("default.redis7"),
      port: always(PORT),
      primaryEndpointAddress: (r) => `master.${r.text("replicationGroupId")}.${suffix(r)}`,
      readerEndpointAddress: (r) => `replica.${r.text("replicationGroupId")}.${suffix(r)}`,
      replicasPerNodeGroup: always(0),
      snapshotWindow: always("03:00-04:00"),
      transitEncryptionMode: always("required"),
      autoMinorVersionUpgrade: always(true),
      atRestEncryptionEnabled: always(true),
      transitEncryptionEnabled: always(true),
      clusterMode: always("disabled"),
    },
    id: idFrom("replicationGroupId"),
  }),
  "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": validated({
    replaceOn: ["globalReplicationGroupIdSuffix", "primaryReplicationGroupId"],
    key: ["globalReplicationGroupIdSuffix"],
    outputs: {
      arn: (r) => r.arn("elasticache", `globalreplicationgroup:${r.id}`, { region: "" }),
      atRestEncryptionEnabled: always(true),
      authTokenEnabled: always(false),
      automaticFailoverEnabled: always(true),
      cacheNodeType: always("cache.r7g.large"),
      clusterEnabled: always(false),
      engine: always("redis"),
      engineVersion: always("7.1"),
      engineVersionActual: always("7.1"),
      globalNodeGroups: always([]),
      globalReplicationGroupId: (r) => r.id,
      numNodeGroups: always(1),
      transitEncryptionEnabled: always(true),
    },
    id: (r) => `${r.hex(5)}-${r.text("globalReplicationGroupIdSuffix")}`,
  }),
  "aws:elasticache/subnetGroup:SubnetGroup": validated({
    autoName: { property: "name", max: 255, lowerCase: true },
    replaceOn: ["name"],
    defaults: { description: "Managed by Pulumi" },
    outputs: { arn: arnBy("elasticache", "subnetgroup:", "name"), vpcId: (r) => `vpc-0${r.hex(16)}` },
    id: idFrom("name"),
  }),
  "aws:elasticache/parameterGroup:ParameterGroup": validated({
    autoName: { property: "name", max: 255, lowerCase: true },
    replaceOn: ["name", "family", "description"],
    defaults: { description: "Managed by Pulumi" },
    outputs: { arn: arnBy("elasticache", "parametergroup:", "name") },
    id: idFrom("name"),
  }),
  "aws:elasticache/user:User": validated({
    replaceOn: ["userId", "userName"],
    key: ["userId"],
    defaults: { noPasswordRequired: false },
    outputs: { arn: arnBy("elasticache", "user:", "userId"), authenticationMode: always({}) },
    id: idFrom("userId"),
  }),
  "aws:elasticache/userGroup:UserGroup": validated({
    replaceOn: ["userGroupId"],
    key: ["userGroupId"],
    outputs: { arn: arnBy("elasticache", "usergroup:", "userGroupId") },
    id: idFrom("userGroupId"),
  }),
  "aws:elasticache/userGroupAssociation:UserGroupAssociation": validated({
    replaceOn: ["*"],
    id: (r) => `${r.text("userGroupId")},${r.text("userId")}`,
  }),
  "aws:elasticache/cluster:Cluster": validated({
    autoName: { property: "clusterId", max: 50, lowerCase: true },
    replaceOn: [
      "availabilityZone",
      "clusterId",
      "engine",
      "networkType",
      "outpostMode",
      "port",
      "preferredOutpostArn",
      "replicationGroupId",
      "snapshotArns",
      "snapshotName",
      "subnetGroupName",
      "transitEncryptionEnabled",
    ],
    replaceIf: anyOf(downgraded("engineVersion"), (_, news) => (news["engine"] === "memcached" ? ["nodeType"] : [])),
    outputs: {
      arn: arnBy("elasticache", "cluster:", "clusterId"),
      cacheNodes: (r) => [
        {
          address: `${r.text("clusterId")}.${suffix(r)}`,
          availabilityZone: `${r.place.region}a`,
          id: "0001",
          port: PORT,
        },
      ],
      clusterAddress: (r) => `${r.text("clusterId")}.${suffix(r)}`,
      configurationEndpoint: always(""),
      engine: always("redis"),
      engineVersion: always("7.1"),
      engineVersionActual: always("7.1"),
      nodeType: always("cache.r7g.large"),
      numCacheNodes: always(1),
      parameterGroupName: always("default.redis7"),
      port: always(PORT),
    },
    id: idFrom("clusterId"),
  }),
  "aws:elasticache/serverlessCache:ServerlessCache": validated({
    autoName: { property: "name", max: 40, lowerCase: true },
    replaceOn: ["name", "kmsKeyId", "subnetIds", "snapshotArnsToRestores"],
    outputs: {
      arn: arnBy("elasticache", "serverlesscache:", "name"),
      createTime: always("1970-01-01T00:00:00Z"),
      endpoints: (r) => [{ address: `${r.text("name")}-${r.hex(6)}.serverless.${suffix(r)}`, port: PORT }],
      fullEngineVersion: always("8.0"),
      readerEndpoints: (r) => [{ address: `${r.text("name")}-${r.hex(6)}.serverless.${suffix(r)}`, port: PORT + 1 }],
      status: always("available"),
    },
    id: idFrom("name"),
  }),
};
