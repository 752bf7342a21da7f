import { BUCKETS, REPLICATIONS, activeRules, partsOf } from "../kit/buckets";
import type { Rule } from "../kit/rule";
import { at, isBlock, isOn, isSet } from "../kit/value";

const VERSIONINGS = ["aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"];

/** S3. */
export const s3VersionedWhereReplicated: Rule = {
  id: "S3",
  name: "s3-versioned-where-replicated",
  title: "S3 buckets that replicate are versioned",
  severity: "high",
  level: "remediate",
  source: ["CKV_AWS_21"],
  why: "AWS refuses replication without versions; and without them a deletion or a bad write is copied and cannot be undone.",
  fix: 'Give the bucket a BucketVersioning with versioningConfiguration.status "Enabled".',
  spares: "Buckets that replicate nothing, such as the one for access logs.",
  unknowns: "A bucket in another stack is judged over all stacks, not here.",
  types: [...BUCKETS, ...REPLICATIONS, ...VERSIONINGS],
  checkStack(graph, judge) {
    for (const replication of graph.of(...REPLICATIONS)) {
      if (activeRules(replication.props).length === 0) continue;
      for (const bucket of graph.linked(replication, "bucket", ...BUCKETS)) {
        const versionings = partsOf(graph, bucket, ...VERSIONINGS);
        const enabled = versionings.some(({ props }) => at(props, "versioningConfiguration.status") === "Enabled");
        if (!enabled && !isOn(at(bucket.props, "versioning.enabled"))) {
          const [versioning] = versionings;
          if (versioning === undefined) judge.against(bucket, "BucketVersioning", "one that is Enabled", undefined);
          else judge.against(versioning, "versioningConfiguration.status", '"Enabled"');
        }
      }
    }
  },
  check(bucket, judge) {
    if (!BUCKETS.includes(bucket.type) || !isSet(bucket.props["replicationConfiguration"])) return;
    judge.require(isOn(at(bucket.props, "versioning.enabled")), bucket, "versioning.enabled", "true");
  },
  remediate({ type, props }) {
    if (!BUCKETS.includes(type) || !isSet(props["replicationConfiguration"])) return undefined;
    const versioning = props["versioning"];
    if (isOn(at(versioning, "enabled"))) return undefined;
    return { versioning: { ...(isBlock(versioning) ? versioning : {}), enabled: true } };
  },
};
