import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../kit/arn";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { wantInteger, wantMatch } from "../kit/want";
import { checkLogKey, createLogGroup } from "../parts/log-group";
import { CacheRef } from "../parts/refs/cache";
import type { KeyRef } from "../parts/refs/key";
import { createClosedGroup } from "../parts/security-group";

/** A replicated, sharded store with automatic failover and IAM authentication. */
export interface ReplicatedCache {
  readonly engine: "valkey" | "redis";
  /** @default `8.0` for Valkey, `7.1` for Redis */
  readonly engineVersion?: string;
  readonly shards: number;
  /** 1 to 5: the first replica is what makes failover possible. */
  readonly replicasPerShard: number;
  /** Daily snapshots kept, days. @default 1 */
  readonly snapshotRetentionDays?: number;
}

/** Plain cache nodes without replication: a lost node loses its part of the keys. */
export interface MemcachedCache {
  readonly engine: "memcached";
  /** @default `1.6.22` */
  readonly engineVersion?: string;
  /** 1 to 40; over zones when more than one. */
  readonly nodes: number;
}

export type CacheEngine = ReplicatedCache | MemcachedCache;

/** Arguments of {@link Cache}. */
export interface CacheArgs {
  readonly scope: Scope;
  readonly engine: CacheEngine;
  /** E.g. `cache.r7g.large`. */
  readonly nodeType: string;
  readonly vpcId: pulumi.Input<string>;
  /** Isolated or private subnets, in at least two zones. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Of data, snapshots and the slow log, which shows keys. Its policy admits CloudWatch Logs. */
  readonly key: KeyRef;
  /** Milliseconds after which a command is logged as slow. @default 10 */
  readonly slowCommandMilliseconds?: number;
  /** Topic that gets failovers. @default none */
  readonly notificationTopicArn?: pulumi.Input<string>;
}

/** Limits of a replication group: docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html */
const SHARDS = { min: 1, max: 500 } as const;
const REPLICAS = { min: 1, max: 5 } as const;
const MEMCACHED_NODES = { min: 1, max: 40 } as const;
const SNAPSHOT_DAYS = { min: 1, max: 35 } as const;

const VERSIONS = { valkey: "8.0", redis: "7.1", memcached: "1.6.22" } as const;
const PORTS = { valkey: 6379, redis: 6379, memcached: 11211 } as const;

/** Keys under which the API keeps its lists; its user may touch no others. */
export const KEY_PREFIX = "rec:";

/** What the API's user may do: its own keys, reads and writes, and what a client of a sharded cache asks of it. valkey.io/topics/acl */
export const API_ACCESS = `on ~${KEY_PREFIX}* resetchannels -@all +@connection +@read +@string +@hash +del +unlink +expire +cluster|slots +cluster|shards +cluster|nodes`;

/** Findings about the arguments, all of them. */
export function checkCache(args: CacheArgs): Finding[] {
  const { engine } = args;
  return [
    ...wantMatch(
      "nodeType",
      args.nodeType,
      /^cache\.[a-z0-9]+\.[a-z0-9]+$/,
      "a cache node type such as cache.r7g.large",
    ),
    ...checkLogKey("key", args.key),
    ...wantInteger("slowCommandMilliseconds", args.slowCommandMilliseconds ?? 10, "milliseconds", { min: 1 }),
    ...(engine.engine === "memcached"
      ? [...wantInteger("engine.nodes", engine.nodes, "nodes", MEMCACHED_NODES), ...beyondMemcached(engine)]
      : [
          ...wantInteger("engine.shards", engine.shards, "shards", SHARDS),
          ...wantInteger("engine.replicasPerShard", engine.replicasPerShard, "replicas", REPLICAS),
          ...wantInteger("engine.snapshotRetentionDays", engine.snapshotRetentionDays ?? 1, "days", SNAPSHOT_DAYS),
        ]),
  ];
}

/** What the other engines do and Memcached cannot: docs.aws.amazon.com/AmazonElastiCache/latest/dg/SelectEngine.html */
const BEYOND_MEMCACHED: Readonly<Record<string, string>> = {
  shards: "nodes: Memcached's clients spread the keys over them",
  replicasPerShard: "nodes: Memcached does not replicate",
  snapshotRetentionDays: "nothing: Memcached takes no snapshots",
};

/** The types leave these out; a topology or a program without types may not. */
function beyondMemcached(engine: MemcachedCache): Finding[] {
  return Object.entries(engine).flatMap(([name, value]) => {
    const want = BEYOND_MEMCACHED[name];
    return want === undefined || value === undefined ? [] : [finding(`engine.${name}`, want, value)];
  });
}

