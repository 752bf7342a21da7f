import { list, show, text, at } from "../graph";
import { regionOfArn, regionOfBucket } from "./places";
import type { FleetRule } from "./rule";

/** S6. */
export const replicaKey: FleetRule = {
  id: "S6",
  name: "fleet-s3-replica-key",
  title: "A replica is encrypted by a key of the region that it stands in",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "S3 refuses a key of another region, object by object and hours later; and a replica whose key is lost with the source's region is no replica.",
  fix: "Give `replicaKmsKeyId` a key of the destination's region",
  check(fleet, judge) {
    for (const node of fleet.graph.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig")) {
      for (const [index, rule] of list(node.inputs, "rules").entries()) {
        const destination = text(rule, "destination.bucket");
        const to = destination === undefined ? undefined : regionOfBucket(fleet, destination);
        const path = "destination.encryptionConfiguration.replicaKmsKeyId";
        const key = regionOfArn(text(rule, path));
        if (key !== undefined && key === to) continue;
        judge.against(
          node,
          `rules.${index}.${path}`,
          `a key in ${to ?? "the destination's region"}`,
          key ?? show(at(rule, path)),
        );
      }
    }
  },
};
