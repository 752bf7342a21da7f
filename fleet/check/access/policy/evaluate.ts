import { UNKNOWN } from "../../../graph";
import { addKeys } from "./context";
import type { Context, ContextKeys, ContextValue } from "./context";
import { applies } from "./document";
import type { Document, Statement } from "./document";
import type { Grant } from "./grant";
import { grantAllows } from "./grant";
import { arnParts } from "./pattern";
import { accountOf, isServiceLinked } from "./principal";
import type { Principal } from "./principal";
import { and, not, or } from "./truth";
import type { Text, Truth } from "./truth";

/** One call to AWS. */
export interface Request {
  readonly principal: Principal;
  /** E.g. `s3:GetObject`. */
  readonly action: string;
  /** ARN; a `*` in it stands for itself, so that a statement must cover all that it stands for. */
  readonly resource: Text;
  /** Account that owns the resource. @default the ARN's, else the caller's */
  readonly account?: string;
  /** Keys beside those that follow from the rest. A value that only AWS knows may also be absent. @default none */
  readonly context?: ContextKeys;
}

/** The policies that a request is held against. A layer that is not given does not limit it. */
export interface Layers {
  /** Attached to the caller. */
  readonly identity?: readonly Document[];
  /** Of the resource: bucket policy, key policy, trust policy and so on. */
  readonly resource?: readonly Document[];
  /** Of a KMS key. */
  readonly grants?: readonly Grant[];
  readonly boundary?: Document;
  readonly session?: readonly Document[];
  /** Service control policies, a list for each level from the root to the account. */
  readonly scps?: readonly (readonly Document[])[];
  /** Resource control policies, likewise. `RCPFullAWSAccess` is not among them. */
  readonly rcps?: readonly (readonly Document[])[];
  /** Of the VPC endpoint that the request passes. */
  readonly endpoint?: Document;
}

export type Layer = "scp" | "rcp" | "endpoint" | "resource" | "identity" | "boundary" | "session";

/** What AWS answers. */
export type Verdict =
  /** By these statements or grants, any of which a layer needs. */
  | { readonly kind: "allowed"; readonly by: readonly (Statement | Grant)[] }
  | { readonly kind: "denied"; readonly by: Statement }
  /** Nothing allows it; the layers that do not, the first one first. */
  | { readonly kind: "missing"; readonly layers: readonly [Layer, ...Layer[]] }
  /** It depends on what only AWS knows in these statements or in the request. */
  | { readonly kind: "unjudged"; readonly by: readonly (Statement | Grant)[] };

/** What a layer says of a request. */
interface Said {
  allow: Truth;
  readonly allowing: (Statement | Grant)[];
  readonly unsure: (Statement | Grant)[];
}

/**
 * Answers a request as AWS does for policies of one or two accounts: an explicit deny anywhere decides; then every layer
 * that limits must allow; then the resource's policy, the caller's, or both must.
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html,
 * for keys docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html.
 */
