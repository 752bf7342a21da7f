import { UNKNOWN } from "../../graph";
import type { Finding } from "../../../contracts/finding";
import type { CallRow } from "../../../aws/call";
import { questionsOf } from "./judge";
import { programQuestions } from "./programs";
import { evaluate, explain, namePrincipal } from "./policy";
import type { ContextKeys, Grant, Layer, Request, Statement, Verdict } from "./policy";
import type { World } from "./world/world";

/** A statement, or a grant, by where it is. */
export interface StatementSource {
  /** `Sid` or number of a statement, name of a grant. */
  readonly statement: string;
  /** The document, e.g. `policy of rolePolicy etl-node (dev.eu-west-1)`. */
  readonly policy: string;
  /** URN of the resource that contains it; empty when no stack makes it. */
  readonly urn: string;
}

/** Why a principal may, or may not, do something. */
export interface Reason {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly verdict: Verdict["kind"];
  /** The statements that allow or deny it, or that only AWS can judge. */
  readonly by: readonly StatementSource[];
  /** The layers that lack a statement, the first one first. */
  readonly missing: readonly Layer[];
  /** URN of the resource whose document would contain the missing statement; empty when nothing is missing. */
  readonly holder: string;
  /** Statements of the first missing layer that almost allow it, nearest first. */
  readonly near: readonly (StatementSource & { readonly fails: string })[];
  /** What makes AWS ask just this: rows of `aws/<service>/calls.ts`. */
  readonly because: readonly Pick<CallRow, "id" | "title" | "source">[];
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Why, or why not: by the condition keys that are given, else by those with which AWS itself makes the call, where a row
 * says so; of several such calls the first that is not allowed.
 */
export function why(
  world: World,
  asked: { readonly principal: string; readonly action: string; readonly resource: string },
  context?: ContextKeys,
): Reason | { readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const principal = world.principal(asked.principal);
  if ("candidates" in principal) {
    const { candidates } = principal;
    const got = candidates.length === 0 ? "a name that no role has" : `one of ${candidates.join(", ")}`;
    findings.push({
      path: "PRINCIPAL",
      want: "a role by name or ARN, a service such as s3.amazonaws.com, or deployer",
      got: `${asked.principal}: ${got}`,
    });
  }
  if (!/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(asked.action)) {
    findings.push({ path: "ACTION", want: "service:Action without wildcards", got: asked.action });
  }
  const resource = resourceOf(world, asked.resource, asked.action);
  if (resource === undefined) {
    findings.push({
      path: "RESOURCE",
      want: "an ARN, s3://bucket/key, alias/name, * or the name of a resource",
      got: asked.resource,
    });
  }
  if (resource === undefined || "candidates" in principal || findings.length > 0) return { findings };

  const plain: Request = {
    principal,
    action: asked.action,
    resource,
    account: world.place.account,
    context: { "kms:ResourceAliases": world.aliasesOf(resource), ...context },
  };
  const same = context === undefined ? [...alike(world, plain)] : [];
  const requests = same.length === 0 ? [plain] : same.map(({ request }) => request);
  const judged = requests.map((request) => ({ request, verdict: evaluate(request, world.layersFor(request)) }));
  const shown = judged.find(({ verdict }) => verdict.kind !== "allowed") ?? judged[0];
  const because = [...new Map(same.map(({ row }) => [row.id, row])).values()];
  return reasonOf(world, shown?.request ?? plain, shown?.verdict ?? evaluate(plain, world.layersFor(plain)), because);
}

function* alike(world: World, { principal, action, resource }: Request) {
  const who = namePrincipal(principal);
  for (const question of [...questionsOf(world), ...programQuestions(world)]) {
    const { request } = question;
    if (request.action.toLowerCase() !== action.toLowerCase() || request.resource !== resource) continue;
    if (namePrincipal(request.principal) === who) yield question;
  }
}

function reasonOf(world: World, request: Request, verdict: Verdict, because: readonly CallRow[]): Reason {
  const missing: readonly Layer[] = verdict.kind === "missing" ? verdict.layers : [];
  const [first] = missing;
  const near = first === undefined ? [] : explain(request, world.layersFor(request), first);
  const by = verdict.kind === "denied" ? [verdict.by] : verdict.kind === "missing" ? [] : verdict.by;
  return {
    principal: namePrincipal(request.principal),
    action: request.action,
    resource: request.resource === UNKNOWN ? "" : request.resource,
    verdict: verdict.kind,
    by: by.map(sourceOf),
    missing,
    holder: first === undefined ? "" : world.holderOf(first, request),
    near: near.map(({ statement, fails }) => ({ ...sourceOf(statement), fails })),
    because: because.map(({ id, title, source }) => ({ id, title, source })),
    context: Object.fromEntries(
      Object.entries(request.context ?? {}).flatMap(([key, value]) => {
        const text =
          typeof value === "string"
            ? value
            : typeof value === "symbol"
              ? "(only AWS knows)"
              : value.map(String).join(", ");
        return text === "" ? [] : [[key, text]];
      }),
    ),
  };
}

function sourceOf(one: Statement | Grant): StatementSource {
  return "sid" in one
    ? { statement: one.sid, policy: one.origin.name, urn: one.origin.urn }
    : { statement: one.name, policy: "grant", urn: one.urn };
}

/** ARN of what a text names, of the service whose action is asked for. */
function resourceOf(world: World, given: string, action: string): string | undefined {
  if (given === "*" || given.startsWith("arn:")) return given;
  const [, path] = /^s3:\/\/(.+)$/.exec(given) ?? [];
  if (path !== undefined) return `arn:${world.place.partition}:s3:::${path}`;
  if (given.startsWith("alias/")) return world.keyOfAlias(given);
  return world.named(given, action.split(":", 1)[0] ?? "");
}
