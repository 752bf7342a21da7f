import { list, text } from "../value";
import type { Properties } from "../value";
import {
  absent,
  amount,
  countOr,
  dailyWindow,
  given,
  off,
  on,
  outside,
  unlike,
  weeklyWindow,
  when,
  windowsMeet,
  wrong,
} from "../rules/find";
import type { PropertyRule } from "../rules/rule";

export const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
export const USER = "aws:elasticache/user:User";
const CREATE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html";

/** A group that no rule refuses. */
export const BASE: Properties = {
  replicationGroupId: "cache",
  description: "cache",
  engine: "valkey",
  engineVersion: "8.0",
  nodeType: "cache.r7g.large",
  numNodeGroups: 1,
  replicasPerNodeGroup: 1,
  automaticFailoverEnabled: true,
};
const SECONDARY: Properties = {
  replicationGroupId: "cache",
  description: "secondary",
  globalReplicationGroupId: "ldgnf-cache",
};

/** Nodes of one shard; undefined when it cannot be told. */
function nodesOfShard(inputs: Properties): number | undefined {
  if (given(inputs, "numCacheClusters")) return amount(inputs, "numCacheClusters");
  if (!absent(inputs, "nodeGroupConfigurations")) return undefined;
  const replicas = countOr(inputs, "replicasPerNodeGroup", 0);
  return replicas === undefined || !absent(inputs, "numCacheClusters") ? undefined : 1 + replicas;
}

const isSecondary = (inputs: Properties): boolean => !absent(inputs, "globalReplicationGroupId");

/** Properties that a secondary takes over from its global datastore. */
const INHERITED = [
  "engine",
  "engineVersion",
  "nodeType",
  "numNodeGroups",
  "parameterGroupName",
  "atRestEncryptionEnabled",
  "transitEncryptionEnabled",
  "authToken",
];

