import { fromServices } from "../kit/folders";
import type { Quota } from "./quota";

export { capacities, familyClass, vcpus, vcpusOf } from "./capacity";
export type { Capacity, Market } from "./capacity";
export { natZones } from "../ec2/quotas";
export { NAME_LIMITS } from "./names";
export type { NameLimit } from "./names";
export { defaultIn, nameFor } from "./quota";
export type { Count, DefaultByRegion, Plan, PlannedResource, Quota } from "./quota";
export { SERVICE_LINKED_ROLES } from "./roles";
export type { ServiceLinkedRole } from "./roles";

/** When the sources were read. */
export const QUOTAS_READ = "2026-11-21";

/** Every quota that a plan is counted against: `quotas` of every `aws/<service>/quotas.ts`. */
export const QUOTA_TABLE: readonly Quota[] = fromServices<readonly Quota[]>("quotas", "quotas").flat();

/** What AWS sets no number of, so that nothing is counted. */
export const UNLIMITED: readonly { readonly type: string; readonly why: string; readonly source: string }[] = [
  {
    type: "aws:sqs/queue:Queue",
    why: "Queues of an account are not limited in number",
    source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html",
  },
  {
    type: "aws:cloudwatch/dashboard:Dashboard",
    why: "Dashboards of an account are not limited in number, but to 500 widgets each",
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html",
  },
];
