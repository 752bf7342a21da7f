import { planBuffering } from "../../components/ingest/plan";
import { planIntake } from "../../components/intake/plan";
import { SECONDS } from "../../components/kit/units";
import { Queue } from "../../components/messaging/queue";
import { Topic } from "../../components/messaging/topic";
import { USERS_PER_INSTANCE_SECOND, USERS_PER_SHARD } from "../../components/training/plan";
import { freshnessSeconds } from "./context";
import type { Ground, RegionContext, Queues } from "./context";

/** The topic of all alarms: the owner gets a mail when a promise is broken. */
export function createAlarmTopic({ scope, topology, opts }: RegionContext, { keys }: Pick<Ground, "keys">): Topic {
  return new Topic(
    "alarms",
    {
      scope,
      part: "alarms",
      key: keys.technical,
      publishers: ["cloudwatch"],
      emails: [topology.ownerEmail],
    },
    opts,
  );
}

export function createQueues(here: RegionContext, { keys, alarms }: Pick<Ground, "keys" | "alarms">): Queues {
  const { scope, topology, failover, opts } = here;
  const common = { scope, key: keys.technical, alarmTopicArn: alarms.arn };
  const buffering = planBuffering(failover, freshnessSeconds(here), true);
  const { workSeconds } = planIntake(failover, buffering, topology.size);
  return {
    intake: new Queue("intake", { ...common, part: "intake", workSeconds, senders: ["s3"] }, opts),
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
    // Lambda and Scheduler send with the rights of a role; a rule's failed events come from EventBridge itself
    // (docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
    failed: new Queue(
      "failed-calls",
      { ...common, part: "failed-calls", workSeconds: SECONDS.minute, senders: ["events"] },
      opts,
    ),
  };
}
