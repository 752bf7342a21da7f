import { CATALOGUE } from "../../policies/catalogue";
import { Graph, type Resource } from "../../policies/kit/resource";
import { judge, Settings, type Rule } from "../../policies/kit/rule";
import type { Topology } from "../../regions/topology/model";
import { buildFleetGraph, type FleetGraph, type StackGraph } from "../graph";
import { FLEET_RULES } from "../rules/catalogue";
import { judgeFleet } from "../rules/rule";
import { accessJudge } from "./access";
import { awsJudge } from "./aws";
import type { PublishedModels } from "./aws";
import type { Configuration } from "./configuration";
import type { Finding, FindingLevel, Judge } from "./finding";
import { reachGraph, reachJudge } from "./reach";
import { resourcesOf } from "./resources";

/** What was checked of one stack. */
export interface CheckedStack {
  readonly stack: string;
  /** Resources that a provider would be asked for. */
  readonly resources: number;
  readonly mandatory: number;
  readonly advisory: number;
}

/** The report over a fleet. */
export interface Report {
  readonly environment: string;
  readonly stacks: readonly CheckedStack[];
  /** In the order of the stacks, then of the rules. What concerns the topology as a whole comes last. */
  readonly findings: readonly Finding[];
  /** Rules that were asked. */
  readonly rules: number;
  /** No mandatory rule is broken. */
  readonly passed: boolean;
}

export interface CheckOptions {
  /** Levels and parameters of the pack's rules, as the engine takes them. @default each rule's own */
  readonly configuration?: Configuration;
  /** What AWS publishes about its APIs. @default requests are not judged */
  readonly published?: PublishedModels;
  /** Whether each call of AWS and of programs is held against the policies of all stacks. @default true */
  readonly access?: boolean;
  /** Called for each stack when its graph stands. */
  readonly onStack?: (stack: StackGraph, seconds: number) => void;
}

/** Builds every stack of a topology in process and judges it by all rules: no engine, no provider, no AWS. */
export async function checkFleet(topology: Topology, options: CheckOptions = {}): Promise<Report> {
  const graph = await buildFleetGraph(topology, options.onStack === undefined ? {} : { onStack: options.onStack });
  const asked = options.published === undefined ? [] : [awsJudge(options.published)];
  // Policies, names and networks go by what only AWS knows: these judges have a graph in which it is filled in.
  const identified = await reachGraph(topology);
  const access = options.access === false ? [] : [accessJudge(identified)];
  const judges = [packJudge(options.configuration), crossStackJudge, ...asked, reachJudge(identified), ...access];
  return reportOn(topology, graph, judges);
}

/**
 * Judges what no provider and no policy pack does: the cross-stack rules and, with what AWS publishes, each request.
 * It must hold before any stack is previewed.
 */
export async function checkAcrossStacks(topology: Topology, published?: PublishedModels): Promise<Report> {
  const asked = published === undefined ? [] : [awsJudge(published)];
  return reportOn(topology, await buildFleetGraph(topology), [crossStackJudge, ...asked]);
}

/** The report of some judges on a fleet that stands as graphs. */
export function reportOn(topology: Topology, graph: FleetGraph, judges: readonly Judge[]): Report {
  const order = new Map(graph.stacks.map(({ stack }, index) => [stack, index]));
  const place = ({ stack }: Finding): number => order.get(stack) ?? order.size;
  const findings = judges.flatMap((one) => one.judge({ graph, topology })).sort((a, b) => place(a) - place(b));
  const count = (stack: string, level: FindingLevel): number =>
    findings.filter((finding) => finding.stack === stack && finding.level === level).length;
  return {
    environment: topology.environment,
    stacks: graph.stacks.map(({ stack, nodes }) => ({
      stack,
      resources: nodes.filter(({ custom }) => custom).length,
      mandatory: count(stack, "mandatory"),
      advisory: count(stack, "advisory"),
    })),
    findings,
    rules: judges.reduce((sum, { rules }) => sum + rules, 0),
    passed: findings.every(({ level }) => level !== "mandatory"),
  };
}

/**
 * The rules of the policy pack, stack by stack. As in the engine, a rule that is told to repair does so before any rule
 * judges; one that can repair and is not told to stops like a mandatory one.
 */
export function packJudge(configuration: Configuration = { levels: {}, settings: {} }): Judge {
  const { levels, settings } = configuration;
  const rules = CATALOGUE.filter(({ name }) => levels[name] !== "disabled");
  const repairing = rules.filter(({ name }) => levels[name] === "remediate");
  const judgeAll: Judge["judge"] = ({ graph }) =>
    graph.stacks.flatMap((stack) => {
      const resources = resourcesOf(stack).map((resource) => repaired(resource, repairing, settings));
      return judge(rules, new Graph(resources), settings).map(({ rule, urn, property, message }) => ({
        id: rule.id,
        rule: rule.name,
        title: rule.title,
        severity: rule.severity,
        level: (levels[rule.name] ?? rule.level) === "advisory" ? "advisory" : "mandatory",
        stack: stack.stack,
        urn,
        property,
        message,
      }));
    });
  return { rules: rules.length, judge: judgeAll };
}

function repaired(resource: Resource, rules: readonly Rule[], settings: Configuration["settings"]): Resource {
  return rules.reduce((whole, rule) => {
    if (!rule.types.includes(whole.type)) return whole;
    const patch = rule.remediate?.(whole, new Settings(rule, settings[rule.name]));
    return patch === undefined ? whole : { ...whole, props: { ...whole.props, ...patch } };
  }, resource);
}

/** The cross-stack rules. */
export const crossStackJudge: Judge = {
  rules: FLEET_RULES.length,
  judge: (fleet) =>
    judgeFleet(FLEET_RULES, fleet).map(({ rule, stack, urn, property, message }) => ({
      id: rule.id,
      rule: rule.name,
      title: rule.title,
      severity: rule.severity,
      level: rule.level,
      stack,
      urn,
      property,
      message,
    })),
};
