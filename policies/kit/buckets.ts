import type { Graph, Resource } from "./resource";
import { isBlock, list, type Properties } from "./value";

/** The bucket's type, and the type it had before pulumi-aws v7. */
export const BUCKETS: readonly string[] = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];

/** Types that give a bucket's replication. */
export const REPLICATIONS: readonly string[] = ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"];

/** The buckets of a stack. */
export function buckets(graph: Graph): readonly Resource[] {
  return graph.of(...BUCKETS);
}

/** The sub-resources of these types that belong to a bucket by their `bucket` property. */
export function partsOf(graph: Graph, bucket: Resource, ...types: readonly string[]): readonly Resource[] {
  return graph.linkedFrom(bucket, "bucket", ...types);
}

/** Replication rules that are in force. */
export function activeRules(replication: Properties): readonly { readonly index: number; readonly rule: Properties }[] {
  return list(replication, "rules").flatMap((rule, index) =>
    isBlock(rule) && rule["status"] !== "Disabled" ? [{ index, rule }] : [],
  );
}
