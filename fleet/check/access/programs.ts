import type { CallPlace, CallRow } from "../../../aws/call";
import { rightsOf, type ProgramCall, type ProgramCalls, type Right, type Thing } from "../../../contracts/calls/call";
import { PROGRAM_CALLS } from "../../../contracts/calls/programs";
import { PROGRAMS } from "../../../contracts/settings/programs";
import { at, list, text } from "../../graph";
import type { GraphNode, Value } from "../../graph";
import type { Request } from "./policy";
import type { Question } from "./question";
import { FleetPlace } from "./world/place";
import type { World } from "./world/world";

/** A program where it runs: with its environment, or the arguments of its command line, and its role. */
interface Run {
  readonly program: ProgramCalls;
  readonly node: GraphNode;
  readonly role: string;
  readonly names: Readonly<Record<string, string>>;
}

const FUNCTION = "aws:lambda/function:Function";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
const MACHINE = "aws:sfn/stateMachine:StateMachine";
const CLUSTER = "aws:emr/cluster:Cluster";

/**
 * Whether each program may make its calls (`contracts/calls`) where it runs. Programs are known by their environment, which
 * has every setting that they require, and Spark's by the arguments that the daily run gives; roles are those of the function,
 * instance profile, service account or job. Things that a message names are not asked for.
 */
export function* programQuestions(world: World): Generator<Question> {
  const home = new FleetPlace(world, "");
  for (const { program, node, role, names } of runsOf(world, home)) {
    const place = home.in(node.region);
    for (const call of program.calls) {
      // An empty setting is none.
      if (call.only !== undefined && (names[call.only] ?? "") === "") continue;
      const row = rowOf(program, call);
      for (const { action, on } of rightsOf(call)) {
        const resource = resourceOf({ action, on }, names, place);
        if (resource === undefined) continue;
        const request: Request = {
          principal: { kind: "role", arn: role },
          action,
          resource,
          account: place.account,
          context: action.startsWith("kms:") ? { "kms:ResourceAliases": world.aliasesOf(resource) } : {},
        };
        yield { row, node, request, fromVpcOf: undefined };
      }
    }
  }
}

/** A call as judge and `why` name what asks. */
function rowOf({ program }: ProgramCalls, { operation, why }: ProgramCall): CallRow {
  return {
    id: `program-${program}`,
    types: [],
    property: operation,
    title: why,
    source: `contracts/calls/${program}.ts`,
    calls: () => [],
  };
}

function* runsOf(world: World, home: FleetPlace): Generator<Run> {
  for (const node of world.of(FUNCTION)) {
    // Lambda itself sets the region: docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    const variables = { AWS_REGION: node.region, ...stringsOf(at(node.inputs, "environment.variables")) };
    yield* runs(world, node, at(node.inputs, "role"), variables, "function");
  }
  for (const node of world.of(TEMPLATE)) {
    const variables = linesOf(Buffer.from(text(node.inputs, "userData") ?? "", "base64").toString());
    const profile = at(node.inputs, "iamInstanceProfile.arn") ?? at(node.inputs, "iamInstanceProfile.name");
    yield* runs(world, node, home.in(node.region).roleOfProfile(profile), variables, "process");
  }
  for (const deployment of world.of(DEPLOYMENT)) {
    const pod = at(deployment.inputs, "spec.template.spec");
    const account = text(pod, "serviceAccountName");
    // An object of Kubernetes has no region of its own; what gives its pods their role has.
    const node = world
      .of(ASSOCIATION)
      .find(({ stack, inputs }) => stack === deployment.stack && text(inputs, "serviceAccount") === account);
    if (node === undefined) continue;
    const maps = world.of(CONFIG_MAP).filter(({ stack }) => stack === deployment.stack);
    for (const container of list(pod, "containers")) {
      const named = list(container, "envFrom").map((one) => text(one, "configMapRef.name"));
      const given = maps.filter(({ inputs }) => named.includes(text(inputs, "metadata.name")));
      const variables = Object.assign({}, ...given.map(({ inputs }) => stringsOf(at(inputs, "data")))) as Run["names"];
      yield* runs(world, node, at(node.inputs, "roleArn"), variables, "process");
    }
  }
  for (const node of world.of(MACHINE)) {
    const definition = text(node.inputs, "definition") ?? "";
    const names = Object.fromEntries(
      [...definition.matchAll(/'(--[a-z-]+)', '([^']+)'/g)].map(([, name = "", value = ""]) => [name, value]),
    );
    const [, serverless] = /"ExecutionRoleArn":\s*"([^"]+)"/.exec(definition) ?? [];
    const cluster = world.of(CLUSTER).find(({ stack }) => stack === node.stack);
    const profile = cluster && at(cluster.inputs, "ec2Attributes.instanceProfile");
    yield* runs(world, node, serverless ?? home.in(node.region).roleOfProfile(profile), names, "spark");
  }
}

function* runs(
  world: World,
  node: GraphNode,
  role: Value,
  names: Run["names"],
  as: ProgramCalls["as"],
): Generator<Run> {
  const arn = world.role(role)?.arn;
  if (arn === undefined) return;
  for (const program of PROGRAM_CALLS) {
    const wanted = requiredBy(program);
    if (program.as === as && wanted.length > 0 && wanted.every((name) => name in names))
      yield { program, node, role: arn, names };
  }
}

/** Settings that a program does not start without; of Spark's, the arguments that its calls name. */
function requiredBy({ program, as, calls }: ProgramCalls): readonly string[] {
  if (as === "spark") return [...new Set(calls.flatMap(({ on }) => ("argument" in on ? [on.argument] : [])))];
  return PROGRAMS.filter((one) => one.program.replace(/ \((\w+)\)/, "-$1") === program).flatMap(({ shape }) =>
    Object.values(shape).flatMap(({ variable, absent }) => (absent === undefined ? [variable] : [])),
  );
}

function resourceOf({ on }: Right, names: Run["names"], place: CallPlace): string | undefined {
  const name = "setting" in on ? names[on.setting] : "argument" in on ? names[on.argument] : undefined;
  if (name === undefined) return undefined;
  const found = arnOf(on, name, place);
  return typeof found === "string" ? found : undefined;
}

function arnOf(on: Thing, name: string, place: CallPlace): Value {
  switch (on.kind) {
    case "bucket": {
      const [bucket = "", ...folder] = name.replace(/^s3:\/\//, "").split("/");
      return `arn:${place.partition}:s3:::${[bucket, ...(on.keys === undefined ? [] : [...folder, on.keys])].join("/")}`;
    }
    case "table":
      return place.arn("dynamodb", `table/${name}`);
    case "stream":
      return place.arn("kinesis", `stream/${name}`);
    case "queue": {
      const queue = place.find(name, "aws:sqs/queue:Queue");
      return queue === undefined ? undefined : place.arnOf(queue);
    }
    case "mac-key":
      return place.key(name);
    case "cache":
      return place.arn("elasticache", `replicationgroup:${name}`);
    case "endpoint":
      return place.arn("sagemaker", `endpoint/${name}`);
    case "task":
    case "metrics":
      return undefined;
  }
}

function stringsOf(value: Value): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (typeof one === "string" ? [[key, one]] : [])),
  );
}

/** Variables of an environment file within a text. */
function linesOf(script: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...script.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}
