import assert from "node:assert/strict";
import { dataLosses, STORES, tellLoss } from "../../../fleet/guard";
import type { Change } from "../../../local/provider/diff";
import { sdkFacts } from "../../../local/provider/sdk";
import type { Props } from "../../../local/provider/values";
import { modeOf } from "../../../local/provider/types";
import { provider, urnOf } from "../../local/provider/aws";

/**
 * Properties of each store that AWS gives only to a new one. Source: the schemas of terraform-provider-aws 6, of which
 * the official plugin is made (`ForceNew`, `RequiresReplace` and `CustomizeDiff` in internal/service). A type's region is
 * fixed as well.
 */
const FORCED: Readonly<Record<string, readonly string[]>> = {
  "aws:cloudwatch/logGroup:LogGroup": ["logGroupClass", "name", "namePrefix"],
  "aws:dynamodb/table:Table": [
    "hashKey",
    "localSecondaryIndexes",
    "name",
    "rangeKey",
    "restoreDateTime",
    "restoreSourceName",
    "restoreSourceTableArn",
    "restoreToLatestTime",
  ],
  "aws:ecr/repository:Repository": ["encryptionConfigurations", "name"],
  "aws:elasticache/cluster:Cluster": [
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
  "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": [
    "globalReplicationGroupIdSuffix",
    "primaryReplicationGroupId",
  ],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    "atRestEncryptionEnabled",
    "dataTieringEnabled",
    // Any change but that of Redis to Valkey.
    "engine",
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
  "aws:elasticache/serverlessCache:ServerlessCache": ["kmsKeyId", "name", "snapshotArnsToRestores", "subnetIds"],
  "aws:kinesis/stream:Stream": ["name"],
  "aws:kms/key:Key": ["customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"],
  "aws:kms/replicaKey:ReplicaKey": ["primaryKeyArn"],
  // And within its blocks, see below.
  "aws:msk/cluster:Cluster": ["clusterName"],
  "aws:msk/serverlessCluster:ServerlessCluster": ["clientAuthentication", "clusterName", "vpcConfigs"],
  "aws:opensearch/domain:Domain": ["domainName"],
  "aws:redshift/cluster:Cluster": [
    "clusterIdentifier",
    "clusterSubnetGroupName",
    "masterUsername",
    "snapshotArn",
    "snapshotClusterIdentifier",
    "snapshotIdentifier",
  ],
  "aws:redshiftserverless/namespace:Namespace": ["dbName", "namespaceName"],
  "aws:route53/zone:Zone": ["delegationSetId", "name"],
  "aws:s3/bucket:Bucket": ["bucket", "bucketNamespace", "bucketPrefix", "objectLockEnabled"],
  "aws:sagemaker/featureGroup:FeatureGroup": [
    "description",
    "eventTimeFeatureName",
    "featureGroupName",
    "offlineStoreConfig",
    "recordIdentifierFeatureName",
    "roleArn",
  ],
  "aws:secretsmanager/secret:Secret": ["name", "namePrefix", "type"],
};

type Case = readonly [what: string, type: string, before: Props, after: Props, forced: readonly string[]];

const DOMAIN = "aws:opensearch/domain:Domain";
const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const TABLE = "aws:dynamodb/table:Table";
const on = (enabled: boolean): Props => ({ enabled });

/** What depends on the values, or on what lies within a block. */
const CASES: readonly Case[] = [
  [
    "a domain's key",
    DOMAIN,
    { encryptAtRest: { enabled: true, kmsKeyId: "a" } },
    { encryptAtRest: { enabled: true, kmsKeyId: "b" } },
    ["encryptAtRest.kmsKeyId"],
  ],
  ["encryption of a domain, turned on", DOMAIN, { encryptAtRest: on(false) }, { encryptAtRest: on(true) }, []],
  [
    "encryption of a domain, turned off",
    DOMAIN,
    { encryptAtRest: on(true) },
    { encryptAtRest: on(false) },
    ["encryptAtRest.enabled"],
  ],
  [
    "encryption between nodes, turned off",
    DOMAIN,
    { nodeToNodeEncryption: on(true) },
    { nodeToNodeEncryption: on(false) },
    ["nodeToNodeEncryption.enabled"],
  ],
  [
    "fine-grained access, turned on",
    DOMAIN,
    { advancedSecurityOptions: on(false) },
    { advancedSecurityOptions: on(true) },
    [],
  ],
  [
    "fine-grained access, turned off",
    DOMAIN,
    { advancedSecurityOptions: on(true) },
    { advancedSecurityOptions: on(false) },
    ["advancedSecurityOptions.enabled"],
  ],
  ["a domain's subnets", DOMAIN, { vpcOptions: { subnetIds: ["a"] } }, { vpcOptions: { subnetIds: ["a", "b"] } }, []],
  ["a domain taken out of its VPC", DOMAIN, { vpcOptions: { subnetIds: ["a"] } }, {}, ["vpcOptions"]],
  ["a domain upgraded", DOMAIN, { engineVersion: "OpenSearch_2.9" }, { engineVersion: "OpenSearch_2.19" }, []],
  [
    "a domain taken back",
    DOMAIN,
    { engineVersion: "OpenSearch_3.1" },
    { engineVersion: "OpenSearch_2.19" },
    ["engineVersion"],
  ],
  ["a domain's addresses, both kinds", DOMAIN, { ipAddressType: "ipv4" }, { ipAddressType: "dualstack" }, []],
  [
    "a domain's addresses, one kind again",
    DOMAIN,
    { ipAddressType: "dualstack" },
    { ipAddressType: "ipv4" },
    ["ipAddressType"],
  ],
  ["Redis to Valkey", GROUP, { engine: "redis", engineVersion: "7.1" }, { engine: "valkey", engineVersion: "8.0" }, []],
  ["Valkey to Redis", GROUP, { engine: "valkey" }, { engine: "redis" }, ["engine"]],
  ["a cache upgraded", GROUP, { engineVersion: "7.2" }, { engineVersion: "8.0" }, []],
  ["a cache taken back", GROUP, { engineVersion: "8.0" }, { engineVersion: "7.2" }, ["engineVersion"]],
  [
    "TLS of a current cache",
    GROUP,
    { engineVersion: "7.1", transitEncryptionEnabled: false },
    { engineVersion: "7.1", transitEncryptionEnabled: true },
    [],
  ],
  [
    "TLS of an old cache",
    GROUP,
    { engineVersion: "6.2", transitEncryptionEnabled: false },
    { engineVersion: "6.2", transitEncryptionEnabled: true },
    ["transitEncryptionEnabled"],
  ],
  [
    "a cache's shards and replicas",
    GROUP,
    { numNodeGroups: 1, replicasPerNodeGroup: 1 },
    { numNodeGroups: 3, replicasPerNodeGroup: 2 },
    [],
  ],
  [
    "Memcached's node type",
    "aws:elasticache/cluster:Cluster",
    { engine: "memcached", nodeType: "a" },
    { engine: "memcached", nodeType: "b" },
    ["nodeType"],
  ],
  [
    "a table's replicas, in any order",
    TABLE,
    { replicas: [{ regionName: "b" }] },
    { replicas: [{ regionName: "a" }, { regionName: "b" }] },
    [],
  ],
  [
    "a replica's key: the replica is made anew, the table stays",
    TABLE,
    { replicas: [{ regionName: "a", kmsKeyArn: "x" }] },
    { replicas: [{ regionName: "a", kmsKeyArn: "y" }] },
    [],
  ],
  [
    "a table's warm throughput, raised",
    TABLE,
    { warmThroughput: { readUnitsPerSecond: 12_000 } },
    { warmThroughput: { readUnitsPerSecond: 20_000 } },
    [],
  ],
  [
    "a table's warm throughput, lowered",
    TABLE,
    { warmThroughput: { readUnitsPerSecond: 20_000 } },
    { warmThroughput: { readUnitsPerSecond: 12_000 } },
    ["warmThroughput.readUnitsPerSecond"],
  ],
  ["where a table was restored from, taken out", TABLE, { restoreSourceName: "a" }, {}, []],
  [
    "a table's import",
    TABLE,
    { importTable: { s3BucketSource: { bucket: "a" } } },
    { importTable: { s3BucketSource: { bucket: "b" } } },
    ["importTable.s3BucketSource.bucket"],
  ],
  [
    "a stream from shards to on demand",
    "aws:kinesis/stream:Stream",
    { shardCount: 4, streamModeDetails: { streamMode: "PROVISIONED" } },
    { streamModeDetails: { streamMode: "ON_DEMAND" } },
    [],
  ],
  [
    "bounds of autoscaling",
    "aws:appautoscaling/target:Target",
    { minCapacity: 1, maxCapacity: 4 },
    { minCapacity: 2, maxCapacity: 8 },
    [],
  ],
  [
    "the key of a Kafka cluster",
    "aws:msk/cluster:Cluster",
    {
      encryptionInfo: {
        encryptionAtRestKmsKeyArn: "arn:a",
        encryptionInTransit: { clientBroker: "TLS", inCluster: true },
      },
    },
    {
      encryptionInfo: {
        encryptionAtRestKmsKeyArn: "arn:b",
        encryptionInTransit: { clientBroker: "TLS", inCluster: true },
      },
    },
    ["encryptionInfo.encryptionAtRestKmsKeyArn"],
  ],
  [
    "a Kafka cluster's brokers, their type and disks",
    "aws:msk/cluster:Cluster",
    { numberOfBrokerNodes: 3, brokerNodeGroupInfo: { instanceType: "kafka.m7g.large", clientSubnets: ["a"] } },
    { numberOfBrokerNodes: 6, brokerNodeGroupInfo: { instanceType: "kafka.m7g.xlarge", clientSubnets: ["a"] } },
    [],
  ],
  [
    "a warehouse's parameters",
    "aws:redshift/parameterGroup:ParameterGroup",
    { parameters: [{ name: "a", value: "1" }] },
    { parameters: [{ name: "a", value: "2" }] },
    [],
  ],
  [
    "a cache's parameters",
    "aws:elasticache/parameterGroup:ParameterGroup",
    { parameters: [{ name: "a", value: "1" }] },
    { parameters: [{ name: "a", value: "2" }] },
    [],
  ],
  [
    "days of a lifecycle",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    { rules: [{ id: "a", expiration: { days: 1 } }] },
    { rules: [{ id: "a", expiration: { days: 2 } }] },
    [],
  ],
];

function changesOf(type: string, before: Props, after: Props): readonly Change[] {
  const request = { urn: urnOf(type, "thing"), id: "x", oldInputs: before, oldOutputs: before, news: after };
  return provider().diff(request).changes;
}

const forcedIn = (changes: readonly Change[]): readonly string[] =>
  changes.filter(({ replace }) => replace).map(({ path }) => path);

/** What the guard says of a planned replacement for these properties. */
function guardOn(type: string, forcedBy: readonly string[]): string {
  const urn = urnOf(type, "thing");
  const step = { op: "replace", type, name: "thing", urn, properties: [], forcedBy, protected: true } as const;
  return dataLosses("local.eu-west-1", [step]).flatMap(tellLoss).join("\n");
}

describe("a property of a store", () => {
  it("is known for every store that the local provider carries", () => {
    const carried = STORES.map(({ type }) => type).filter((type) => modeOf(type) !== undefined);
    assert.deepEqual(Object.keys(FORCED).sort(), [...carried].sort());
  });

  for (const [type, fixed] of Object.entries(FORCED)) {
    it(`of ${type} is changed in place, all but ${fixed.length}, which the guard names`, () => {
      const inputs = [...(sdkFacts(type)?.inputs ?? [])].filter((name) => name !== "region").sort();
      assert.ok(inputs.length > 3);
      const forced = inputs.filter((name) => {
        const changes = changesOf(type, { [name]: "one" }, { [name]: "two" });
        assert.ok(changes.some(({ path }) => path === name));
        return forcedIn(changes).length > 0;
      });
      assert.deepEqual(forced, [...fixed].sort());
      for (const name of forced) assert.ok(guardOn(type, [name]).includes(`forced by ${name}`));
    });
  }

  for (const [what, type, before, after, forced] of CASES) {
    it(`${forced.length > 0 ? "forces a replacement" : "is changed in place"}: ${what}`, () => {
      const changes = changesOf(type, before, after);
      assert.ok(changes.length > 0);
      assert.deepEqual(forcedIn(changes), forced);
    });
  }
});
