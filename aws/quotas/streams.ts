import { number, text } from "../value";
import { perRegion, sum } from "./quota";
import type { Quota } from "./quota";

const STREAM = "aws:kinesis/stream:Stream";
const KINESIS_QUOTAS = "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html";
const RULE = "aws:cloudwatch/eventRule:EventRule";

const onDemand = (inputs: Parameters<typeof text>[0]): boolean =>
  text(inputs, "streamModeDetails.streamMode") === "ON_DEMAND";

/** Kinesis, Firehose, messages, events, workflows. */
export const STREAMS: readonly Quota[] = [
  {
    id: "kinesis-shards",
    service: "kinesis",
    code: "L-0918CF54",
    name: "Shards per Region",
    byDefault: {
      regions: {
        "us-east-1": 20_000,
        "us-west-2": 20_000,
        "eu-west-1": 20_000,
        "us-east-2": 6000,
        "ap-northeast-1": 6000,
        "ap-south-1": 6000,
        "ap-southeast-1": 6000,
        "ap-southeast-2": 6000,
        "eu-central-1": 6000,
        "eu-west-3": 6000,
      },
      others: 1000,
    },
    unit: "shards",
    adjustable: true,
    scope: "region",
    source: KINESIS_QUOTAS,
    counts: "shards of provisioned streams",
    types: [STREAM],
    count: (plan) =>
      sum(
        plan.of(STREAM).filter(({ inputs }) => !onDemand(inputs)),
        ({ inputs }) => number(inputs, "shardCount"),
      ),
  },
  {
    id: "kinesis-on-demand-streams",
    service: "kinesis",
    code: undefined,
    name: "Data streams with the on-demand capacity mode",
    byDefault: 50,
    unit: "streams",
    adjustable: true,
    scope: "region",
    source: KINESIS_QUOTAS,
    counts: "streams of mode ON_DEMAND",
    types: [STREAM],
    count: (plan) => sum(plan.of(STREAM).filter(({ inputs }) => onDemand(inputs))),
  },
  perRegion({
    id: "firehose-delivery-streams",
    service: "firehose",
    code: "L-14BB0BE7",
    name: "Delivery streams",
    // The least that AWS has documented for a region; large regions have 5,000.
    byDefault: 50,
    unit: "streams",
    adjustable: true,
    source: "https://docs.aws.amazon.com/firehose/latest/dev/limits.html",
    types: ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"],
  }),
  perRegion({
    id: "sns-topics",
    service: "sns",
    code: "L-61103206",
    name: "Topics per Account",
    byDefault: 100_000,
    unit: "topics",
    adjustable: true,
    source: "https://docs.aws.amazon.com/general/latest/gr/sns.html",
    types: ["aws:sns/topic:Topic"],
  }),
  perRegion({
    id: "events-rules",
    service: "events",
    code: "L-244521F2",
    name: "Number of rules",
    // Some regions have 100: docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    byDefault: 100,
    unit: "rules",
    adjustable: true,
    source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
    types: [RULE],
  }),
  perRegion({
    id: "scheduler-schedules",
    service: "scheduler",
    code: "L-EE5D6FF0",
    name: "Number of schedules",
    byDefault: 10_000_000,
    unit: "schedules",
    adjustable: true,
    source: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html",
    types: ["aws:scheduler/schedule:Schedule"],
  }),
  perRegion({
    id: "states-machines",
    service: "states",
    code: "L-B66B0F91",
    name: "Registered state machines",
    byDefault: 100_000,
    unit: "state machines",
    adjustable: true,
    source: "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    types: ["aws:sfn/stateMachine:StateMachine"],
  }),
];
