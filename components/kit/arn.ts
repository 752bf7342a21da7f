import type { Scope } from "./scope";

/**
 * An ARN computed from names, for policies about resources of another stack (or of this one, where waiting for an
 * output would make a cycle). The partition comes from the scope, never from a literal.
 */
export function arnOf(
  scope: Scope,
  service: string,
  resource: string,
  options: { readonly region?: string; readonly account?: string } = {},
): string {
  return `arn:${scope.partition}:${service}:${options.region ?? scope.region}:${options.account ?? scope.account}:${resource}`;
}

/** ARN of a bucket or of objects in it (S3 ARNs carry neither region nor account). */
export function bucketArnOf(scope: Scope, bucket: string, objects?: string): string {
  return arnOf(scope, "s3", objects === undefined ? bucket : `${bucket}/${objects}`, { region: "", account: "" });
}

/** ARN of an IAM role (IAM ARNs carry no region). */
export function roleArnOf(scope: Scope, role: string): string {
  return arnOf(scope, "iam", `role/${role}`, { region: "" });
}
