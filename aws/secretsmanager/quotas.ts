import { sum } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** Secrets Manager. */
export const quotas: readonly Quota[] = [
  {
    id: "secretsmanager-secrets",
    service: "secretsmanager",
    code: "L-2F66C23C",
    name: "Secrets",
    byDefault: 500_000,
    unit: "secrets",
    adjustable: false,
    scope: "region",
    source: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html",
    counts: "each one, and passwords that Redshift manages",
    types: ["aws:secretsmanager/secret:Secret", "aws:redshift/cluster:Cluster"],
    count: (plan) =>
      sum([
        ...plan.of("aws:secretsmanager/secret:Secret"),
        ...plan.of("aws:redshift/cluster:Cluster").filter(({ inputs }) => inputs["manageMasterPassword"] === true),
      ]),
  },
];
