/** A type whose resources hold what cannot be made again by applying the program once more. */
export interface Store {
  /** Type token. */
  readonly type: string;
  /** What goes with a resource of the type when it is replaced or deleted, as a noun. */
  readonly holds: string;
  /**
   * Properties that AWS has no call to change, though the plugin plans an update, with what would come of it. A planned
   * change of one counts as a replacement: nothing else gives what the program asks for.
   */
  readonly fixed?: Readonly<Record<string, string>>;
  /** Only what the program protects is a store; the type's others can be made again. @default false */
  readonly onlyProtected?: boolean;
}

/**
 * Every store that the fleet may have. Not here: what is made anew from a program and a store (functions, endpoints and
 * their configurations of hashed names, pipelines, catalogues, networks, clusters that compute), and the settings of a
 * store, which its own entry stands for.
 */
export const STORES: readonly Store[] = [
  { type: "aws:dynamodb/table:Table", holds: "items, in every replica, and their point-in-time backups" },
  { type: "aws:dynamodb/globalTable:GlobalTable", holds: "items, in every replica" },
  { type: "aws:dynamodb/tableReplica:TableReplica", holds: "the items' copy in its region" },
  { type: "aws:s3/bucket:Bucket", holds: "objects and their versions" },
  { type: "aws:s3tables/tableBucket:TableBucket", holds: "tables and their snapshots" },
  { type: "aws:kinesis/stream:Stream", holds: "records of the retention period, not all of them delivered yet" },
  { type: "aws:msk/cluster:Cluster", holds: "records of the retention period, not all of them delivered yet" },
  { type: "aws:msk/serverlessCluster:ServerlessCluster", holds: "records of the retention period" },
  {
    type: "aws:redshift/cluster:Cluster",
    holds: "the warehouse's tables and automated snapshots",
    fixed: {
      // Source: ModifyCluster, API reference: it has no DBName, and the plugin's update sends none.
      databaseName: "the database of the new name would never be made",
    },
  },
  { type: "aws:redshiftserverless/namespace:Namespace", holds: "the warehouse's tables and recovery points" },
  {
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    holds: "the warm cache: every read falls on the tables",
  },
  { type: "aws:elasticache/cluster:Cluster", holds: "the warm cache: every read falls on the tables" },
  { type: "aws:elasticache/serverlessCache:ServerlessCache", holds: "the warm cache: every read falls on the tables" },
  {
    type: "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
    holds: "the link by which the secondary regions are kept current",
  },
  { type: "aws:opensearch/domain:Domain", holds: "indexes and their snapshots" },
  { type: "aws:opensearch/serverlessCollection:ServerlessCollection", holds: "indexes" },
  { type: "aws:kms/key:Key", holds: "what decrypts all that was ever encrypted with it" },
  { type: "aws:kms/replicaKey:ReplicaKey", holds: "what decrypts, in its region, all that was encrypted with it" },
  { type: "aws:secretsmanager/secret:Secret", holds: "a value that may be kept nowhere else" },
  { type: "aws:sagemaker/featureGroup:FeatureGroup", holds: "feature records, online and offline" },
  { type: "aws:efs/fileSystem:FileSystem", holds: "files" },
  { type: "aws:ecr/repository:Repository", holds: "images that run, and those to go back to" },
  {
    type: "aws:route53/zone:Zone",
    holds: "name servers that the parent domain points at: the whole domain stops resolving",
  },
  {
    type: "aws:cloudwatch/logGroup:LogGroup",
    holds: "an audit trail: who reached what, and what was let through",
    onlyProtected: true,
  },
];

const BY_TYPE: ReadonlyMap<string, Store> = new Map(STORES.map((store) => [store.type, store]));

/** What is known of a resource that holds data, by its type and whether its program protects it; nothing for all others. */
export function storeOf(type: string, isProtected: boolean): Store | undefined {
  const store = BY_TYPE.get(type);
  return store?.onlyProtected === true && !isProtected ? undefined : store;
}