/** ElastiCache: single resources. */
export const rules: readonly PropertyRule[] = [
  {
    id: "elasticache-failover-replicas",
    types: [GROUP],
    title: "Automatic failover needs a replica in each shard",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html",
    check(inputs) {
      const nodes = nodesOfShard(inputs);
      // A cluster of one node a shard is taken with failover on: cluster mode enabled demands it.
      const clustered = text(inputs, "clusterMode") === "enabled" || (amount(inputs, "numNodeGroups") ?? 1) > 1;
      const broken =
        on(inputs, "automaticFailoverEnabled") &&
        !isSecondary(inputs) &&
        !clustered &&
        nodes !== undefined &&
        nodes < 2;
      return when(
        broken,
        inputs,
        given(inputs, "numCacheClusters") ? "numCacheClusters" : "replicasPerNodeGroup",
        "a replica, with automatic failover",
      );
    },
    failing: [{ ...BASE, replicasPerNodeGroup: 0 }],
    passing: [BASE],
  },
  {
    id: "elasticache-multi-az",
    types: [GROUP],
    title: "Several zones need automatic failover and a replica in each shard",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html",
    check(inputs) {
      if (!on(inputs, "multiAzEnabled") || isSecondary(inputs)) return [];
      if (off(inputs, "automaticFailoverEnabled"))
        return wrong(inputs, "automaticFailoverEnabled", "true, with several zones");
      const nodes = nodesOfShard(inputs);
      return when(nodes !== undefined && nodes < 2, inputs, "replicasPerNodeGroup", "a replica, with several zones");
    },
    failing: [
      { ...BASE, multiAzEnabled: true, automaticFailoverEnabled: false },
      { ...BASE, multiAzEnabled: true, clusterMode: "enabled", replicasPerNodeGroup: 0 },
    ],
    passing: [{ ...BASE, multiAzEnabled: true }],
  },
  {
    id: "elasticache-cluster-failover",
    types: [GROUP],
    title: "Cluster mode, and so more than one shard, needs automatic failover",
    source: CREATE,
    check(inputs) {
      const clustered = text(inputs, "clusterMode") === "enabled" || (amount(inputs, "numNodeGroups") ?? 1) > 1;
      const broken = clustered && off(inputs, "automaticFailoverEnabled") && !isSecondary(inputs);
      return when(broken, inputs, "automaticFailoverEnabled", "true, with cluster mode enabled");
    },
    failing: [{ ...BASE, numNodeGroups: 3, automaticFailoverEnabled: false }],
    passing: [{ ...BASE, numNodeGroups: 3 }],
  },
  {
    id: "elasticache-replicas",
    types: [GROUP],
    title: "A shard has at most 5 replicas",
    source: CREATE,
    check: (inputs) => [
      ...outside(inputs, "replicasPerNodeGroup", 0, 5, "replicas"),
      ...outside(inputs, "numCacheClusters", 1, 6, "nodes"),
    ],
    failing: [{ ...BASE, replicasPerNodeGroup: 6 }],
    passing: [{ ...BASE, replicasPerNodeGroup: 5 }],
  },
  {
    id: "elasticache-auth-token",
    types: [GROUP],
    title: "A password needs encryption in transit, and has 16 to 128 characters",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html",
    check(inputs) {
      if (absent(inputs, "authToken")) return [];
      const token = text(inputs, "authToken");
      return [
        ...when(
          off(inputs, "transitEncryptionEnabled") && !isSecondary(inputs),
          inputs,
          "transitEncryptionEnabled",
          "true, with a password",
        ),
        ...when(
          token !== undefined && !/^[A-Za-z0-9!&#$^<>-]{16,128}$/.test(token),
          inputs,
          "authToken",
          "16 to 128 letters, digits or !&#$^<>-",
          "another password",
        ),
      ];
    },
    failing: [
      { ...BASE, authToken: "0123456789abcdef" },
      { ...BASE, transitEncryptionEnabled: true, authToken: "short" },
    ],
    passing: [{ ...BASE, transitEncryptionEnabled: true, authToken: "0123456789abcdef" }],
  },
  {
    id: "elasticache-users-tls",
    types: [GROUP],
    title: "Access by user groups needs encryption in transit",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
    check: (inputs) =>
      when(
        list(inputs, "userGroupIds").length > 0 && off(inputs, "transitEncryptionEnabled") && !isSecondary(inputs),
        inputs,
        "transitEncryptionEnabled",
        "true, with user groups",
      ),
    failing: [{ ...BASE, userGroupIds: ["readers"] }],
    passing: [{ ...BASE, userGroupIds: ["readers"], transitEncryptionEnabled: true }],
  },
  {
    id: "elasticache-windows",
    types: [GROUP, "aws:elasticache/cluster:Cluster"],
    title: "Windows for snapshots and maintenance last at least an hour each and do not meet",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/maintenance-window.html",
    check(inputs) {
      const snapshots = text(inputs, "snapshotWindow");
      const maintenance = text(inputs, "maintenanceWindow");
      const daily = snapshots === undefined ? undefined : dailyWindow(snapshots);
      const weekly = maintenance === undefined ? undefined : weeklyWindow(maintenance);
      return [
        ...when(
          snapshots !== undefined && (daily === undefined || daily.length < 60),
          inputs,
          "snapshotWindow",
          "hh24:mi-hh24:mi of at least 60 minutes",
        ),
        ...when(
          maintenance !== undefined && (weekly === undefined || weekly.length < 60),
          inputs,
          "maintenanceWindow",
          "ddd:hh24:mi-ddd:hh24:mi of at least 60 minutes",
        ),
        ...when(
          daily !== undefined && weekly !== undefined && windowsMeet(daily, weekly),
          inputs,
          "snapshotWindow",
          `no minute of ${maintenance ?? ""}`,
        ),
      ];
    },
    failing: [
      { ...BASE, snapshotWindow: "05:00-05:30" },
      { ...BASE, maintenanceWindow: "sunday 05:00" },
      { ...BASE, snapshotWindow: "04:30-05:30", maintenanceWindow: "sun:05:00-sun:06:00" },
    ],
    passing: [{ ...BASE, snapshotWindow: "03:00-04:00", maintenanceWindow: "sun:05:00-sun:06:00" }],
  },
  {
    id: "elasticache-group-id",
    types: [GROUP],
    title: "A group's id has 1 to 40 lower-case letters, digits and single hyphens, a letter first",
    source: CREATE,
    check: (inputs) =>
      unlike(
        inputs,
        "replicationGroupId",
        /^(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
        "1 to 40 lower-case letters, digits and single hyphens",
      ),
    failing: [
      { ...BASE, replicationGroupId: "meridian--cache" },
      { ...BASE, replicationGroupId: "a".repeat(41) },
    ],
    passing: [{ ...BASE, replicationGroupId: "meridian-cache-1" }],
  },
  {
    id: "elasticache-data-tiering",
    types: [GROUP],
    title: "Data tiering is on exactly for r6gd nodes",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/data-tiering.html",
    check(inputs) {
      const node = text(inputs, "nodeType");
      if (node === undefined) return [];
      const tiered = node.startsWith("cache.r6gd.");
      if (tiered) return when(off(inputs, "dataTieringEnabled"), inputs, "dataTieringEnabled", `true, with ${node}`);
      return when(on(inputs, "dataTieringEnabled"), inputs, "dataTieringEnabled", `false, with ${node}`);
    },
    failing: [
      { ...BASE, dataTieringEnabled: true },
      { ...BASE, nodeType: "cache.r6gd.xlarge" },
    ],
    passing: [{ ...BASE, nodeType: "cache.r6gd.xlarge", dataTieringEnabled: true }],
  },
  {
    id: "elasticache-global-secondary",
    types: [GROUP],
    title: "A secondary of a global datastore inherits engine, nodes, shards, parameters and encryption",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html",
    check: (inputs) =>
      isSecondary(inputs)
        ? INHERITED.flatMap((name) => when(given(inputs, name), inputs, name, "nothing: the global datastore gives it"))
        : [],
    failing: [{ ...SECONDARY, nodeType: "cache.r7g.large" }],
    passing: [{ ...SECONDARY, numCacheClusters: 2 }],
  },
  {
    id: "elasticache-iam-user",
    types: [USER],
    title: "A user who signs in by IAM has the same id and name",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html",
    check(inputs) {
      const [id, name] = [text(inputs, "userId"), text(inputs, "userName")];
      const broken =
        text(inputs, "authenticationMode.type") === "iam" && id !== undefined && name !== undefined && id !== name;
      return when(broken, inputs, "userName", id ?? "");
    },
    failing: [{ userId: "api", userName: "reader", engine: "valkey", authenticationMode: { type: "iam" } }],
    passing: [{ userId: "api", userName: "api", engine: "valkey", authenticationMode: { type: "iam" } }],
  },
];
