import { list, number, text } from "../value";
import { each, grouped, perAccount, perRegion, sum } from "./quota";
import type { Count, Plan, PlannedResource, Quota } from "./quota";

const TABLE = "aws:dynamodb/table:Table";
const TARGET = "aws:appautoscaling/target:Target";
const CACHE = "aws:elasticache/replicationGroup:ReplicationGroup";
const WAREHOUSE = "aws:redshift/cluster:Cluster";
const DOMAIN = "aws:opensearch/domain:Domain";
const CATALOG_TABLE = "aws:glue/catalogTable:CatalogTable";
const DYNAMODB_QUOTAS = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html";
const ELASTICACHE_QUOTAS = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html";
const REDSHIFT_QUOTAS = "https://docs.aws.amazon.com/redshift/latest/mgmt/amazon-redshift-limits.html";
const OPENSEARCH_QUOTAS = "https://docs.aws.amazon.com/general/latest/gr/opensearch-service.html";
const GLUE_QUOTAS = "https://docs.aws.amazon.com/general/latest/gr/glue.html";

/** Tables of a region: those made in it, and replicas there of tables made elsewhere. */
function tablesIn(plan: Plan): readonly PlannedResource[] {
  const replicated = plan
    .everywhere(TABLE)
    .filter(
      ({ region, inputs }) =>
        region !== plan.region &&
        list(inputs, "replicas").some((replica) => text(replica, "regionName") === plan.region),
    );
  return [...plan.of(TABLE), ...replicated];
}

/** Units a second that a table may come to: provisioned or auto-scaled, or the most that an on-demand table allows itself. */
function throughput(plan: Plan, kind: "Read" | "Write", table: PlannedResource): number {
  const lower = kind.toLowerCase();
  if (text(table.inputs, "billingMode") === "PAY_PER_REQUEST")
    return Math.max(0, number(table.inputs, `onDemandThroughput.max${kind}RequestUnits`) ?? 0);
  const scaled = plan
    .of(TARGET)
    .filter(({ inputs }) => text(inputs, "scalableDimension") === `dynamodb:table:${kind}CapacityUnits`)
    .filter(({ inputs }) => text(inputs, "resourceId") === `table/${text(table.inputs, "name") ?? ""}`)
    .map(({ inputs }) => number(inputs, "maxCapacity") ?? 0);
  return Math.max(number(table.inputs, `${lower}Capacity`) ?? 0, ...scaled);
}

function tableThroughput(kind: "Read" | "Write", code: string): Quota {
  return {
    id: `dynamodb-table-${kind.toLowerCase()}`,
    service: "dynamodb",
    code,
    name: `Table-level ${kind.toLowerCase()} throughput limit`,
    byDefault: 40_000,
    unit: "request units/s",
    adjustable: true,
    scope: "resource",
    source: DYNAMODB_QUOTAS,
    counts: "the maximum that a table states, in either billing mode",
    types: [TABLE, TARGET],
    count: (plan) => each(tablesIn(plan), (table) => throughput(plan, kind, table)),
  };
}

function accountThroughput(kind: "Read" | "Write", code: string): Quota {
  return {
    id: `dynamodb-account-${kind.toLowerCase()}`,
    service: "dynamodb",
    code,
    name: `Account-level ${kind.toLowerCase()} throughput limit (Provisioned mode)`,
    byDefault: 80_000,
    unit: "capacity units",
    adjustable: true,
    scope: "region",
    source: DYNAMODB_QUOTAS,
    counts: "tables of provisioned mode",
    types: [TABLE, TARGET],
    count: (plan) =>
      sum(
        tablesIn(plan).filter(({ inputs }) => text(inputs, "billingMode") !== "PAY_PER_REQUEST"),
        (table) => throughput(plan, kind, table),
      ),
  };
}

/** Nodes of a replication group: shards times a primary and its replicas. */
const cacheNodes = ({ inputs }: PlannedResource): number =>
  number(inputs, "numCacheClusters") ??
  (number(inputs, "numNodeGroups") ?? 1) * (1 + (number(inputs, "replicasPerNodeGroup") ?? 0));

