import type { Rule } from "../kit/rule";

/** AWS's default. Source: docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html */
const DEFAULT_RETENTION_HOURS = 24;

/** K2. */
export const kinesisRetention: Rule = {
  id: "K2",
  name: "kinesis-retention",
  title: "Kinesis streams keep events for the recovery time plus the replay window",
  severity: "high",
  level: "mandatory",
  source: ["Kinesis.3"],
  why: "Events that expire before the consumers are back cannot be replayed: they are lost.",
  fix: "Set retentionPeriod (hours) to at least recoveryTimeHours + replayWindowHours.",
  types: ["aws:kinesis/stream:Stream"],
  settings: {
    recoveryTimeHours: {
      type: "number",
      minimum: 0,
      default: 1,
      description: "Longest time in hours until consumers run again after a failure.",
    },
    replayWindowHours: {
      type: "number",
      minimum: 0,
      default: 24,
      description: "How many hours of events must be replayable when they do.",
    },
  },
  check(stream, judge) {
    const hours = judge.settings.number("recoveryTimeHours") + judge.settings.number("replayWindowHours");
    const retention = stream.props["retentionPeriod"] ?? DEFAULT_RETENTION_HOURS;
    if (typeof retention !== "number" || retention < hours) {
      judge.against(stream, "retentionPeriod", `at least ${hours} hours`, retention);
    }
  },
};
