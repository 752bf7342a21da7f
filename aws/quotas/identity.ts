import { list, text } from "../value";
import { each, grouped, nameOfUsed, perAccount, perRegion, sum } from "./quota";
import type { PlannedResource, Quota } from "./quota";

const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const POLICY = "aws:iam/policy:Policy";
const KEY_TYPES = ["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"] as const;
const ALIAS = "aws:kms/alias:Alias";
const CERTIFICATE = "aws:acm/certificate:Certificate";
const IAM_QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
const KMS_QUOTAS = "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html";
const ACM_QUOTAS = "https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html";

/** Characters of a policy document: IAM does not count white space. Undefined for one that only AWS completes. */
function characters(resource: PlannedResource, property: string): number | undefined {
  return text(resource.inputs, property)?.replace(/\s/g, "").length;
}

const roleOf = (policy: PlannedResource): string | undefined =>
  text(policy.inputs, "role") ?? nameOfUsed(policy, "role", ROLE);

/** IAM, KMS, Secrets Manager, ACM. */
export const IDENTITY: readonly Quota[] = [
  perAccount({
    id: "iam-roles",
    service: "iam",
    code: "L-FE177D64",
    name: "Roles per account",
    byDefault: 1000,
    unit: "roles",
    adjustable: true,
    source: IAM_QUOTAS,
    types: [ROLE],
  }),
  perAccount({
    id: "iam-instance-profiles",
    service: "iam",
    code: "L-6E65F664",
    name: "Instance profiles per account",
    byDefault: 1000,
    unit: "profiles",
    adjustable: true,
    source: IAM_QUOTAS,
    types: ["aws:iam/instanceProfile:InstanceProfile"],
  }),
  perAccount({
    id: "iam-policies",
    service: "iam",
    code: "L-E95E4862",
    name: "Customer managed policies per account",
    byDefault: 1500,
    unit: "policies",
    adjustable: true,
    source: IAM_QUOTAS,
    types: [POLICY],
  }),
  {
    id: "iam-managed-policies-per-role",
    service: "iam",
    code: "L-0DA4ABF3",
    name: "Managed policies per role",
    byDefault: 10,
    unit: "policies",
    adjustable: true,
    scope: "account",
    source: IAM_QUOTAS,
    counts: "attachments by role",
    types: [ATTACHMENT],
    count: (plan) => grouped(plan.of(ATTACHMENT), roleOf),
  },
  {
    id: "iam-trust-policy-length",
    service: "iam",
    code: "L-C07B4B0D",
    name: "Role trust policy length",
    byDefault: 2048,
    unit: "characters",
    adjustable: true,
    scope: "account",
    source: IAM_QUOTAS,
    counts: "characters without white space",
    types: [ROLE],
    count: (plan) => each(plan.of(ROLE), (role) => characters(role, "assumeRolePolicy")),
  },
  {
    id: "iam-inline-policies-per-role",
    service: "iam",
    code: undefined,
    name: "Inline policies of a role, together",
    byDefault: 10_240,
    unit: "characters",
    adjustable: false,
    scope: "account",
    source: IAM_QUOTAS,
    counts: "characters without white space, all inline policies of a role",
    types: [ROLE_POLICY],
    count: (plan) => grouped(plan.of(ROLE_POLICY), roleOf, (policy) => characters(policy, "policy")),
  },
  {
    id: "iam-managed-policy-size",
    service: "iam",
    code: undefined,
    name: "Size of a customer managed policy",
    byDefault: 6144,
    unit: "characters",
    adjustable: false,
    scope: "account",
    source: IAM_QUOTAS,
    counts: "characters without white space",
    types: [POLICY],
    count: (plan) => each(plan.of(POLICY), (policy) => characters(policy, "policy")),
  },
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
