import { perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** Firehose. */
export const quotas: readonly Quota[] = [
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
];
