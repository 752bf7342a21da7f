import { isBlock, UNKNOWN } from "../../../graph";
import type { Value } from "../../../graph";
import { textsOf } from "./conditions";
import { arnParts } from "./pattern";
import type { Text, Truth } from "./truth";

/** Who calls. */
export type Principal =
  /** A session of a role; `session` is its name where it is known. */
  | { readonly kind: "role"; readonly arn: Text; readonly session?: string }
  | { readonly kind: "user"; readonly arn: Text }
  /** The root user of an account. */
  | { readonly kind: "root"; readonly account: string }
  /** An AWS service by all of its names, e.g. `logs.amazonaws.com` and `logs.eu-west-1.amazonaws.com`. */
  | { readonly kind: "service"; readonly names: readonly string[] }
  /** Somebody whom an identity provider vouches for, before a role is assumed. */
  | { readonly kind: "federated"; readonly provider: string }
  | { readonly kind: "anonymous" };

/** The account of a principal; undefined for services and for what is not known. */
export function accountOf(principal: Principal): string | undefined {
  switch (principal.kind) {
    case "role":
    case "user":
      return principal.arn === UNKNOWN ? undefined : arnParts(principal.arn)?.[3];
    case "root":
      return principal.account;
    case "service":
    case "federated":
    case "anonymous":
      return undefined;
  }
}

/** A role that a service made for itself: no SCP and no RCP concerns it. */
export function isServiceLinked(principal: Principal): boolean {
  return principal.kind === "role" && principal.arn !== UNKNOWN && principal.arn.includes(":role/aws-service-role/");
}

/** The principal in a message. */
export function namePrincipal(principal: Principal): string {
  switch (principal.kind) {
    case "role":
    case "user":
      return principal.arn === UNKNOWN ? `a ${principal.kind} that only AWS knows` : principal.arn;
    case "root":
      return `root of ${principal.account}`;
    case "service":
      return principal.names[0] ?? "a service";
    case "federated":
      return principal.provider;
    case "anonymous":
      return "anybody";
  }
}

/**
 * How a statement of a resource policy names who calls, which decides whether it grants by itself
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html):
 * - `session`: the caller itself (session, user, service, everybody): no boundary and no session policy limits it;
 * - `role`: the caller's role: boundary and session policy limit it;
 * - `account`: the caller's account, which leaves the decision to identity policies.
 */
export type Strength = "session" | "role" | "account";

/** Whether each strength of naming holds. */
export type Named = Readonly<Record<Strength, Truth>>;

const NOBODY: Named = { session: false, role: false, account: false };
const UNSURE: Named = { session: undefined, role: undefined, account: undefined };

export type PrincipalTest = (principal: Principal) => Named;

/** Compiles a `Principal` element. */
export function compilePrincipal(element: Value): PrincipalTest {
  if (element === UNKNOWN) return () => UNSURE;
  if (element === "*") return everybody;
  if (!isBlock(element)) return () => NOBODY;
  const tests = Object.entries(element).flatMap(([kind, values]) => textsOf(values).map((value) => named(kind, value)));
  return (principal) => tests.reduce((best, test) => stronger(best, test(principal)), NOBODY);
}

const everybody: PrincipalTest = () => ({ ...NOBODY, session: true });

function stronger(one: Named, other: Named): Named {
  const either = (strength: Strength): Truth =>
    one[strength] === true || other[strength] === true
      ? true
      : one[strength] === undefined || other[strength] === undefined
        ? undefined
        : false;
  return { session: either("session"), role: either("role"), account: either("account") };
}

function named(kind: string, value: Text): PrincipalTest {
  switch (kind) {
    case "AWS":
      return value === "*" ? everybody : (principal) => byAws(value, principal);
    case "Service":
      return (principal) => {
        if (principal.kind !== "service") return NOBODY;
        if (value === UNKNOWN) return UNSURE;
        return { ...NOBODY, session: value === "*" || principal.names.includes(value) };
      };
    case "Federated":
      return (principal) => {
        if (principal.kind !== "federated") return NOBODY;
        if (value === UNKNOWN) return UNSURE;
        return { ...NOBODY, session: value === "*" || principal.provider === value };
      };
    default:
      return () => NOBODY;
  }
}

/** `AWS`: an account by its number or root, a role, one session of a role, or a user. */
function byAws(value: Text, principal: Principal): Named {
  const account = accountOf(principal);
  if (principal.kind !== "role" && principal.kind !== "user" && principal.kind !== "root") return NOBODY;
  if (value === UNKNOWN || (principal.kind !== "root" && principal.arn === UNKNOWN)) return UNSURE;
  if (value === account || (account !== undefined && value.endsWith(`::${account}:root`))) {
    return { ...NOBODY, account: true, session: principal.kind === "root" };
  }
  if (principal.kind === "root") return NOBODY;
  if (principal.arn === value) {
    return principal.kind === "role" ? { ...NOBODY, role: true } : { ...NOBODY, session: true };
  }
  return principal.kind === "role" && sessionArnOf(principal) === value ? { ...NOBODY, session: true } : NOBODY;
}

/** `arn:<partition>:sts::<account>:assumed-role/<role>/<session>`; undefined without a session's name. */
export function sessionArnOf(principal: Extract<Principal, { kind: "role" }>): string | undefined {
  if (principal.arn === UNKNOWN || principal.session === undefined) return undefined;
  const [partition, , , account, role = ""] = arnParts(principal.arn) ?? [];
  return `arn:${partition}:sts::${account}:assumed-role/${role.split("/").at(-1)}/${principal.session}`;
}

/** The account's own root among the named ones, where a deny or `NotPrincipal` means all of the account. */
export function isNamed(test: PrincipalTest, principal: Principal): Truth {
  const { session, role, account } = test(principal);
  if (session === true || role === true || account === true) return true;
  return session === undefined || role === undefined || account === undefined ? undefined : false;
}