/**
 * The cache before the recommendations table. Valkey or Redis: sharded, one primary and replicas a shard over zones,
 * TLS, encrypted, callers known by IAM (no password exists). Each region fills its own, and is never a secondary of
 * a global datastore: that takes no writes, and ElastiCache promotes none by itself when the primary region is lost. What is
 * lost is read again from the table. Memcached: the typed alternative for plain caching.
 * @throws InputPropertiesError listing every bad argument.
 */
export class Cache extends pulumi.ComponentResource {
  /** Host name that clients connect to first. */
  readonly endpoint: pulumi.Output<string>;
  readonly port: number;
  readonly securityGroupId: pulumi.Output<string>;
  /** Name by which CloudWatch and IAM know the store. */
  readonly cacheName: string;
  /** What clients of the cache need. */
  readonly ref: CacheRef;
  /** User name of the API; empty for Memcached. */
  readonly userName: string;
  /** Node names as CloudWatch's `CacheClusterId` has them. */
  readonly nodeNames: readonly string[];

  constructor(name: string, args: CacheArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Cache ${name}`, checkCache(args));
    super("meridian:cache:Cache", name, {}, opts);

    const { scope, engine } = args;
    this.cacheName = nameOf(scope, "cache", "cacheCluster");
    this.port = PORTS[engine.engine];
    const network = this.createNetwork(name, args);
    this.securityGroupId = network.securityGroup.id;

    if (engine.engine === "memcached") {
      this.endpoint = this.createMemcached(name, args, engine, network);
      this.userName = "";
    } else {
      const user = nameOf(scope, "api", "cacheCluster");
      const userGroup = this.createUsers(name, args, engine, user);
      const log = this.createSlowLog(name, args);
      this.endpoint = this.createReplicationGroup(name, args, engine, { network, userGroup, log });
      this.userName = user;
    }
    this.nodeNames = nodeNames(this.cacheName, engine);
    const connectArns =
      engine.engine === "memcached"
        ? []
        : [`replicationgroup:${this.cacheName}`, `user:${this.userName}`].map((id) => arnOf(scope, "elasticache", id));
    const { endpoint, port, securityGroupId, cacheName, userName } = this;
    this.ref = new CacheRef({ endpoint, port, securityGroupId, cacheName, userName, connectArns });
    this.registerOutputs({
      endpoint: this.endpoint,
      port: this.port,
      securityGroupId: this.securityGroupId,
      cacheName: this.cacheName,
      connectArns,
      userName: this.userName,
      nodeNames: this.nodeNames,
    });
  }

  private createNetwork(name: string, args: CacheArgs): Network {
    const securityGroup = createClosedGroup(
      name,
      {
        scope: args.scope,
        part: "cache",
        description: "Cache nodes: named clients only, nothing goes out",
        vpcId: args.vpcId,
      },
      this,
    );
    const subnetGroup = new aws.elasticache.SubnetGroup(
      name,
      { name: this.cacheName, description: "Cache nodes", subnetIds: args.subnetIds },
      { parent: this },
    );
    return { securityGroup, subnetGroup };
  }

  /** The API's user: known by IAM, its own keys, reads and writes only. */
  private createUsers(
    name: string,
    args: CacheArgs,
    { engine }: ReplicatedCache,
    userName: string,
  ): aws.elasticache.UserGroup {
    const api = new aws.elasticache.User(
      `${name}-api`,
      {
        userId: userName,
        // With IAM authentication both must be equal: docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
        userName,
        engine,
        accessString: API_ACCESS,
        authenticationMode: { type: "iam" },
      },
      { parent: this },
    );
    // Redis wants a `default` user in each group; it is switched off. Valkey wants none.
    const others =
      engine === "redis"
        ? [
            new aws.elasticache.User(
              `${name}-default`,
              {
                userId: nameOf(args.scope, "off", "cacheCluster"),
                userName: "default",
                engine,
                accessString: "off ~* resetchannels -@all",
                authenticationMode: { type: "no-password-required" },
              },
              { parent: this },
            ),
          ]
        : [];
    return new aws.elasticache.UserGroup(
      name,
      { userGroupId: this.cacheName, engine, userIds: [api, ...others].map(({ userId }) => userId) },
      { parent: this },
    );
  }

  private createSlowLog(name: string, args: CacheArgs): aws.cloudwatch.LogGroup {
    const { scope, key } = args;
    return createLogGroup(`${name}-slow`, { scope, name: nameOf(scope, "cache-slow", "logGroup"), key }, this).group;
  }

  private createReplicationGroup(
    name: string,
    args: CacheArgs,
    engine: ReplicatedCache,
    { network, userGroup, log }: Parts,
  ): pulumi.Output<string> {
    const { scope } = args;
    const version = engine.engineVersion ?? VERSIONS[engine.engine];
    const parameters = new aws.elasticache.ParameterGroup(
      name,
      {
        name: this.cacheName,
        description: "Recommendations cache",
        family: `${engine.engine}${version.split(".")[0] ?? ""}`,
        parameters: [
          { name: "cluster-enabled", value: "yes" },
          // Lists are not equally wanted: keep what is read often.
          { name: "maxmemory-policy", value: "allkeys-lfu" },
          { name: "slowlog-log-slower-than", value: String((args.slowCommandMilliseconds ?? 10) * 1000) },
        ],
      },
      { parent: this },
    );
    const group = new aws.elasticache.ReplicationGroup(
      name,
      {
        replicationGroupId: this.cacheName,
        description: `Recommendations cache of ${scope.region}`,
        engine: engine.engine,
        engineVersion: version,
        nodeType: args.nodeType,
        port: this.port,
        clusterMode: "enabled",
        numNodeGroups: engine.shards,
        replicasPerNodeGroup: engine.replicasPerShard,
        automaticFailoverEnabled: true,
        multiAzEnabled: true,
        atRestEncryptionEnabled: true,
        kmsKeyId: args.key.arn,
        transitEncryptionEnabled: true,
        transitEncryptionMode: "required",
        userGroupIds: [userGroup.userGroupId],
        parameterGroupName: parameters.name,
        subnetGroupName: network.subnetGroup.name,
        securityGroupIds: [network.securityGroup.id],
        logDeliveryConfigurations: [
          { destinationType: "cloudwatch-logs", destination: log.name, logFormat: "json", logType: "slow-log" },
        ],
        notificationTopicArn: args.notificationTopicArn,
        snapshotRetentionLimit: engine.snapshotRetentionDays ?? 1,
        snapshotWindow: "03:00-04:00",
        maintenanceWindow: "sun:05:00-sun:06:00",
        autoMinorVersionUpgrade: true,
        applyImmediately: false,
        tags: dataTags("behaviour"),
      },
      { parent: this, ...keepData(scope) },
    );
    return group.configurationEndpointAddress;
  }

  private createMemcached(
    name: string,
    args: CacheArgs,
    engine: MemcachedCache,
    network: Network,
  ): pulumi.Output<string> {
    const version = engine.engineVersion ?? VERSIONS.memcached;
    const cluster = new aws.elasticache.Cluster(
      name,
      {
        clusterId: this.cacheName,
        engine: "memcached",
        engineVersion: version,
        nodeType: args.nodeType,
        numCacheNodes: engine.nodes,
        azMode: engine.nodes > 1 ? "cross-az" : "single-az",
        port: this.port,
        parameterGroupName: `default.memcached${version.split(".").slice(0, 2).join(".")}`,
        subnetGroupName: network.subnetGroup.name,
        securityGroupIds: [network.securityGroup.id],
        transitEncryptionEnabled: true,
        notificationTopicArn: args.notificationTopicArn,
        maintenanceWindow: "sun:05:00-sun:06:00",
        applyImmediately: false,
        tags: dataTags("behaviour"),
      },
      { parent: this, ...keepData(args.scope) },
    );
    return cluster.configurationEndpoint;
  }
}

/** Names that ElastiCache gives to the nodes: `<group>-0001-001` for the first node of the first shard. */
function nodeNames(cacheName: string, engine: CacheEngine): string[] {
  if (engine.engine === "memcached") return [cacheName];
  const pad = (index: number, width: number): string => String(index + 1).padStart(width, "0");
  return Array.from({ length: engine.shards }, (_, shard) =>
    Array.from({ length: engine.replicasPerShard + 1 }, (_, node) => `${cacheName}-${pad(shard, 4)}-${pad(node, 3)}`),
  ).flat();
}

interface Network {
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly subnetGroup: aws.elasticache.SubnetGroup;
}

interface Parts {
  readonly network: Network;
  readonly userGroup: aws.elasticache.UserGroup;
  readonly log: aws.cloudwatch.LogGroup;
}
