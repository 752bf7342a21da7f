import { UNKNOWN } from "../../../policies/kit/value";
import { s3VersionedWhereReplicated } from "../../../policies/s3/versionedWhereReplicated";
import { all, set } from "../../mutation/operators";
import type { Made } from "../../mutation/seed";
import { resource, specify, withUnknowns } from "../kit";

const bucket = (props: object = {}) =>
  resource("aws:s3/bucket:Bucket", "gold", withUnknowns({ bucket: "gold-1", ...props }));
const replication = (status = "Enabled") =>
  resource("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "gold", { bucket: "gold-1", rules: [{ status }] });
const versioning = (status: string, target = "gold-1") =>
  resource(
    "aws:s3/bucketVersioning:BucketVersioning",
    "gold",
    withUnknowns({ bucket: target, versioningConfiguration: { status } }),
  );
const STATUS = "versioningConfiguration.status";

const replicating =
  (versioning: string | typeof UNKNOWN | undefined): Made =>
  (stack) => {
    const bucket = resource("aws:s3/bucket:Bucket", "copied", { bucket: "copied" }, { stack });
    return [
      bucket,
      resource(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "copied",
        { bucket: "copied", rules: [{ status: "Enabled" }] },
        { stack },
      ),
      ...(versioning === undefined
        ? []
        : [
            resource(
              "aws:s3/bucketVersioning:BucketVersioning",
              "copied",
              { bucket: "copied", versioningConfiguration: { status: versioning } },
              { stack },
            ),
          ]),
    ];
  };

specify(s3VersionedWhereReplicated, {
  complainsOf: {
    "a replicated bucket without versions": { by: [bucket(), replication()], at: ["BucketVersioning"] },
    "versions that are suspended": { by: [bucket(), replication(), versioning("Suspended")], at: [STATUS] },
    "versions of another bucket": {
      by: [bucket(), replication(), versioning("Enabled", "other")],
      at: ["BucketVersioning"],
    },
    "inline replication without versions": {
      by: [bucket({ replicationConfiguration: { role: "r" } })],
      at: ["versioning.enabled"],
    },
  },
  accepts: { "a replicated bucket with versions": [bucket(), replication(), versioning("Enabled")] },
  spares: {
    "a bucket that replicates nothing": [bucket()],
    "a replication that is disabled": [bucket(), replication("Disabled")],
    "the log bucket, suspended and not replicated": [bucket(), versioning("Suspended")],
  },
  unknown: {
    "it complains of a status": { by: [bucket(), replication(), versioning("?")], at: [STATUS] },
    "it accepts a replication of another stack's bucket": [replication()],
  },
  repairs: {
    "inline replication": {
      from: bucket({ replicationConfiguration: { role: "r" }, versioning: { mfaDelete: true } }),
      to: { versioning: { mfaDelete: true, enabled: true } },
    },
    "nothing in a bucket that is not replicated": { from: bucket({ versioning: { enabled: false } }), to: undefined },
  },
  mutants: {
    breaks: {
      "aws:s3/bucket:Bucket": [
        set("replicationConfiguration", { role: "r" }, "replicate"),
        all(set("replicationConfiguration", { role: "r" }), set("versioning", { enabled: false })),
        all(set("replicationConfiguration", { role: "r" }), set("versioning", { enabled: UNKNOWN })),
      ],
    },
    passes: {
      "aws:s3/bucket:Bucket": [
        all(set("replicationConfiguration", { role: "r" }), set("versioning", { enabled: true })),
        set("versioning", { enabled: false }, "leave a bucket that replicates nothing unversioned"),
      ],
    },
    added: {
      bad: {
        "replicate without versions": replicating(undefined),
        "replicate with versions suspended": replicating("Suspended"),
        "replicate with versions unknown": replicating(UNKNOWN),
      },
      good: { "replicate with versions": replicating("Enabled") },
    },
  },
});
