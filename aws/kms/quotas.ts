import { grouped, nameOfUsed, perRegion } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

const KEY_TYPES = ["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"] as const;
const ALIAS = "aws:kms/alias:Alias";
const KMS_QUOTAS = "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html";

/** KMS. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "kms-keys",
    service: "kms",
    code: "L-C2F1777E",
    name: "Customer Master Keys (CMKs)",
    byDefault: 100_000,
    unit: "keys",
    adjustable: true,
    source: KMS_QUOTAS,
    types: KEY_TYPES,
  }),
  {
    id: "kms-aliases-per-key",
    service: "kms",
    code: "L-340F62FB",
    name: "Aliases per CMK",
    byDefault: 50,
    unit: "aliases",
    adjustable: true,
    scope: "resource",
    source: KMS_QUOTAS,
    counts: "by key",
    types: [ALIAS],
    count: (plan) =>
      grouped(plan.of(ALIAS), (alias) =>
        KEY_TYPES.map((type) => nameOfUsed(alias, "targetKeyId", type)).find((name) => name !== undefined),
      ),
  },
];