/** Nodes of a domain: data, dedicated masters, warm. */
const domainNodes = ({ inputs }: PlannedResource): number =>
  (number(inputs, "clusterConfig.instanceCount") ?? 1) +
  (number(inputs, "clusterConfig.dedicatedMasterCount") ?? 0) +
  (number(inputs, "clusterConfig.warmCount") ?? 0);

const warehouseNodes = ({ inputs }: PlannedResource): number => number(inputs, "numberOfNodes") ?? 1;

const glueTables = (plan: Plan): readonly Count[] =>
  grouped(plan.of(CATALOG_TABLE), ({ inputs }) => text(inputs, "databaseName") ?? "a database");

/** S3, DynamoDB, ElastiCache, Redshift, OpenSearch, Glue, Athena. */
export const STORES: readonly Quota[] = [
  perAccount({
    id: "s3-buckets",
    service: "s3",
    code: "L-DC2B2D3D",
    name: "General purpose buckets",
    byDefault: 10_000,
    unit: "buckets",
    adjustable: true,
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/BucketRestrictions.html",
    types: ["aws:s3/bucket:Bucket"],
  }),
  {
    id: "dynamodb-tables",
    service: "dynamodb",
    code: "L-F98FE922",
    name: "Maximum number of tables",
    byDefault: 2500,
    unit: "tables",
    adjustable: true,
    scope: "region",
    source: DYNAMODB_QUOTAS,
    counts: "each one, and replicas of tables made elsewhere",
    types: [TABLE],
    count: (plan) => sum(tablesIn(plan)),
  },
  tableThroughput("Read", "L-CF0CBE56"),
  tableThroughput("Write", "L-AB614373"),
  accountThroughput("Read", "L-34F6A552"),
  accountThroughput("Write", "L-34F8CCC8"),
  {
    id: "dynamodb-indexes",
    service: "dynamodb",
    code: "L-F7858A77",
    name: "Global Secondary Indexes per table",
    byDefault: 20,
    unit: "indexes",
    adjustable: true,
    scope: "resource",
    source: DYNAMODB_QUOTAS,
    counts: "by table",
    types: [TABLE],
    count: (plan) => each(plan.of(TABLE), ({ inputs }) => list(inputs, "globalSecondaryIndexes").length),
  },
  perRegion(
    {
      id: "elasticache-nodes",
      service: "elasticache",
      code: "L-DFE45DF3",
      name: "Nodes per Region",
      byDefault: 300,
      unit: "nodes",
      adjustable: true,
      source: ELASTICACHE_QUOTAS,
      counts: "shards times a primary and its replicas",
      types: [CACHE],
    },
    cacheNodes,
  ),
  {
    id: "elasticache-nodes-per-cluster",
    service: "elasticache",
    code: "L-AF354865",
    name: "Nodes per cluster (cluster mode enabled)",
    byDefault: 90,
    unit: "nodes",
    adjustable: true,
    scope: "resource",
    source: ELASTICACHE_QUOTAS,
    counts: "by replication group",
    types: [CACHE],
    count: (plan) => each(plan.of(CACHE), cacheNodes),
  },
  perRegion({
    id: "elasticache-parameter-groups",
    service: "elasticache",
    code: "L-3F15A733",
    name: "Parameter groups per Region",
    byDefault: 300,
    unit: "groups",
    adjustable: true,
    source: ELASTICACHE_QUOTAS,
    types: ["aws:elasticache/parameterGroup:ParameterGroup"],
  }),
  perRegion({
    id: "elasticache-subnet-groups",
    service: "elasticache",
    code: "L-3E7F7726",
    name: "Subnet groups per Region",
    byDefault: 300,
    unit: "groups",
    adjustable: true,
    source: ELASTICACHE_QUOTAS,
    types: ["aws:elasticache/subnetGroup:SubnetGroup"],
  }),
  perRegion({
    id: "elasticache-users",
    service: "elasticache",
    code: "L-80E085C7",
    name: "Users per Region",
    byDefault: 2000,
    unit: "users",
    adjustable: true,
    source: ELASTICACHE_QUOTAS,
    types: ["aws:elasticache/user:User"],
  }),
  perRegion(
    {
      id: "redshift-nodes",
      service: "redshift",
      code: "L-F9D462EE",
      name: "Nodes",
      byDefault: 200,
      unit: "nodes",
      adjustable: true,
      source: REDSHIFT_QUOTAS,
      counts: "compute nodes of all clusters",
      types: [WAREHOUSE],
    },
    warehouseNodes,
  ),
  {
    id: "redshift-ra3-nodes-per-cluster",
    service: "redshift",
    code: "L-93AC8AE6",
    name: "RA3 nodes in a cluster",
    byDefault: 128,
    unit: "nodes",
    adjustable: true,
    scope: "resource",
    source: REDSHIFT_QUOTAS,
    counts: "by cluster of RA3 nodes",
    types: [WAREHOUSE],
    count: (plan) =>
      each(
        plan.of(WAREHOUSE).filter(({ inputs }) => text(inputs, "nodeType")?.startsWith("ra3.") === true),
        warehouseNodes,
      ),
  },
  {
    id: "redshift-snapshots",
    service: "redshift",
    code: "L-2E428669",
    name: "Snapshots",
    byDefault: 20,
    unit: "manual snapshots",
    adjustable: true,
    scope: "region",
    source: REDSHIFT_QUOTAS,
    counts: "the final snapshot of each cluster that leaves one; automated ones do not count",
    types: [WAREHOUSE],
    count: (plan) => sum(plan.of(WAREHOUSE).filter(({ inputs }) => inputs["skipFinalSnapshot"] !== true)),
  },
  perRegion({
    id: "redshift-subnet-groups",
    service: "redshift",
    code: "L-BE12F428",
    name: "Subnet groups",
    byDefault: 20,
    unit: "groups",
    adjustable: true,
    source: REDSHIFT_QUOTAS,
    types: ["aws:redshift/subnetGroup:SubnetGroup"],
  }),
  perRegion({
    id: "redshift-parameter-groups",
    service: "redshift",
    code: undefined,
    name: "Parameter groups",
    byDefault: 20,
    unit: "groups",
    adjustable: false,
    source: REDSHIFT_QUOTAS,
    types: ["aws:redshift/parameterGroup:ParameterGroup"],
  }),
  perRegion({
    id: "opensearch-domains",
    service: "es",
    code: "L-076D529E",
    name: "Domains per Region",
    byDefault: 100,
    unit: "domains",
    adjustable: true,
    source: OPENSEARCH_QUOTAS,
    types: [DOMAIN],
  }),
  {
    id: "opensearch-instances-per-domain",
    service: "es",
    code: "L-6408ABDE",
    name: "Instances per domain",
    byDefault: 80,
    unit: "instances",
    adjustable: true,
    scope: "resource",
    source: OPENSEARCH_QUOTAS,
    counts: "data, dedicated master and warm nodes of a domain",
    types: [DOMAIN],
    count: (plan) => each(plan.of(DOMAIN), domainNodes),
  },
  perRegion({
    id: "glue-databases",
    service: "glue",
    code: "L-F953935E",
    name: "Max databases per account",
    byDefault: 10_000,
    unit: "databases",
    adjustable: true,
    source: GLUE_QUOTAS,
    types: ["aws:glue/catalogDatabase:CatalogDatabase"],
  }),
  {
    id: "glue-tables-per-database",
    service: "glue",
    code: "L-B8497671",
    name: "Max tables per database",
    byDefault: 200_000,
    unit: "tables",
    adjustable: true,
    scope: "resource",
    source: GLUE_QUOTAS,
    counts: "by database",
    types: [CATALOG_TABLE],
    count: glueTables,
  },
  perRegion({
    id: "glue-tables",
    service: "glue",
    code: "L-94D025B7",
    name: "Max tables per account",
    byDefault: 1_000_000,
    unit: "tables",
    adjustable: true,
    source: GLUE_QUOTAS,
    types: [CATALOG_TABLE],
  }),
  perRegion({
    id: "athena-workgroups",
    service: "athena",
    code: undefined,
    name: "Workgroups per account and Region",
    byDefault: 1000,
    unit: "workgroups",
    adjustable: false,
    source: "https://docs.aws.amazon.com/athena/latest/ug/service-limits.html",
    types: ["aws:athena/workgroup:Workgroup"],
  }),
];
