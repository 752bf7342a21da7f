import type { ContextKeys, Grant, Layers, Principal, Request } from "../../../../../fleet/check/access";
import { compileDocument } from "../../../../../fleet/check/access";
import type { Properties, Value } from "../../../../../fleet/graph";

/** Account of the callers and, unless a case says otherwise, of the resources. */
export const ACCOUNT = "111122223333";
export const OTHER = "999988887777";
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/app`;
export const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
export const BUCKET = "arn:aws:s3:::lake";
export const OBJECT = "arn:aws:s3:::lake/gold/a.parquet";
export const QUEUE = `arn:aws:sqs:eu-west-1:${ACCOUNT}:jobs`;

export const role: Principal = { kind: "role", arn: ROLE, session: "run" };
export const user: Principal = { kind: "user", arn: `arn:aws:iam::${ACCOUNT}:user/ann` };
export const stranger: Principal = { kind: "role", arn: `arn:aws:iam::${OTHER}:role/app`, session: "run" };
export const service = (...names: readonly string[]): Principal => ({ kind: "service", names });
export const anonymous: Principal = { kind: "anonymous" };

export type Statement = Properties;

/** The policies of a case, as their authors write them; each is one document. */
export interface Policies {
  readonly identity?: readonly Statement[];
  readonly resource?: readonly Statement[];
  readonly boundary?: readonly Statement[];
  readonly session?: readonly Statement[];
  readonly endpoint?: readonly Statement[];
  readonly scps?: readonly (readonly Statement[])[];
  readonly rcps?: readonly (readonly Statement[])[];
  readonly grants?: readonly Grant[];
  /** @default 2012-10-17 */
  readonly version?: string;
}

export interface Case {
  readonly name: string;
  /** Page under https://docs.aws.amazon.com/ that says so. */
  readonly source: string;
  readonly who?: Principal;
  readonly action?: string;
  readonly resource?: Request["resource"];
  readonly account?: string;
  readonly context?: ContextKeys;
  readonly policies: Policies;
  /** `missing` is followed by the first layer that is missing. */
  readonly want:
    | "allowed"
    | "denied"
    | "unjudged"
    | `missing ${"scp" | "rcp" | "endpoint" | "resource" | "identity" | "boundary" | "session"}`;
}

/** An allowing statement; on everything unless it says otherwise. */
export function allow(action: Value, resource: Value = "*", more: Statement = {}): Statement {
  return { Effect: "Allow", Action: action, Resource: resource, ...more };
}

export function deny(action: Value, resource: Value = "*", more: Statement = {}): Statement {
  return { Effect: "Deny", Action: action, Resource: resource, ...more };
}

export const to = (principal: Value): Statement => ({ Principal: principal });
export const when = (operator: string, key: string, value: Value): Statement => ({
  Condition: { [operator]: { [key]: value } },
});

/** The document of some statements. */
export function documentOf(statements: readonly Statement[], version = "2012-10-17"): Properties {
  return { Version: version, Statement: statements };
}

export function layersOf({
  identity,
  resource,
  boundary,
  session,
  endpoint,
  scps,
  rcps,
  grants,
  version,
}: Policies): Layers {
  const compiled = (layer: string, statements: readonly Statement[]) =>
    compileDocument(documentOf(statements, version), { name: layer, urn: "" });
  return {
    identity: identity === undefined ? [] : [compiled("identity", identity)],
    ...(resource === undefined ? {} : { resource: [compiled("resource", resource)] }),
    ...(boundary === undefined ? {} : { boundary: compiled("boundary", boundary) }),
    ...(session === undefined ? {} : { session: [compiled("session", session)] }),
    ...(endpoint === undefined ? {} : { endpoint: compiled("endpoint", endpoint) }),
    ...(scps === undefined ? {} : { scps: scps.map((level) => [compiled("scp", level)]) }),
    ...(rcps === undefined ? {} : { rcps: rcps.map((level) => [compiled("rcp", level)]) }),
    ...(grants === undefined ? {} : { grants }),
  };
}

export function requestOf({ who = role, action = "s3:GetObject", resource = OBJECT, account, context }: Case): Request {
  return {
    principal: who,
    action,
    resource,
    account: account ?? ACCOUNT,
    ...(context === undefined ? {} : { context }),
  };
}
