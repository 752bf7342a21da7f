import { at, isSet, list, text, type GraphNode, type StackGraph, type Value } from "../graph";
import { regionOfBucket, zonesOfSeveral } from "./places";
import type { Fleet, FleetRule } from "./rule";

const STREAM = "aws:kinesis/stream:Stream";
const DELIVERY = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const BUCKET = "aws:s3/bucket:Bucket";

/** K3. */
export const streamReplication: FleetRule = {
  id: "K3",
  name: "fleet-stream-replication",
  title: "What comes in by a region's stream is copied to another region of its zone",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "Kinesis copies nothing to another region: what stood on the stream of a lost region is lost unless somebody wrote it elsewhere.",
  fix: "Let a delivery stream write every event to a bucket that the mesh replicates within the zone",
  spares: "Zones of one region; environments with `failover: false`.",
  unknowns: "Bucket and stream of a delivery stream are told by what their ARNs are computed from.",
  check(fleet, judge) {
    for (const zone of zonesOfSeveral(fleet)) {
      for (const region of zone.regions) {
        const stack = fleet.graph.region(region);
        for (const stream of stack?.of(STREAM) ?? []) {
          const peers = stack === undefined ? [] : copiesOf(fleet, stack, stream);
          if (peers.some((peer) => zone.regions.some((member) => member === peer))) continue;
          judge.against(stream, "name", `a delivery to a bucket that is replicated within zone ${zone.zone}`, "none");
        }
      }
    }
  },
};

/** Regions to which the buckets are replicated that hold all of a stream. */
function copiesOf(fleet: Fleet, stack: StackGraph, stream: GraphNode): readonly string[] {
  return stack.of(DELIVERY).flatMap((delivery) => {
    if (!stack.linked(delivery, "kinesisSourceConfiguration", STREAM).includes(stream)) return [];
    // A delivery that transforms leaves records out.
    if (list(delivery.inputs, "extendedS3Configuration.processingConfiguration.processors").length > 0) return [];
    const prefix = text(delivery.inputs, "extendedS3Configuration.prefix") ?? "";
    return stack
      .linked(delivery, "extendedS3Configuration", BUCKET)
      .flatMap((bucket) => replicasOf(fleet, bucket, prefix));
  });
}

function replicasOf(fleet: Fleet, bucket: GraphNode, prefix: string): readonly string[] {
  const name = text(bucket.inputs, "bucket");
  return fleet.graph
    .of("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    .filter(({ inputs }) => name !== undefined && text(inputs, "bucket") === name)
    .flatMap(({ inputs }) => list(inputs, "rules"))
    .filter((rule) => text(rule, "status") === "Enabled" && covers(rule, prefix))
    .flatMap((rule) => regionOfBucket(fleet, text(rule, "destination.bucket") ?? "") ?? []);
}

/** Whether a replication rule takes all that is written under a prefix. */
function covers(rule: Value, prefix: string): boolean {
  if (isSet(at(rule, "filter.tag")) || isSet(at(rule, "filter.and"))) return false;
  const only = at(rule, "filter.prefix") ?? "";
  return typeof only === "string" && prefix.startsWith(only);
}
