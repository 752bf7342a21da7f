import * as pulumi from "@pulumi/pulumi";
import { arnOf, dnsSuffixOf } from "./arn";
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
 * A statement about a key that another stack made: its id is random, so it is named by its alias
 * (docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html).
 */
export function allowKeyByAlias(
  scope: Scope,
  statement: {
    readonly sid: string;
    readonly actions: readonly string[];
    readonly alias: string;
    /** @default the scope's region */
    readonly region?: string;
    /** Service through which alone the key may be used, e.g. `s3`. @default any use */
    readonly via?: string;
  },
): Allow {
  const { sid, actions, alias, region = scope.region, via } = statement;
  return {
    sid,
    actions,
    resources: [arnOf(scope, "kms", "key/*", { region })],
    conditions: {
      "ForAnyValue:StringEquals": { "kms:ResourceAliases": alias },
      ...(via === undefined ? {} : { StringEquals: { "kms:ViaService": `${via}.${region}.${dnsSuffixOf(scope)}` } }),
    },
  };
}

/** A policy document that allows exactly the given statements, as JSON. */
export function allowing(...statements: readonly Allow[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: statements.map(({ sid, actions, resources, conditions }) => ({
      Sid: sid,
      Effect: "Allow",
      Action: [...actions],
      Resource: [...resources],
      ...(conditions === undefined ? {} : { Condition: conditions }),
    })),
  });
}

/**
 * A trust policy for an AWS service, bound to this account so that the service cannot be talked into using the role
 * for another one (docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
 */
export function trustService(scope: Scope, service: string): string {
  return trust(service, ["sts:AssumeRole"], { StringEquals: { "aws:SourceAccount": scope.account } });
}

/** A trust policy for services that send no source account: EC2 instances and EKS pods. */
export function trustCompute(service: "ec2.amazonaws.com" | "pods.eks.amazonaws.com" | "eks.amazonaws.com"): string {
  // EKS Pod Identity also tags its sessions: docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
  return trust(
    service,
    service === "pods.eks.amazonaws.com" ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"],
  );
}

function trust(service: string, actions: readonly string[], condition?: object): string {
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
