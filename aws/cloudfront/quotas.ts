import { list } from "../value";
import { each, perAccount, sum } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const CLOUDFRONT_QUOTAS = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html";

/** CloudFront. */
export const quotas: readonly Quota[] = [
  perAccount({
    id: "cloudfront-distributions",
    service: "cloudfront",
    code: "L-24B04930",
    name: "Web distributions per AWS account",
    byDefault: 500,
    unit: "distributions",
    adjustable: true,
    source: CLOUDFRONT_QUOTAS,
    types: [DISTRIBUTION],
  }),
  {
    id: "cloudfront-names-per-distribution",
    service: "cloudfront",
    code: "L-AAD4943E",
    name: "Alternate domain names (CNAMEs) per distribution",
    byDefault: 100,
    unit: "names",
    adjustable: true,
    scope: "account",
    source: CLOUDFRONT_QUOTAS,
    counts: "by distribution",
    types: [DISTRIBUTION],
    count: (plan) => each(plan.of(DISTRIBUTION), ({ inputs }) => list(inputs, "aliases").length),
  },
  {
    id: "cloudfront-origins-per-distribution",
    service: "cloudfront",
    code: "L-B4048FB4",
    name: "Origins per distribution",
    byDefault: 100,
    unit: "origins",
    adjustable: true,
    scope: "account",
    source: CLOUDFRONT_QUOTAS,
    counts: "by distribution",
    types: [DISTRIBUTION],
    count: (plan) => each(plan.of(DISTRIBUTION), ({ inputs }) => list(inputs, "origins").length),
  },
  {
    id: "cloudfront-response-headers-policies",
    service: "cloudfront",
    code: undefined,
    name: "Response headers policies per AWS account",
    byDefault: 20,
    unit: "policies",
    adjustable: true,
    scope: "account",
    source: CLOUDFRONT_QUOTAS,
    counts: "each one",
    types: ["aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"],
    count: (plan) => sum(plan.of("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy")),
  },
];
