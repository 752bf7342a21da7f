import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "./arn";
import type { Scope } from "./scope";

/** One allowing statement. Deny statements belong to bucket and key policies, not to a role's. */
export interface Allow {
  /** Letters and digits, unique in its document. */
  readonly sid: string;
  /** Full action names; no wildcard. */
  readonly actions: readonly string[];
  /** ARNs. `*` only where AWS has no resource-level permission for the action. */
  readonly resources: readonly pulumi.Input<string>[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string> | readonly string[]>>>>;
}

/**
 * A policy document that allows exactly the given statements, as JSON. What grants say twice is said
 * once, and actions and resources are sorted, so that the document stays within IAM's 10,240 characters for a role
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
 */
export function policyOf(statements: readonly Allow[]): pulumi.Output<string> {
  return pulumi.output(statements as Allow[]).apply((known) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: mergeStatements(known as readonly KnownAllow[]).map(({ sid, actions, resources, conditions }) => ({
        Sid: sid,
        Effect: "Allow",
        Action: actions,
        Resource: resources,
        ...(conditions === undefined ? {} : { Condition: conditions }),
      })),
    }),
  );
}

/** A statement whose ARNs and conditions are known. */
export interface KnownAllow {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/**
 * Joins what is granted on one resource under the same conditions, then resources with equal actions, and numbers
 * statement ids that come twice. Statements about `*` stay apart, each with the id that says what it is for.
 */
export function mergeStatements(statements: readonly KnownAllow[]): readonly KnownAllow[] {
  const each = statements.flatMap(({ resources, ...rest }) => resources.map((one) => ({ ...rest, resources: [one] })));
  const byResource = joined(each, ({ sid, resources }) => (resources[0] === "*" ? ["*", sid] : resources));
  const byActions = joined(byResource, ({ sid, actions, resources }) => (resources[0] === "*" ? ["*", sid] : actions));
  const uses = new Map<string, number>();
  return byActions.map((one) => {
    const use = (uses.get(one.sid) ?? 0) + 1;
    uses.set(one.sid, use);
    return use === 1 ? one : { ...one, sid: `${one.sid}${use}` };
  });
}

function joined(
  statements: readonly KnownAllow[],
  alike: (statement: KnownAllow) => readonly string[],
): readonly KnownAllow[] {
  const sorted = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
  const found = new Map<string, KnownAllow>();
  for (const statement of statements) {
    const key = JSON.stringify([alike(statement), statement.conditions ?? {}]);
    const other = found.get(key) ?? statement;
    found.set(key, {
      ...other,
      actions: sorted([...other.actions, ...statement.actions]),
      resources: sorted([...other.resources, ...statement.resources]),
    });
  }
  return [...found.values()];
}

/**
 * A trust policy for AWS services, bound to this account so that a service cannot be talked into using the role
 * for another one (docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
 */
export function trustService(scope: Scope, ...services: readonly [string, ...string[]]): string {
  const [service, ...more] = services;
  return trust(more.length === 0 ? service : services, ["sts:AssumeRole"], {
    StringEquals: { "aws:SourceAccount": scope.account },
  });
}

/** Services that send no source account, or are not documented to send one: a condition on it could shut them out. */
type PlainService =
  | "ec2.amazonaws.com"
  | "pods.eks.amazonaws.com"
  | "eks.amazonaws.com"
  // docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
  | "lambda.amazonaws.com"
  // docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services.html
  | "apigateway.amazonaws.com";

/** A trust policy for a service without a condition on the source account. */
export function trustPlain(service: PlainService): string {
  // EKS Pod Identity also tags its sessions: docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
  return trust(
    service,
    service === "pods.eks.amazonaws.com" ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"],
  );
}

/** A trust policy for principals of this account that IAM allows to assume the role. */
export function trustAccount(scope: Scope, tags: Readonly<Record<string, string>> = {}): string {
  const conditions = Object.fromEntries(Object.entries(tags).map(([tag, value]) => [`aws:PrincipalTag/${tag}`, value]));
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: arnOf(scope, "iam", "root", { region: "" }) },
        Action: ["sts:AssumeRole"],
        ...(Object.keys(conditions).length === 0 ? {} : { Condition: { StringEquals: conditions } }),
      },
    ],
  });
}

function trust(service: string | readonly string[], actions: readonly string[], condition?: object): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: actions,
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });
}
