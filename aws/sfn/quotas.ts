import { perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** Step Functions. */
export const quotas: readonly Quota[] = [
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
