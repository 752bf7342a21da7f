import { isBlock, UNKNOWN } from "../../../graph";
import type { Properties, Value } from "../../../graph";
import { compileConditions, textsOf } from "./conditions";
import type { Condition } from "./conditions";
import type { Context } from "./context";
import { anyOf, compileArn, compilePattern } from "./pattern";
import { compilePrincipal, isNamed } from "./principal";
import type { Principal, PrincipalTest, Strength } from "./principal";
import { and, not } from "./truth";
import type { Text, Truth } from "./truth";

/** Where a policy comes from. */
export interface Origin {
  /** What a reader calls it, e.g. `policy of key keys-behaviour`. */
  readonly name: string;
  /** URN of the resource that contains it; empty when no stack makes it. */
  readonly urn: string;
}

/** One statement, compiled. */
export interface Statement {
  readonly origin: Origin;
  /** Its `Sid`, else its number, e.g. `statement 2`. */
  readonly sid: string;
  readonly effect: "Allow" | "Deny";
  readonly conditions: readonly Condition[];
  /** Services whose actions it may name, in lower case; undefined for any. */
  readonly services: readonly string[] | undefined;
  action(action: string): Truth;
  resource(arn: Text, context: Context): Truth;
  /** How it names who calls; a statement without a principal is about the one that it is attached to. */
  principal(principal: Principal): Readonly<Record<Strength, Truth>>;
  /** Whether it is about who calls at all. */
  concerns(principal: Principal): Truth;
}

/** A policy document, compiled once for any number of questions. */
export class Document {
  private readonly byService = new Map<string, readonly Statement[]>();

  constructor(
    readonly origin: Origin,
    readonly statements: readonly Statement[],
  ) {}

  /** Statements that may be about an action. */
  about(action: string): readonly Statement[] {
    const service = action.slice(0, action.indexOf(":")).toLowerCase();
    let found = this.byService.get(service);
    if (found === undefined) {
      found = this.statements.filter(({ services }) => services === undefined || services.includes(service));
      this.byService.set(service, found);
    }
    return found;
  }
}

/**
 * Compiles a policy document: JSON, or the same as a block. What is no document, and what only AWS knows, is one allow
 * and one deny that cannot be judged.
 */
export function compileDocument(given: Value, origin: Origin): Document {
  const block: Value = parsed(given);
  if (!isBlock(block)) return new Document(origin, [unknown(origin, "Allow"), unknown(origin, "Deny")]);
  const variables = block["Version"] === "2012-10-17";
  const statements = block["Statement"];
  const all: readonly Value[] = Array.isArray(statements) ? (statements as readonly Value[]) : [statements];
  return new Document(
    origin,
    all.flatMap((statement, index) =>
      isBlock(statement)
        ? [compileStatement(statement, origin, index, variables)]
        : [unknown(origin, "Allow"), unknown(origin, "Deny")],
    ),
  );
}

function parsed(given: Value): Value {
  if (typeof given !== "string") return given;
  try {
    return JSON.parse(given) as Value;
  } catch {
    return undefined;
  }
}

function unknown(origin: Origin, effect: "Allow" | "Deny"): Statement {
  return {
    origin,
    sid: "a document that only AWS knows",
    effect,
    conditions: [],
    services: undefined,
    action: () => undefined,
    resource: () => undefined,
    principal: () => ({ session: undefined, role: undefined, account: undefined }),
    concerns: () => undefined,
  };
}

function compileStatement(block: Properties, origin: Origin, index: number, variables: boolean): Statement {
  const actions = textsOf(block["Action"]);
  const notActions = textsOf(block["NotAction"]);
  const principal = principalOf(block);
  const sid = block["Sid"];
  return {
    origin,
    sid: typeof sid === "string" && sid !== "" ? sid : `statement ${index + 1}`,
    effect: block["Effect"] === "Deny" ? "Deny" : "Allow",
    conditions: compileConditions(block["Condition"], variables),
    services: notActions.length > 0 ? undefined : servicesOf(actions),
    action: notActions.length > 0 ? negated(actionTest(notActions)) : actionTest(actions),
    resource: resourceOf(block, variables),
    ...principal,
  };
}

const NO_CONTEXT: Context = new Map();

function actionTest(actions: readonly Text[]): (action: string) => Truth {
  const exact = new Set<string>();
  const patterns = [];
  for (const action of actions) {
    if (action !== UNKNOWN && !/[*?]/.test(action)) exact.add(action.toLowerCase());
    else patterns.push(compilePattern(action, { wildcards: true, variables: false, caseSensitive: false }));
  }
  const matches = anyOf(patterns);
  return (action) => exact.has(action.toLowerCase()) || matches(action, NO_CONTEXT);
}

function negated(test: (action: string) => Truth): (action: string) => Truth {
  return (action) => not(test(action));
}

/** Undefined when an action's service may be any. */
function servicesOf(actions: readonly Text[]): readonly string[] | undefined {
  const services = new Set<string>();
  for (const action of actions) {
    const service = action === UNKNOWN ? "*" : (action.split(":", 1)[0] ?? "").toLowerCase();
    if (/[*?]/.test(service)) return undefined;
    services.add(service);
  }
  return [...services];
}

/** A trust policy has no resource: it is about the role that it belongs to. */
function resourceOf(block: Properties, variables: boolean): Statement["resource"] {
  const included = textsOf(block["Resource"]);
  const excluded = textsOf(block["NotResource"]);
  if (included.length === 0 && excluded.length === 0) return () => true;
  const compares = (included.length > 0 ? included : excluded).map((arn) => compileArn(arn, { variables }));
  const matches = anyOf(compares);
  const everything = (included.length > 0 ? included : excluded).includes("*");
  return (arn, context) => {
    // A resource that only AWS knows is one of all.
    const found = everything ? true : arn === UNKNOWN ? undefined : arn === "*" ? false : matches(arn, context);
    return included.length > 0 ? found : not(found);
  };
}

function principalOf(block: Properties): Pick<Statement, "principal" | "concerns"> {
  const included = block["Principal"];
  const excluded = block["NotPrincipal"];
  if (excluded !== undefined) {
    const test = compilePrincipal(excluded);
    const concerns = (principal: Principal): Truth => not(isNamed(test, principal));
    return { concerns, principal: (principal) => ({ session: concerns(principal), role: false, account: false }) };
  }
  if (included === undefined) {
    return { concerns: () => true, principal: () => ({ session: false, role: false, account: false }) };
  }
  const test: PrincipalTest = compilePrincipal(included);
  return { principal: test, concerns: (principal) => isNamed(test, principal) };
}

/** Whether a statement is about a request, apart from how it names who calls. */
export function applies(statement: Statement, action: string, resource: Text, context: Context): Truth {
  let whole: Truth = statement.action(action);
  if (whole === false) return false;
  whole = and(whole, statement.resource(resource, context));
  for (const condition of statement.conditions) {
    if (whole === false) return false;
    whole = and(whole, condition.holds(context));
  }
  return whole;
}
