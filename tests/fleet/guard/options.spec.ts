import assert from "node:assert/strict";
import { buildFleetGraph } from "../../../fleet/graph";
import type { FleetGraph } from "../../../fleet/graph";
import { tellLoss } from "../../../fleet/guard";
import { lossesOf, plannedSteps, varied } from "../planned";
import type { PlannedStep } from "../planned";

type Change = readonly [from: string, to: string];

/** Options that an environment may change while it holds data: what changes in prod.yaml, and what that must update. */
const MUTABLE: readonly (readonly [option: string, change: Change, updated: string])[] = [
  [
    "events a second, by which streams have shards",
    ["eventsPerSecond: 20000", "eventsPerSecond: 12000"],
    "aws:kinesis/stream:Stream",
  ],
  ["recommendations a second", ["recommendationsPerSecond: 4000", "recommendationsPerSecond: 3000"], ""],
  [
    "retention of the lake",
    ["retentionDays: 395", "retentionDays: 200"],
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  ],
  [
    "time to live of recommendations, taken away",
    ["consistency: eventual, ttlDays: 14", "consistency: eventual"],
    "aws:dynamodb/table:Table",
  ],
  [
    "the cache's node type",
    ["nodeType: cache.r7g.large", "nodeType: cache.r7g.xlarge"],
    "aws:elasticache/replicationGroup:ReplicationGroup",
  ],
  [
    "the cache's replicas",
    ["replicasPerShard: 2", "replicasPerShard: 1"],
    "aws:elasticache/replicationGroup:ReplicationGroup",
  ],
  ["the warehouse's nodes", ["nodes: 3", "nodes: 4"], "aws:redshift/cluster:Cluster"],
  ["the warehouse's node type", ["nodeType: ra3.4xlarge", "nodeType: ra3.16xlarge"], "aws:redshift/cluster:Cluster"],
  ["the warehouse's snapshots", ["rpoMinutes: 480", "rpoMinutes: 600"], ""],
  ["search's engine, upgraded", ["OpenSearch_3.1", "OpenSearch_3.3"], "aws:opensearch/domain:Domain"],
  ["search's instance type", ["r7g.xlarge.search", "r7g.2xlarge.search"], "aws:opensearch/domain:Domain"],
  ["search's data nodes", ["dataNodes: 3", "dataNodes: 30"], "aws:opensearch/domain:Domain"],
  ["the owner's address", ["ownerEmail: data-platform-oncall@example.com", "ownerEmail: others@example.com"], ""],
  ["a function before the stream", ["tables: {", "ingest: { collector: function }\ntables: {"], ""],
  ["a cluster of each run's own", ["etl: {", "etl: { mode: transient, "], ""],
  ["ETL without a cluster", ["etl: {", "etl: { mode: serverless, "], ""],
  [
    "a live table",
    ["tables: {", "lake: { liveTable: true }\ntables: {"],
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  ],
  ["lists of the lake, taken away", ["tables: {", "lake: { inventory: none }\ntables: {"], ""],
  ["instances that stand ready", ["maxInstances: 12 }", "maxInstances: 12, warmInstances: 3 }"], ""],
  [
    "the warehouse's queues",
    ["rpoMinutes: 480", "rpoMinutes: 480, queues: one"],
    "aws:redshift/parameterGroup:ParameterGroup",
  ],
  ["a region's share", ["zone: us, share: 25", "zone: us, share: 20"], ""],
];

/** Options for which AWS makes the store anew, or another one: the guard must name these properties, or the deletion. */
const FORCED: readonly (readonly [option: string, change: Change, refused: readonly RegExp[]])[] = [
  [
    "a lock on a bucket that stands",
    ["tables: {", "lake: { objectLock: { raw: { mode: governance, days: 30 } } }\ntables: {"],
    [/replace aws:s3\/bucket:Bucket lake-raw, .* forced by objectLockEnabled$/],
  ],
  [
    "the prefix of every name",
    ["prefix: meridian", "prefix: other"],
    [
      /replace aws:dynamodb\/table:Table tables-us-profiles, .* forced by name$/,
      /replace aws:kinesis\/stream:Stream .* forced by name$/,
      /replace aws:s3\/bucket:Bucket lake-raw, .* forced by bucket$/,
      /replace aws:redshift\/cluster:Cluster .* forced by .*clusterIdentifier/,
      /replace aws:elasticache\/replicationGroup:ReplicationGroup .* forced by .*replicationGroupId/,
      /replace aws:opensearch\/domain:Domain .* forced by .*domainName/,
      /replace aws:ecr\/repository:Repository .* forced by name$/,
    ],
  ],
  [
    "the domain's name",
    ["domain: meridian.example.com", "domain: other.example.com"],
    [/replace aws:route53\/zone:Zone .* forced by name$/],
  ],
  [
    "the cache's engine, taken back",
    ["engine: valkey", "engine: redis"],
    [/replace aws:elasticache\/replicationGroup:ReplicationGroup .* forced by .*engine/],
  ],
  [
    "the cache without replicas",
    [
      "engine: valkey, mode: regional, nodeType: cache.r7g.large, replicasPerShard: 2",
      "engine: memcached, mode: regional, nodeType: cache.r7g.large",
    ],
    [/delete aws:elasticache\/replicationGroup:ReplicationGroup/],
  ],
  [
    "the warehouse without a cluster",
    [
      "{ mode: provisioned, nodeType: ra3.4xlarge, nodes: 3, rpoMinutes: 480 }",
      "{ mode: serverless, baseCapacityRpu: 128, rpoMinutes: 480 }",
    ],
    [/delete aws:redshift\/cluster:Cluster/, /delete aws:cloudwatch\/logGroup:LogGroup warehouse-userlog/],
  ],
  [
    "search's engine, taken back",
    ["OpenSearch_3.1", "OpenSearch_2.19"],
    [/replace aws:opensearch\/domain:Domain .* forced by engineVersion$/],
  ],
];

describe("an option of prod.yaml", function () {
  let prod: FleetGraph;

  before(async () => {
    prod = await buildFleetGraph(varied("prod"));
  });

  async function planOf(change: Change): Promise<readonly PlannedStep[]> {
    return plannedSteps(prod, await buildFleetGraph(varied("prod", change)));
  }

  const told = (steps: readonly PlannedStep[]): readonly string[] =>
    lossesOf(steps).map((loss) => tellLoss(loss).slice(0, 2).join(" ").replace(/ {2,}/g, " "));

  for (const [option, change, updated] of MUTABLE) {
    it(`changes in place: ${option}`, async () => {
      const steps = await planOf(change);
      assert.ok(steps.length > 0, "it changes nothing");
      assert.deepEqual(told(steps), []);
      if (updated !== "") {
        const ops = new Set(steps.filter(({ node }) => node.type === updated).map(({ op }) => op));
        assert.deepEqual([...ops], ["update"]);
      }
    });
  }

  for (const [option, change, refused] of FORCED) {
    it(`is refused with the properties named: ${option}`, async () => {
      const losses = told(await planOf(change));
      for (const pattern of refused) {
        assert.ok(
          losses.some((loss) => pattern.test(loss)),
          `${String(pattern)} in\n${losses.join("\n")}`,
        );
      }
    });
  }
});
