import { text } from "../value";
import { sum } from "../quotas/quota";
import type { PlannedResource, Quota } from "../quotas/quota";

const WEB_ACL = "aws:wafv2/webAcl:WebAcl";
const WAF_QUOTAS = "https://docs.aws.amazon.com/waf/latest/developerguide/limits.html";
const isGlobal = ({ inputs }: PlannedResource): boolean => text(inputs, "scope") === "CLOUDFRONT";

/** WAF. */
export const quotas: readonly Quota[] = [
  {
    id: "wafv2-cloudfront-web-acls",
    service: "wafv2",
    code: "L-24189897",
    name: "Maximum web ACLs per account in WAF for CloudFront",
    byDefault: 100,
    unit: "web ACLs",
    adjustable: true,
    scope: "account",
    source: WAF_QUOTAS,
    counts: "those of scope CLOUDFRONT",
    types: [WEB_ACL],
    count: (plan) => sum(plan.of(WEB_ACL).filter(isGlobal)),
  },
  {
    id: "wafv2-regional-web-acls",
    service: "wafv2",
    code: "L-2EC3DE7B",
    name: "Maximum web ACLs per account in WAF for regional",
    byDefault: 100,
    unit: "web ACLs",
    adjustable: true,
    scope: "region",
    source: WAF_QUOTAS,
    counts: "those of scope REGIONAL",
    types: [WEB_ACL],
    count: (plan) => sum(plan.of(WEB_ACL).filter((acl) => !isGlobal(acl))),
  },
];
