import type { Properties } from "../value";
import policies from "./documents.json";

/**
 * Documents of the policies that AWS manages and that roles here attach, by path and name
 * (docs.aws.amazon.com/aws-managed-policy/latest/reference/; the versions are those of March 2026).
 */
const DOCUMENTS = policies as Readonly<Record<string, { readonly version: string; readonly document: Properties }>>;

/** The document of a policy that AWS manages, by its ARN; undefined for one that is not kept here. */
export function managedPolicy(arn: string): Properties | undefined {
  const [, name] = /^arn:[^:]*:iam::aws:policy\/(.+)$/.exec(arn) ?? [];
  return name === undefined ? undefined : DOCUMENTS[name]?.document;
}
