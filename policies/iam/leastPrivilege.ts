import { isOpen, statements, type Statement } from "../kit/document";
import type { Resource } from "../kit/resource";
import type { Judge, Rule } from "../kit/rule";
import { UNKNOWN, at, list } from "../kit/value";

/** Resource type and the property that holds the document. */
const IDENTITY_POLICIES: Readonly<Record<string, string>> = {
  "aws:iam/policy:Policy": "policy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/userPolicy:UserPolicy": "policy",
  "aws:iam/groupPolicy:GroupPolicy": "policy",
};
const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  "aws:iam/role:Role": "assumeRolePolicy",
  "aws:sqs/queue:Queue": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
  "aws:sns/topic:Topic": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:secretsmanager/secret:Secret": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
  "aws:dynamodb/resourcePolicy:ResourcePolicy": "policy",
};
const ATTACHMENTS = [
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
];
const ADMINISTRATOR = /^arn:[a-z-]+:iam::aws:policy\/AdministratorAccess$/;

/** I1. */
export const iamLeastPrivilege: Rule = {
  id: "I1",
  name: "iam-least-privilege",
  title: "No policy allows everything, none allows everyone",
  severity: "critical",
  level: "mandatory",
  source: ["IAM.1", "CIS 1.16"],
  why: "An action * on resource * makes any fault in its holder a fault in the whole account; a principal * gives it to strangers.",
  fix: "Name the actions and the resources; name the principals, or tie principal * down by aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID.",
  spares:
    "Resource * with named actions (some actions know no resource), service wildcards with named resources, key policies (kms-not-public), bucket policies (s3-block-public-access).",
  unknowns:
    "A policy that names a resource not yet created is not known in a preview. It is judged in the update before its resource is created.",
  types: [...Object.keys(IDENTITY_POLICIES), ...Object.keys(RESOURCE_POLICIES), ...ATTACHMENTS],
  check(resource, judge) {
    if (ATTACHMENTS.includes(resource.type)) {
      checkAttached(resource, "policyArn", judge);
      return;
    }
    const identity = IDENTITY_POLICIES[resource.type];
    if (identity !== undefined) checkAll(resource, identity, judge);
    const open = RESOURCE_POLICIES[resource.type];
    if (open !== undefined) checkEveryone(resource, open, judge);
    if (resource.type !== "aws:iam/role:Role") return;
    list(resource.props, "inlinePolicies").forEach((_, index) => {
      checkAll(resource, `inlinePolicies.${index}.policy`, judge);
    });
    list(resource.props, "managedPolicyArns").forEach((_, index) => {
      checkAttached(resource, `managedPolicyArns.${index}`, judge);
    });
  },
};

function checkAttached(resource: Resource, path: string, judge: Judge): void {
  const arn = at(resource.props, path);
  if (typeof arn === "string" && ADMINISTRATOR.test(arn)) judge.against(resource, path, "a policy with named actions");
}

function checkAll(resource: Resource, path: string, judge: Judge): void {
  const found = statements(at(resource.props, path));
  if (found !== UNKNOWN && found.some(allowsEverything)) {
    judge.against(resource, path, "named actions on named resources", 'an Allow of action "*" on resource "*"');
  }
}

function allowsEverything({ allows, actions, resources }: Statement): boolean {
  return allows && actions.some((action) => /^\*+(:\*+)?$/.test(action)) && resources.includes("*");
}

function checkEveryone(resource: Resource, path: string, judge: Judge): void {
  const found = statements(at(resource.props, path));
  if (found !== UNKNOWN && found.some(isOpen)) {
    judge.against(resource, path, "named principals", 'an Allow for principal "*" without a confining condition');
  }
}
