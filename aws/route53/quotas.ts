import { text } from "../value";
import { grouped, perAccount } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

const RECORD = "aws:route53/record:Record";
const ROUTE53_QUOTAS = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html";

/** Route 53. */
export const quotas: readonly Quota[] = [
  perAccount({
    id: "route53-zones",
    service: "route53",
    code: "L-4EA4796A",
    name: "Hosted zones",
    byDefault: 500,
    unit: "zones",
    adjustable: true,
    source: ROUTE53_QUOTAS,
    types: ["aws:route53/zone:Zone"],
  }),
  {
    id: "route53-records-per-zone",
    service: "route53",
    code: "L-E209CC9F",
    name: "Records per hosted zone",
    byDefault: 10_000,
    unit: "records",
    adjustable: true,
    scope: "account",
    source: ROUTE53_QUOTAS,
    counts: "records of all stacks by zone",
    types: [RECORD],
    count: (plan) => grouped(plan.of(RECORD), ({ inputs }) => text(inputs, "zoneId") ?? "a zone"),
  },
  perAccount({
    id: "route53-health-checks",
    service: "route53",
    code: "L-ACB674F3",
    name: "Health checks",
    byDefault: 200,
    unit: "health checks",
    adjustable: true,
    source: ROUTE53_QUOTAS,
    types: ["aws:route53/healthCheck:HealthCheck"],
  }),
];
