import type { Call, Caller, CallRow } from "../../../aws/call";
import { CALLS } from "../../../aws/calls";
import { PROGRAM_CALLS } from "../../../contracts/calls/programs";
import type { Topology } from "../../../regions/topology/model";
import { stackOfUrn, UNKNOWN } from "../../graph";
import type { FleetGraph, GraphNode, Value } from "../../graph";
import type { Finding, Judge } from "../finding";
import { evaluate, explain, namePrincipal } from "./policy";
import type { ContextKeys, Layer, Principal, Request, Text, Verdict } from "./policy";
import { programQuestions } from "./programs";
import type { Question } from "./question";
import { placeOf } from "./world/build";
import { FleetPlace } from "./world/place";
import { World } from "./world/world";

export interface Answer {
  readonly question: Question;
  readonly verdict: Verdict;
}

/** Every question that AWS asks because of the properties of a fleet's resources. */
export function* questionsOf(world: World, rows: readonly CallRow[] = CALLS): Generator<Question> {
  const home = new FleetPlace(world, "");
  for (const row of rows) {
    for (const node of world.of(...row.types)) {
      const place = home.in(node.region);
      for (const call of row.calls(node, place)) yield* asked(world, row, node, call);
    }
  }
}

function* asked(world: World, row: CallRow, node: GraphNode, call: Call): Generator<Question> {
  const principal = principalOf(world, call.caller);
  if (principal === undefined) return;
  const resource = textOf(call.resource);
  const fromVpcOf = call.fromVpc === true ? node.region : undefined;
  for (const action of call.actions) {
    const context = contextOf(world, action, resource, call.context);
    yield { row, node, request: { principal, action, resource, account: world.place.account, context }, fromVpcOf };
  }
}

/** Who calls; undefined when a property that may name a role does not. */
function principalOf(world: World, caller: Caller): Principal | undefined {
  if ("service" in caller) return { kind: "service", names: [caller.service] };
  if ("deployer" in caller) return world.deployer;
  const { partition, account } = world.place;
  if ("serviceLinked" in caller) {
    return { kind: "role", arn: `arn:${partition}:iam::${account}:role/aws-service-role/${caller.serviceLinked}` };
  }
  const { role } = caller;
  if (role === undefined || role === null) return undefined;
  const found = world.role(role);
  return { kind: "role", arn: found?.arn ?? textOf(role) };
}

function contextOf(world: World, action: string, resource: Text, given: Call["context"] = {}): ContextKeys {
  const context: Record<string, Text | readonly Text[]> = {};
  for (const [key, value] of Object.entries(given)) {
    if (value !== undefined && value !== null) context[key] = textOf(value);
  }
  if (action.startsWith("kms:")) context["kms:ResourceAliases"] = world.aliasesOf(resource);
  return context;
}

function textOf(value: Value): Text {
  return typeof value === "string" ? value : UNKNOWN;
}

/** Answers questions by the world's policies. */
export function* answersOf(world: World, questions: Iterable<Question>): Generator<Answer> {
  for (const question of questions) {
    const { request, fromVpcOf } = question;
    yield { question, verdict: evaluate(request, world.layersFor(request, fromVpcOf)) };
  }
}

/** The findings of a fleet, whose graph was recorded with identifiers: one for each call that is not allowed. */
export function accessFindings(graph: FleetGraph, topology: Pick<Topology, "account" | "home">): readonly Finding[] {
  const world = new World(graph, placeOf(topology));
  const byCall = Map.groupBy(
    [...answersOf(world, questionsOf(world)), ...answersOf(world, programQuestions(world))].filter(
      ({ verdict }) => verdict.kind !== "allowed",
    ),
    ({ question: { row, node, request }, verdict }) =>
      [row.id, node.urn, namePrincipal(request.principal), String(request.resource), kindOf(verdict)].join(" "),
  );
  return [...byCall.values()].flatMap((answers) => {
    const [first] = answers;
    return first === undefined
      ? []
      : [findingOf(world, first, [...new Set(answers.map(({ question }) => question.request.action))])];
  });
}

function kindOf(verdict: Verdict): string {
  return verdict.kind === "missing" ? verdict.layers.join("+") : verdict.kind;
}

/** What a layer is called in a message. */
const NAMES: Readonly<Record<Layer, string>> = {
  scp: "a service control policy",
  rcp: "a resource control policy",
  endpoint: "the policy of the VPC endpoint",
  resource: "the resource's policy",
  identity: "a policy of the role",
  boundary: "the role's permissions boundary",
  session: "the session policy",
};

function findingOf(world: World, { question, verdict }: Answer, actions: readonly string[]): Finding {
  const { row, node, request } = question;
  const urn = holderOf(world, request, verdict) || node.urn;
  const resource = request.resource === UNKNOWN ? "a resource that only AWS knows" : request.resource;
  const who = namePrincipal(request.principal);
  return {
    id: row.id,
    rule: row.id,
    title: row.title,
    severity: "high",
    level: verdict.kind === "unjudged" ? "advisory" : "mandatory",
    stack: stackOfUrn(urn),
    urn,
    property: row.property,
    message: `${placeName(node)}.${row.property}: want ${who} allowed ${actions.join(", ")} on ${resource}, got ${reason(world, question, verdict)} (${row.source})`,
  };
}

function holderOf(world: World, request: Request, verdict: Verdict): string {
  if (verdict.kind === "denied") return verdict.by.origin.urn;
  if (verdict.kind === "unjudged") {
    const [first] = verdict.by;
    return first === undefined ? "" : "origin" in first ? first.origin.urn : first.urn;
  }
  if (verdict.kind === "allowed") return "";
  return world.holderOf(verdict.layers[0], request);
}

function reason(world: World, { request, fromVpcOf }: Question, verdict: Verdict): string {
  switch (verdict.kind) {
    case "allowed":
      return "allowed";
    case "denied":
      return `denied by ${verdict.by.sid} in ${verdict.by.origin.name}`;
    case "unjudged":
      return "a condition or policy that only AWS can judge";
    case "missing": {
      const [layer, ...more] = verdict.layers;
      const [near] = explain(request, world.layersFor(request, fromVpcOf), layer);
      const also = more.length === 0 ? "" : `, nor ${more.map((one) => NAMES[one]).join(", nor ")}`;
      const almost =
        near === undefined ? "" : `; ${near.statement.sid} in ${near.statement.origin.name} almost does: ${near.fails}`;
      return `no statement of ${NAMES[layer]}${also} that allows it${almost}`;
    }
  }
}

function placeName({ stack, type, name }: GraphNode): string {
  return `${stack} ${type.split(":").at(-1) ?? type} ${name}`;
}

/** The judge of access. Its graph has identifiers, unlike the one that other judges see, so it is recorded apart. */
export function accessJudge(identified: FleetGraph): Judge {
  return { rules: CALLS.length + PROGRAM_CALLS.length, judge: ({ topology }) => accessFindings(identified, topology) };
}