export function evaluate(request: Request, layers: Layers): Verdict {
  const context = contextOf(request);
  const { principal, action, resource } = request;
  const free = isServiceLinked(principal) || principal.kind === "service";
  const scps = free || principal.kind === "anonymous" ? [] : (layers.scps ?? []);
  const rcps = isServiceLinked(principal) ? [] : (layers.rcps ?? []);

  const doubtful: Statement[] = [];
  const denies = (document: Document): Statement | undefined => {
    for (const statement of document.about(action)) {
      if (statement.effect !== "Deny") continue;
      const truth = and(statement.concerns(principal), applies(statement, action, resource, context));
      if (truth === true) return statement;
      if (truth === undefined) doubtful.push(statement);
    }
    return undefined;
  };
  for (const document of everyDocument(layers, scps, rcps)) {
    const statement = denies(document);
    if (statement !== undefined) return { kind: "denied", by: statement };
  }

  const says = (documents: readonly Document[]): Said => {
    const said: Said = { allow: false, allowing: [], unsure: [] };
    for (const document of documents) {
      for (const statement of document.about(action)) {
        if (statement.effect !== "Allow") continue;
        const truth = and(statement.concerns(principal), applies(statement, action, resource, context));
        if (truth === true) said.allowing.push(statement);
        if (truth === undefined) said.unsure.push(statement);
        said.allow = or(said.allow, truth);
      }
    }
    return said;
  };
  const allows = (documents: readonly Document[] | undefined): Said =>
    documents === undefined ? { allow: true, allowing: [], unsure: [] } : says(documents);

  const own: Said = principal.kind === "root" ? { allow: true, allowing: [], unsure: [] } : says(layers.identity ?? []);
  const boundary = allows(layers.boundary === undefined ? undefined : [layers.boundary]);
  const session = allows(layers.session);
  const endpoint = allows(layers.endpoint === undefined ? undefined : [layers.endpoint]);
  const levels = [...scps.map((level) => says(level)), ...rcps.map((level) => says(level))];
  const scp = and(...levels.slice(0, scps.length).map(({ allow }) => allow));
  const rcp = and(...levels.slice(scps.length).map(({ allow }) => allow));
  const held = named(request, layers, context);

  const limits = and(boundary.allow, session.allow);
  const path = pathOf(request, { held, own: own.allow, limits });
  const whole = and(scp, rcp, endpoint.allow, path, not(doubtful.length > 0 ? undefined : false));
  const used = [held.said, own, boundary, session, endpoint, ...levels];
  if (whole === true) return { kind: "allowed", by: used.flatMap(({ allowing }) => allowing) };
  if (whole === undefined) return { kind: "unjudged", by: [...doubtful, ...used.flatMap(({ unsure }) => unsure)] };
  const missing: Layer[] = [];
  if (scp === false) missing.push("scp");
  if (rcp === false) missing.push("rcp");
  if (endpoint.allow === false) missing.push("endpoint");
  if (path === false) missing.push(...missingOf(request, { held, own: own.allow, boundary, session }));
  const [first = "identity", ...more] = missing;
  return { kind: "missing", layers: [first, ...more] };
}

function* everyDocument(
  { identity, resource, boundary, session, endpoint }: Layers,
  scps: readonly (readonly Document[])[],
  rcps: readonly (readonly Document[])[],
): Generator<Document> {
  for (const level of scps) yield* level;
  for (const level of rcps) yield* level;
  if (endpoint !== undefined) yield endpoint;
  if (resource !== undefined) yield* resource;
  if (identity !== undefined) yield* identity;
  if (boundary !== undefined) yield boundary;
  if (session !== undefined) yield* session;
}

/** What the resource's policy and grants say, by how they name who calls. */
interface Held {
  session: Truth;
  role: Truth;
  account: Truth;
  readonly said: Said;
}

function named({ principal, action, resource }: Request, layers: Layers, context: Context): Held {
  const held: Held = { session: false, role: false, account: false, said: { allow: false, allowing: [], unsure: [] } };
  for (const document of layers.resource ?? []) {
    for (const statement of document.about(action)) {
      if (statement.effect !== "Allow") continue;
      const truth = applies(statement, action, resource, context);
      if (truth === false) continue;
      const strengths = statement.principal(principal);
      const any = or(strengths.session, strengths.role, strengths.account);
      if (and(any, truth) === true) held.said.allowing.push(statement);
      else if (any !== false) held.said.unsure.push(statement);
      held.session = or(held.session, and(strengths.session, truth));
      held.role = or(held.role, and(strengths.role, truth));
      held.account = or(held.account, and(strengths.account, truth));
    }
  }
  for (const grant of layers.grants ?? []) {
    const truth = grantAllows(grant, principal, action, context);
    if (truth === true) held.said.allowing.push(grant);
    if (truth === undefined) held.said.unsure.push(grant);
    held.role = or(held.role, truth);
  }
  return held;
}

/** Keys, roles to assume and what has no owner by its ARN are closed unless their own policy opens them. */
function needsOwnPolicy({ action, resource }: Request): boolean {
  if (/^sts:(AssumeRole|TagSession|SetSourceIdentity)/i.test(action)) return true;
  return /^kms:/i.test(action) && resource !== UNKNOWN && /^arn:[^:]*:kms:[^:]*:[^:]*:key\//.test(resource);
}

function isCrossAccount({ principal, resource, account }: Request): Truth {
  const own = accountOf(principal);
  const owner = account ?? (resource === UNKNOWN ? undefined : arnParts(resource)?.[3]);
  if (own === undefined) return principal.kind === "role" || principal.kind === "user" ? undefined : true;
  return owner !== undefined && owner !== "" && owner !== own;
}

