import { UNKNOWN, at, isBlock, type Properties, type Value } from "./value";

/** A statement of an IAM policy document, with every one-or-many field as a list. */
export interface Statement {
  readonly allows: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Account, user, service and federated principals; `*` is anyone. */
  readonly principals: readonly string[];
  readonly conditions: Properties;
}

/**
 * The statements of a policy document given as JSON text or as an object. Unknown when the document is; none when it
 * is not a policy document.
 */
export function statements(document: Value): readonly Statement[] | typeof UNKNOWN {
  if (document === UNKNOWN) return UNKNOWN;
  const parsed = typeof document === "string" ? parse(document) : document;
  const found = at(parsed, "Statement");
  if (found === UNKNOWN) return UNKNOWN;
  const all = Array.isArray(found) ? (found as readonly Value[]) : [found];
  return all.filter(isBlock).map(statement);
}

function parse(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

function statement(raw: Properties): Statement {
  const conditions = raw["Condition"];
  const allows = raw["Effect"] === "Allow";
  const principals = raw["NotPrincipal"] === undefined ? principalsOf(raw["Principal"]) : allows ? ["*"] : [];
  return {
    allows,
    actions: raw["NotAction"] === undefined ? texts(raw["Action"]) : allows ? ["*"] : [],
    resources: raw["NotResource"] === undefined ? texts(raw["Resource"]) : allows ? ["*"] : [],
    principals,
    conditions: isBlock(conditions) ? conditions : {},
  };
}

function texts(value: Value): readonly string[] {
  const all = Array.isArray(value) ? (value as readonly Value[]) : [value];
  return all.filter((one) => typeof one === "string");
}

function principalsOf(value: Value): readonly string[] {
  return isBlock(value) ? Object.values(value).flatMap(texts) : texts(value);
}

/** Condition keys that tie a caller to an account, an organisation, a network or a resource. */
const CONFINING_KEYS: ReadonlySet<string> = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "kms:calleraccount",
  "lambda:functionarn",
]);

/** Values that confine nothing. */
const ANYTHING: ReadonlySet<string> = new Set(["*", "0.0.0.0/0", "::/0", "arn:aws:*", "arn:*"]);

function confines(conditions: Properties): boolean {
  return Object.entries(conditions).some(([operator, keys]) => {
    // A negated or an if-it-is-there operator lets callers pass who do not carry the key.
    if (/Not|IfExists|ForAllValues|Null/i.test(operator) || !isBlock(keys)) return false;
    return Object.entries(keys).some(([key, value]) => {
      const values = texts(value);
      return CONFINING_KEYS.has(key.toLowerCase()) && values.length > 0 && !values.some((one) => ANYTHING.has(one));
    });
  });
}

/** Whether a statement lets anyone in: the whole world is a principal, and no condition ties it down. */
export function isOpen({ allows, principals, conditions }: Statement): boolean {
  return allows && principals.includes("*") && !confines(conditions);
}

/** Whether a statement denies every caller and every S3 action when the request does not come over TLS. */
export function deniesPlainHttp({ allows, principals, actions, conditions }: Statement): boolean {
  if (allows || !principals.includes("*")) return false;
  if (!actions.some((action) => action === "*" || action.toLowerCase() === "s3:*")) return false;
  const flags = at(conditions, "Bool");
  if (!isBlock(flags) || Object.keys(conditions).length > 1) return false;
  return Object.entries(flags).some(
    ([key, value]) =>
      key.toLowerCase() === "aws:securetransport" && [value].flat().every((one) => one === false || one === "false"),
  );
}
