import { UNKNOWN } from "../../../graph";
import type { Context } from "./context";
import type { Principal } from "./principal";
import { and } from "./truth";
import type { Text, Truth } from "./truth";

/**
 * A KMS grant: it allows some operations on one key, whatever IAM policies say
 * (docs.aws.amazon.com/kms/latest/developerguide/grants.html).
 */
export interface Grant {
  readonly urn: string;
  readonly name: string;
  /** ARN of the role or user, or name of a service. */
  readonly grantee: Text;
  /** E.g. `Decrypt`; without `kms:`. */
  readonly operations: readonly Text[];
  /** The request's encryption context must contain these pairs, or be exactly these. */
  readonly encryptionContext?: { readonly exact: boolean; readonly pairs: Readonly<Record<string, Text>> };
}

/** Whether a grant allows an action of a caller on its key. */
export function grantAllows(grant: Grant, principal: Principal, action: string, context: Context): Truth {
  const operation = action.slice("kms:".length);
  const operations: Truth = grant.operations.includes(operation)
    ? true
    : grant.operations.includes(UNKNOWN)
      ? undefined
      : false;
  return and(operations, isGrantee(grant.grantee, principal), constraintHolds(grant, context));
}

function isGrantee(grantee: Text, principal: Principal): Truth {
  if (principal.kind === "service") return grantee === UNKNOWN ? undefined : principal.names.includes(grantee);
  if (principal.kind !== "role" && principal.kind !== "user") return false;
  if (grantee === UNKNOWN || principal.arn === UNKNOWN) return undefined;
  return grantee === principal.arn;
}

const PREFIX = "kms:encryptioncontext:";

function constraintHolds({ encryptionContext }: Grant, context: Context): Truth {
  if (encryptionContext === undefined) return true;
  const { exact, pairs } = encryptionContext;
  const each = Object.entries(pairs).map(([name, value]): Truth => {
    const given = context.get(PREFIX + name.toLowerCase());
    if (given === UNKNOWN || value === UNKNOWN) return undefined;
    return given?.length === 1 && given[0] === value;
  });
  const wanted = new Set(Object.keys(pairs).map((name) => PREFIX + name.toLowerCase()));
  const more = exact && [...context.keys()].some((key) => key.startsWith(PREFIX) && !wanted.has(key));
  return and(!more, ...each);
}
