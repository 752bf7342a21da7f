import { REPLICATIONS, activeRules } from "../kit/buckets";
import type { Rule } from "../kit/rule";
import { at } from "../kit/value";

/** What replication time control promises. Source: docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html */
const PROMISED_MINUTES = 15;

/** S5. */
export const s3ReplicationTimeControl: Rule = {
  id: "S5",
  name: "s3-replication-time-control",
  title: "S3 replication has time control where 15 minutes of loss are the limit",
  severity: "medium",
  level: "mandatory",
  source: ["new"],
  why: "Plain replication promises no time at all, so a recovery point of minutes would be a wish.",
  fix:
    "Set destination.replicationTime { status: Enabled, time: { minutes: 15 } } and destination.metrics " +
    "{ status: Enabled, eventThreshold: { minutes: 15 } } in each replication rule.",
  spares: "Replication rules that are disabled, and fleets whose configured recovery point is longer than 15 minutes.",
  types: REPLICATIONS,
  settings: {
    recoveryPointMinutes: {
      type: "number",
      minimum: 0,
      default: PROMISED_MINUTES,
      description: "How many minutes of writes a bucket may lose with its region. Above 15 the rule asks for nothing.",
    },
  },
  check(replication, judge) {
    if (judge.settings.number("recoveryPointMinutes") > PROMISED_MINUTES) return;
    for (const { index, rule } of activeRules(replication.props)) {
      for (const part of ["replicationTime", "metrics"]) {
        const holds = at(rule, `destination.${part}.status`) === "Enabled";
        judge.require(holds, replication, `rules.${index}.destination.${part}.status`, '"Enabled"');
      }
    }
  },
};
