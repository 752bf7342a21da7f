import { list } from "../value";
import { each, perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

const CERTIFICATE = "aws:acm/certificate:Certificate";
const ACM_QUOTAS = "https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html";

/** ACM. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "acm-certificates",
    service: "acm",
    code: "L-F141DD1D",
    name: "ACM certificates",
    byDefault: 2500,
    unit: "certificates",
    adjustable: true,
    source: ACM_QUOTAS,
    types: [CERTIFICATE],
  }),
  {
    id: "acm-names-per-certificate",
    service: "acm",
    code: "L-FB94F0B0",
    name: "Domain names per ACM certificate",
    byDefault: 10,
    unit: "names",
    adjustable: true,
    scope: "resource",
    source: ACM_QUOTAS,
    counts: "the name and its alternatives",
    types: [CERTIFICATE],
    count: (plan) => each(plan.of(CERTIFICATE), ({ inputs }) => 1 + list(inputs, "subjectAlternativeNames").length),
  },
];
