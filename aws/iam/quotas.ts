import { text } from "../value";
import { each, grouped, nameOfUsed, perAccount } from "../quotas/quota";
import type { PlannedResource, Quota } from "../quotas/quota";

const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const POLICY = "aws:iam/policy:Policy";
const IAM_QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
const roleOf = (policy: PlannedResource): string | undefined =>
  text(policy.inputs, "role") ?? nameOfUsed(policy, "role", ROLE);

/** IAM. */
export const quotas: readonly Quota[] = [
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
];

/** Characters of a policy document: IAM does not count white space. Undefined for one that only AWS completes. */
function characters(resource: PlannedResource, property: string): number | undefined {
  return text(resource.inputs, property)?.replace(/\s/g, "").length;
}
