import { s3VersionedWhereReplicated } from "../../../policies/s3/versionedWhereReplicated";
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
});
