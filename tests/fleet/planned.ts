import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetGraph, GraphNode, Properties, Value as GraphValue } from "../../fleet/graph";
import { UNKNOWN } from "../../fleet/graph";
import { dataLosses } from "../../fleet/guard";
import type { DataLoss } from "../../fleet/guard";
import { AwsProvider } from "../../local/provider/aws/provider";
import { KubernetesProvider } from "../../local/provider/kubernetes/provider";
import type { Provider } from "../../local/provider/provider";
import { isProps, UNKNOWN_SENTINEL, type Props, type Value } from "../../local/provider/values";
import { findTopology, parseTopology } from "../../regions/topology/load";
import type { Topology } from "../../regions/topology/model";

/** What a plan would do with one resource, as the engine would after asking the provider. */
export interface PlannedStep {
  readonly stack: string;
  readonly op: "create" | "update" | "replace" | "delete";
  readonly node: GraphNode;
  /** Paths that differ; of a replacement those that force it. */
  readonly paths: readonly string[];
}

/** Topologies whose text specs change; an owner may change those of the repository. */
const FIXTURES = join(__dirname, "..", "fixtures", "topologies");

/** A topology of the fixtures with parts of its text replaced; each part must be in it. */
export function varied(environment: string, ...changes: readonly (readonly [from: string, to: string])[]): Topology {
  const file = findTopology(environment, FIXTURES);
  const text = changes.reduce(
    (before, [from, to]) => {
      assert.ok(before.includes(from), `${environment}.yaml has no "${from}"`);
      return before.replace(from, to);
    },
    readFileSync(file, "utf8"),
  );
  const { topology, problems } = parseTopology(text, file);
  assert.deepEqual(problems ?? [], []);
  assert.ok(topology);
  return topology;
}

/**
 * The plan that leads from one fleet to another: resources matched by URN, and each compared by the local provider's own
 * diff. What only AWS knows is the same in both, unless it comes from another resource or from one that is replaced.
 */
export function plannedSteps(before: FleetGraph, after: FleetGraph): readonly PlannedStep[] {
  const steps: PlannedStep[] = [];
  const replaced = new Set<string>();
  for (const { stack, nodes } of after.stacks) {
    for (const node of nodes) {
      const old = before.get(node.urn);
      const step = old === undefined ? made(stack, node) : changed(stack, old, node, replaced);
      if (step === undefined) continue;
      steps.push(step);
      if (step.op === "replace") replaced.add(node.urn);
    }
  }
  for (const { stack, nodes } of before.stacks) {
    for (const node of nodes) {
      if (isResource(node) && after.get(node.urn) === undefined) steps.push({ stack, op: "delete", node, paths: [] });
    }
  }
  return steps;
}

/** What the guard says of a plan. */
export function lossesOf(steps: readonly PlannedStep[]): readonly DataLoss[] {
  return steps.flatMap(({ stack, op, node, paths }) =>
    dataLosses(stack, [
      {
        op,
        type: node.type,
        name: node.name,
        urn: node.urn,
        properties: paths,
        forcedBy: op === "replace" ? paths : [],
        protected: node.protect,
      },
    ]),
  );
}

/** Providers are configuration, and components and stacks are names: a plan is of what a provider makes. */
function isResource({ custom, type }: GraphNode): boolean {
  return (custom && !type.startsWith("pulumi:")) || type.startsWith("awsx:");
}

function made(stack: string, node: GraphNode): PlannedStep | undefined {
  return isResource(node) ? { stack, op: "create", node, paths: [] } : undefined;
}

const aws = new AwsProvider(undefined, () => undefined);
const kubernetes = new KubernetesProvider(undefined, () => undefined, "1.34");
const providerOf = ({ type }: GraphNode): Provider => (type.startsWith("kubernetes:") ? kubernetes : aws);

function changed(
  stack: string,
  old: GraphNode,
  node: GraphNode,
  replaced: ReadonlySet<string>,
): PlannedStep | undefined {
  if (!isResource(node)) return undefined;
  const olds = propsOf(old);
  const news = passingOver(node.ignoreChanges, olds, { ...propsOf(node), ...movedOf(old, node, replaced) });
  if (node.type.startsWith("awsx:")) {
    const paths = Object.keys({ ...olds, ...news }).filter((key) => !sameText(olds[key], news[key]));
    return paths.length === 0 ? undefined : { stack, op: "update", node, paths };
  }
  const { urn } = node;
  aws.configure({ region: node.region === "" ? "us-east-1" : node.region });
  const provider = providerOf(node);
  const seed = Buffer.from(urn);
  const oldInputs = provider.check({ urn, olds: {}, news: olds, seed }).inputs;
  const inputs = provider.check({ urn, olds: oldInputs, news, seed }).inputs;
  const { changes } = provider.diff({ urn, id: "id", oldInputs, oldOutputs: oldInputs, news: inputs });
  if (changes.length === 0) return undefined;
  const forced = changes.filter(({ replace }) => replace);
  const paths = (forced.length > 0 ? forced : changes).map(({ path }) => path);
  return { stack, op: forced.length > 0 ? "replace" : "update", node, paths };
}

/** New inputs with the old values where the program says that changes are passed over, e.g. `variants[*].count`. */
function passingOver(paths: readonly string[], olds: Props, news: Props): Props {
  return paths.reduce((now, path) => keepOld(path.split(/[.[\]]+/).filter(Boolean), olds, now) as Props, news);
}

function keepOld([key, ...rest]: readonly string[], old: Value | undefined, now: Value | undefined): Value {
  if (key === undefined) return old ?? now ?? null;
  if (key === "*" && Array.isArray(now)) {
    const [olds, news] = [Array.isArray(old) ? (old as readonly Value[]) : [], now as readonly Value[]];
    return news.map((item, index) => (index < olds.length ? keepOld(rest, olds[index], item) : item));
  }
  if (!isProps(now) || !isProps(old) || old[key] === undefined) return now ?? null;
  return { ...now, [key]: keepOld(rest, old[key], now[key]) };
}

/** Properties that are computed from other resources than before, or from one that is replaced: not known any more. */
function movedOf(old: GraphNode, node: GraphNode, replaced: ReadonlySet<string>): Props {
  const moved: Record<string, Value> = {};
  for (const [property, urns] of Object.entries(node.uses)) {
    const others = JSON.stringify([...urns].sort()) !== JSON.stringify([...(old.uses[property] ?? [])].sort());
    const shown = sameText(propsOf(old)[property], propsOf(node)[property]);
    if (!hasGivenByAws(node.inputs[property])) continue;
    if ((others && shown) || urns.some((urn) => replaced.has(urn))) moved[property] = UNKNOWN_SENTINEL + property;
  }
  return moved;
}

function hasGivenByAws(value: GraphValue): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return (value as readonly GraphValue[]).some(hasGivenByAws);
  return typeof value === "object" && value !== null && Object.values(value as Properties).some(hasGivenByAws);
}

function propsOf({ inputs }: GraphNode): Props {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([key, value]) =>
      value === undefined || value === null ? [] : [[key, plain(value)]],
    ),
  );
}

function plain(value: GraphValue): Value {
  if (value === UNKNOWN) return UNKNOWN_SENTINEL;
  if (Array.isArray(value)) return (value as readonly GraphValue[]).map(plain);
  if (typeof value === "object" && value !== null) {
    return propsOf({ inputs: value as Properties } as GraphNode);
  }
  return value ?? null;
}

function sameText(one: Value | undefined, other: Value | undefined): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
