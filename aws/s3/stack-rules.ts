import { text } from "../value";
import { absent, on, when } from "../rules/find";
import type { Node, StackRule } from "../rules/rule";
import { BUCKET, REPLICATION, VERSIONING, LOCK, REPLICATES, copy, replication } from "./rules";

/** The configuration of the same bucket. */
const ofBucket = (nodes: readonly Node[], bucket: string | undefined): Node | undefined =>
  bucket === undefined ? undefined : nodes.find(({ inputs }) => text(inputs, "bucket") === bucket);

/** S3: several resources. */
export const stackRules: readonly StackRule[] = [
  {
    id: "s3-versioned",
    types: [REPLICATION, LOCK],
    title: "A bucket that replicates or locks objects is versioned",
    source: REPLICATES,
    across({ inputs, type }, stack) {
      const bucket = text(inputs, "bucket");
      const versioning = ofBucket(stack.of(VERSIONING), bucket);
      const status = versioning === undefined ? undefined : text(versioning.inputs, "versioningConfiguration.status");
      const why = type === LOCK ? "object lock" : "replication";
      return when(
        status !== undefined && status !== "Enabled",
        inputs,
        "bucket",
        `a versioned bucket, with ${why}`,
        `${status ?? ""} versioning`,
      );
    },
    failing: [
      [
        { type: VERSIONING, inputs: { bucket: "lake", versioningConfiguration: { status: "Suspended" } } },
        { type: REPLICATION, inputs: replication(copy()) },
      ],
    ],
    passing: [
      [
        { type: VERSIONING, inputs: { bucket: "lake", versioningConfiguration: { status: "Enabled" } } },
        { type: REPLICATION, inputs: replication(copy()) },
      ],
    ],
  },
  {
    id: "s3-lock-enabled",
    types: [LOCK],
    title: "A bucket that locks objects was made for it or is versioned",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html",
    across({ inputs }, stack) {
      const bucket = text(inputs, "bucket");
      const made = ofBucket(stack.of(BUCKET), bucket);
      if (made === undefined || on(made.inputs, "objectLockEnabled") || !absent(made.inputs, "objectLockEnabled"))
        return [];
      return when(
        ofBucket(stack.of(VERSIONING), bucket) === undefined &&
          stack.of(VERSIONING).every(({ inputs: other }) => text(other, "bucket") !== undefined),
        inputs,
        "bucket",
        "a bucket with object lock or versioning",
      );
    },
    failing: [
      [
        { type: BUCKET, inputs: { bucket: "lake" } },
        { type: LOCK, inputs: { bucket: "lake", rule: { defaultRetention: { mode: "GOVERNANCE", days: 1 } } } },
      ],
    ],
    passing: [
      [
        { type: BUCKET, inputs: { bucket: "lake", objectLockEnabled: true } },
        { type: LOCK, inputs: { bucket: "lake", rule: { defaultRetention: { mode: "GOVERNANCE", days: 1 } } } },
      ],
    ],
  },
];
