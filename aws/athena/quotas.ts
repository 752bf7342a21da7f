import { perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** Athena. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "athena-workgroups",
    service: "athena",
    code: undefined,
    name: "Workgroups per account and Region",
    byDefault: 1000,
    unit: "workgroups",
    adjustable: false,
    source: "https://docs.aws.amazon.com/athena/latest/ug/service-limits.html",
    types: ["aws:athena/workgroup:Workgroup"],
  }),
];
