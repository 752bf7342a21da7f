import { planBuffering } from "../../components/ingest/plan";
import { planIntake } from "../../components/intake/plan";
import { SECONDS } from "../../components/kit/units";
import { Queue } from "../../components/messaging/queue";
import { Topic } from "../../components/messaging/topic";
import { USERS_PER_INSTANCE_SECOND, USERS_PER_SHARD } from "../../components/training/plan";
import { freshnessSeconds } from "./place";
import type { Ground, Place, Queues } from "./place";

/** Whoever is told when a promise is broken. */
export function createAlarmTopic({ scope, topology, opts }: Place, { keys }: Pick<Ground, "keys">): Topic {
  return new Topic(
    "alarms",
    {
      scope,
      part: "alarms",
      keyArn: keys.technical.arn,
      publishers: [{ service: "cloudwatch.amazonaws.com" }],
      emails: [topology.ownerEmail],
    },
    opts,
  );
}

export function createQueues(here: Place, { keys, alarms }: Pick<Ground, "keys" | "alarms">): Queues {
  const { scope, topology, failover, opts } = here;
  const common = { scope, keyArn: keys.technical.arn, alarmTopicArn: alarms.arn };
  const buffering = planBuffering(failover, freshnessSeconds(here), true);
  const { workSeconds } = planIntake(failover, buffering, topology.size);
  return {
    intake: new Queue(
      "intake",
      { ...common, part: "intake", workSeconds, senders: [{ service: "s3.amazonaws.com" }] },
      opts,
    ),
    // Read once a day: a message is hidden for as long as a run may last, and kept over many a run that fails.
    handover: new Queue(
      "handover",
      { ...common, part: "handover", workSeconds: 2 * SECONDS.hour, maxReceives: 10, retentionDays: 14 },
      opts,
    ),
    training: new Queue(
      "training",
      { ...common, part: "training", workSeconds: Math.ceil((USERS_PER_SHARD / USERS_PER_INSTANCE_SECOND) * 4) },
      opts,
    ),
    failed: new Queue("failed-calls", { ...common, part: "failed-calls", workSeconds: SECONDS.minute }, opts),
  };
}
