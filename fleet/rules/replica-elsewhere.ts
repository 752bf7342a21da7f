import { list, text } from "../graph";
import { regionOfBucket } from "./places";
import type { FleetRule } from "./rule";

/** S4. */
export const replicaElsewhere: FleetRule = {
  id: "S4",
  name: "fleet-s3-replica-elsewhere",
  title: "A bucket's replica stands in another region than the bucket",
  severity: "high",
  level: "mandatory",
  source: ["S3.7 fixed"],
  why: "A copy in the same region is lost with it. The control S3.7 passes any bucket that replicates, wherever to; and a name does not say where a bucket stands.",
  fix: "Replicate to a bucket of another region",
  check(fleet, judge) {
    for (const node of fleet.graph.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig")) {
      const bucket = text(node.inputs, "bucket");
      const from = bucket === undefined ? undefined : regionOfBucket(fleet, bucket);
      for (const [index, rule] of list(node.inputs, "rules").entries()) {
        const destination = text(rule, "destination.bucket");
        const to = destination === undefined ? undefined : regionOfBucket(fleet, destination);
        if (from === undefined || to === undefined || from === to) {
          const want = `a bucket of the fleet in another region than ${from ?? "an unknown one"}`;
          judge.against(node, `rules.${index}.destination.bucket`, want, to ?? "an unknown place");
        }
      }
      if (from !== undefined && from !== node.region)
        judge.against(node, "region", `the bucket's region, ${from}`, node.region);
    }
  },
};