interface Parts {
  readonly held: Held;
  readonly own: Truth;
  readonly limits: Truth;
}

function pathOf(request: Request, { held, own, limits }: Parts): Truth {
  const { principal } = request;
  if (principal.kind === "service" || principal.kind === "anonymous" || principal.kind === "federated") {
    return held.session;
  }
  const both = and(or(held.session, held.role, held.account), own, limits);
  const across = isCrossAccount(request);
  const within = needsOwnPolicy(request)
    ? or(held.session, and(held.role, limits), and(held.account, own, limits))
    : or(held.session, and(or(held.role, own), limits));
  if (across === true) return both;
  return across === false ? within : and(both, within) === true ? true : or(both, within) === false ? false : undefined;
}

function missingOf(
  request: Request,
  { held, own, boundary, session }: Omit<Parts, "limits"> & { readonly boundary: Said; readonly session: Said },
): readonly Layer[] {
  const { principal } = request;
  const missing: Layer[] = [];
  const opened = or(held.session, held.role, held.account);
  if (principal.kind !== "role" && principal.kind !== "user" && principal.kind !== "root") return ["resource"];
  const mustOpen = isCrossAccount(request) !== false || needsOwnPolicy(request);
  if (mustOpen && opened !== true) missing.push("resource");
  const direct = isCrossAccount(request) === false && held.role === true;
  if (own === false && !direct && !(mustOpen && missing.length > 0 && isTrust(request))) missing.push("identity");
  if (boundary.allow === false) missing.push("boundary");
  if (session.allow === false) missing.push("session");
  return missing;
}

function isTrust({ action }: Request): boolean {
  return action.toLowerCase().startsWith("sts:");
}

/** The keys of a request: those that follow from who calls what, then those that are given. */
export function contextOf({ principal, action, resource, account, context = {} }: Request): Context {
  const keys = new Map<string, ContextValue>();
  keys.set("aws:securetransport", ["true"]);
  keys.set("aws:currenttime", UNKNOWN);
  keys.set("aws:epochtime", UNKNOWN);
  keys.set("aws:useragent", UNKNOWN);
  keys.set("aws:sourceip", UNKNOWN);
  const parts = resource === UNKNOWN ? undefined : arnParts(resource);
  const owner = account ?? (parts?.[3] === "" ? undefined : parts?.[3]) ?? accountOf(principal);
  keys.set("aws:resourceaccount", resource === UNKNOWN || owner === undefined ? UNKNOWN : [owner]);
  keys.set("aws:requestedregion", parts?.[2] === undefined || parts[2] === "" ? UNKNOWN : [parts[2]]);
  addPrincipalKeys(keys, principal);
  const caller = accountOf(principal);
  if (/^kms:/i.test(action)) keys.set("kms:calleraccount", caller === undefined ? UNKNOWN : [caller]);
  addKeys(keys, context);
  return keys;
}

function addPrincipalKeys(keys: Map<string, ContextValue>, principal: Principal): void {
  const account = accountOf(principal);
  if (account !== undefined) keys.set("aws:principalaccount", [account]);
  switch (principal.kind) {
    case "role":
    case "user":
      keys.set("aws:principalarn", principal.arn === UNKNOWN ? UNKNOWN : [principal.arn]);
      keys.set("aws:principalisawsservice", ["false"]);
      keys.set("aws:principaltype", [principal.kind === "role" ? "AssumedRole" : "User"]);
      keys.set("aws:userid", UNKNOWN);
      if (principal.kind === "user") {
        keys.set("aws:username", principal.arn === UNKNOWN ? UNKNOWN : [principal.arn.split("/").at(-1) ?? ""]);
      }
      break;
    case "root":
      keys.set("aws:principalisawsservice", ["false"]);
      keys.set("aws:principaltype", ["Account"]);
      keys.set("aws:userid", [principal.account]);
      break;
    case "service":
      keys.set("aws:principalisawsservice", ["true"]);
      keys.set("aws:principalservicename", [principal.names[0] ?? ""]);
      keys.set("aws:principalservicenameslist", principal.names);
      break;
    case "federated":
    case "anonymous":
      keys.set("aws:principalisawsservice", ["false"]);
      keys.set("aws:principaltype", ["Anonymous"]);
  }
}
