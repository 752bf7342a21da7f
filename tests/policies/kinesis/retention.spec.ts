import { kinesisRetention } from "../../../policies/kinesis/retention";
import { drop, halve, hide, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const stream = (props: object) => resource("aws:kinesis/stream:Stream", "events", withUnknowns(props));

specify(kinesisRetention, {
  complainsOf: {
    "AWS's default of 24 hours": { by: [stream({})], at: ["retentionPeriod"] },
    "an hour too few": { by: [stream({ retentionPeriod: 24 })], at: ["retentionPeriod"] },
    "less than a configured window": {
      by: [stream({ retentionPeriod: 72 })],
      at: ["retentionPeriod"],
      settings: { recoveryTimeHours: 1, replayWindowHours: 72 },
    },
  },
  accepts: { "a week": [stream({ retentionPeriod: 168 })] },
  spares: { "exactly the hours needed": [stream({ retentionPeriod: 25 })] },
  unknown: { "it complains of a period": { by: [stream({ retentionPeriod: "?" })], at: ["retentionPeriod"] } },
  mutants: {
    breaks: {
      "aws:kinesis/stream:Stream": [
        drop("retentionPeriod"),
        hide("retentionPeriod"),
        halve("retentionPeriod"),
        set("retentionPeriod", 24.5, "shorten retention to just too little"),
      ],
    },
    passes: { "aws:kinesis/stream:Stream": [set("retentionPeriod", 25, "shorten retention to just enough")] },
  },
});
