import { s3ReplicationTimeControl } from "../../../policies/s3/replicationTimeControl";
import { all, drop, hide, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const replication = (destination: object, status = "Enabled") =>
  resource(
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    "gold",
    withUnknowns({ bucket: "gold", rules: [{ status, destination: { bucket: "b", ...destination } }] }),
  );
const timed = { replicationTime: { status: "Enabled", time: { minutes: 15 } }, metrics: { status: "Enabled" } };
const TIME = "rules.0.destination.replicationTime.status";
const METRICS = "rules.0.destination.metrics.status";

specify(s3ReplicationTimeControl, {
  complainsOf: {
    "plain replication": { by: [replication({})], at: [TIME, METRICS] },
    "time control that is disabled": {
      by: [replication({ ...timed, replicationTime: { status: "Disabled" } })],
      at: [TIME],
    },
    "time control without metrics": { by: [replication({ ...timed, metrics: undefined })], at: [METRICS] },
  },
  accepts: { "time control with metrics": [replication(timed)] },
  spares: { "a rule that is disabled": [replication({}, "Disabled")] },
  unknown: { "it complains of a status": { by: [replication({ ...timed, metrics: { status: "?" } })], at: [METRICS] } },
  mutants: {
    breaks: {
      "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ["replicationTime", "metrics"].flatMap((part) => [
        drop(`rules.0.destination.${part}`),
        hide(`rules.0.destination.${part}.status`),
        set(`rules.0.destination.${part}.status`, "Disabled", `disable ${part}`),
      ]),
    },
    passes: {
      "aws:s3/bucketReplicationConfig:BucketReplicationConfig": [
        all(set("rules.0.status", "Disabled"), drop("rules.0.destination.replicationTime")),
        set("rules.0.priority", 9, "change the priority"),
      ],
    },
  },
});
