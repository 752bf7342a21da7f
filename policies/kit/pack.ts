import type {
  EnforcementLevel,
  Policies,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { Graph, type Resource } from "./resource";
import { Judge, Settings, type Rule } from "./rule";
import { at, isBlock, type Properties } from "./value";
import { plain, wire } from "./wire";

/**
 * Which rules repair instead of stopping: a comma-separated list of rule names, or `all`. The same can be had by
 * enforcement level `remediate` in a policy configuration file.
 */
export const REMEDIATE_VARIABLE = "POLICY_REMEDIATE";

/** Rules as the policies of one pack. */
export function toPolicies(rules: readonly Rule[], remediated = process.env[REMEDIATE_VARIABLE] ?? ""): Policies {
  const named = new Set(remediated.split(",").map((name) => name.trim()));
  const unknown = [...named].filter(
    (name) => name !== "" && name !== "all" && !rules.some((rule) => rule.name === name),
  );
  if (unknown.length > 0) throw new Error(`${REMEDIATE_VARIABLE}: no rule is called ${unknown.join(", ")}`);
  const asked = new Inputs();
  return rules.map((rule) => toPolicy(rule, asked, named.has("all") || named.has(rule.name)));
}

/** Default level in the pack: a rule that can repair stops like a mandatory one, until it is told to repair. */
function enforcement(rule: Rule, remediating: boolean): EnforcementLevel {
  if (rule.level !== "remediate") return rule.level;
  return remediating && rule.remediate !== undefined ? "remediate" : "mandatory";
}

function toPolicy(rule: Rule, asked: Inputs, remediating: boolean): ResourceValidationPolicy {
  const types = new Set(rule.types);
  const policy: ResourceValidationPolicy & Partial<StackValidationPolicy> = {
    name: rule.name,
    displayName: rule.title,
    description: `[${rule.id}] ${rule.title}`,
    severity: rule.severity,
    enforcementLevel: enforcement(rule, remediating),
    remediationSteps: rule.fix,
    tags: [rule.id, ...rule.source],
    ...(rule.settings === undefined ? {} : { configSchema: { properties: { ...rule.settings } } }),
    validateResource: (args, report) => {
      if (!types.has(args.type)) return;
      const resource = fromArgs(args);
      asked.remember(resource);
      const judge = new Judge(rule, new Settings(rule, args.getConfig<Record<string, unknown>>()));
      rule.check?.(resource, judge);
      tell(judge, report);
    },
  };
  if (rule.checkStack !== undefined) {
    policy.validateStack = (args, report) => {
      const judge = new Judge(rule, new Settings(rule, args.getConfig<Record<string, unknown>>()));
      rule.checkStack?.(asked.graph(args), judge);
      tell(judge, report);
    };
  }
  if (rule.remediate !== undefined) {
    policy.remediateResource = (args) => {
      if (!types.has(args.type)) return undefined;
      const repaired = rule.remediate?.(fromArgs(args), new Settings(rule, args.getConfig<Record<string, unknown>>()));
      if (repaired === undefined) return undefined;
      for (const [name, value] of Object.entries(repaired)) args.props[name] = wire(value);
      return args.props;
    };
  }
  return policy;
}

function tell(judge: Judge, report: ReportViolation): void {
  for (const { message, urn } of judge.violations) report(message, urn);
}

function block(raw: unknown): Properties {
  const value = plain(raw);
  return isBlock(value) ? value : {};
}

function fromArgs(args: ResourceValidationArgs): Resource {
  const props = block(args.props);
  return {
    urn: args.urn,
    type: args.type,
    name: args.name,
    props,
    outputs: {},
    region: props["region"] ?? at(block(args.provider?.props), "region"),
    uses: {},
  };
}

/**
 * What the program asked for, by URN. A stack policy is given outputs only, and in a preview a provider leaves every
 * computed output unknown, even those that the program did not set; the inputs were seen when each resource was validated,
 * in this same process.
 */
class Inputs {
  private readonly byUrn = new Map<string, Properties>();
  private latest: { readonly of: readonly PolicyResource[]; readonly graph: Graph } | undefined;

  remember({ urn, props }: Resource): void {
    this.byUrn.set(urn, props);
    this.latest = undefined;
  }

  graph({ resources }: StackValidationArgs): Graph {
    // The engine asks once, but each rule is handed its own copy of the resources: convert them once.
    if (this.latest !== undefined && sameResources(this.latest.of, resources)) return this.latest.graph;
    const graph = new Graph(resources.map((resource) => this.fromStack(resource)));
    this.latest = { of: resources, graph };
    return graph;
  }

  private fromStack(resource: PolicyResource): Resource {
    const outputs = block(resource.props);
    const props = this.byUrn.get(resource.urn) ?? outputs;
    return {
      urn: resource.urn,
      type: resource.type,
      name: resource.name,
      props,
      outputs,
      region: props["region"] ?? at(block(resource.provider?.props), "region"),
      uses: Object.fromEntries(
        Object.entries(resource.propertyDependencies).map(([name, from]) => [name, from.map(({ urn }) => urn)]),
      ),
    };
  }
}

function sameResources(left: readonly PolicyResource[], right: readonly PolicyResource[]): boolean {
  return left.length === right.length && left.every((resource, index) => resource.urn === right[index]?.urn);
}
