import { number, text } from "../value";
import { sum } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

const STREAM = "aws:kinesis/stream:Stream";
const KINESIS_QUOTAS = "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html";
const onDemand = (inputs: Parameters<typeof text>[0]): boolean =>
  text(inputs, "streamModeDetails.streamMode") === "ON_DEMAND";

/** Kinesis Data Streams. */
export const quotas: readonly Quota[] = [
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
];
