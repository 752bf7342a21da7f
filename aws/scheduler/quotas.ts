import { perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** EventBridge Scheduler. */
export const quotas: readonly Quota[] = [
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
];
