import { objectFindings } from "../../aws/kubernetes";
import type { KubernetesSchemas } from "../../aws/kubernetes";
import type { Models } from "../../aws/models";
import { requestFindingText, requestFindings, REQUESTS } from "../../aws/requests";
import { ALL_RULES, ruleFindings, stackFindings } from "../../aws/rules";
import type { RuleFinding } from "../../aws/rules";
import { text } from "../../aws/value";
import type { GraphNode, StackGraph } from "../graph";
import type { Finding, Judge } from "./finding";

/** What AWS and Kubernetes publish about their APIs. */
export interface PublishedModels {
  readonly aws: Models;
  readonly kubernetes: KubernetesSchemas;
}

/**
 * Judges what AWS would refuse when it is asked: each resource's requests by AWS's published models, what AWS enforces
 * between properties and resources, and Kubernetes objects by the schema of their cluster's version.
 */
export function awsJudge(models: PublishedModels): Judge {
  return {
    rules: ALL_RULES.length + [REQUEST, KUBERNETES].length,
    judge: ({ graph }) => graph.stacks.flatMap((stack) => judgeStack(stack, models)),
  };
}

const REQUEST = { id: "AWS1", rule: "aws-request", title: "Every request holds to AWS's published service model" };
const KUBERNETES = {
  id: "AWS2",
  rule: "kubernetes-schema",
  title: "Every object holds to the published schema of its cluster's version",
};

function judgeStack(stack: StackGraph, { aws, kubernetes }: PublishedModels): readonly Finding[] {
  const [cluster] = stack.of("aws:eks/cluster:Cluster");
  const version = cluster === undefined ? undefined : text(cluster.inputs, "version");
  const schemas = version === undefined ? undefined : kubernetes.version(version);
  const own = stack.nodes.flatMap((node) => {
    if (node.type.startsWith("aws:")) return judgeResource(node, aws);
    if (schemas === undefined || !node.type.startsWith("kubernetes:")) return [];
    return objectFindings(schemas, node.inputs).map(({ path, want, got }) =>
      finding(KUBERNETES, node, path, `Kubernetes ${schemas.version}: want ${want}, got ${got}`),
    );
  });
  const across = stackFindings(stack).map((found) => propertyFinding(found, stack.stack, found.node.urn));
  return [...own, ...across];
}

function judgeResource(node: GraphNode, models: Models): readonly Finding[] {
  const { stack, urn, type, inputs, region } = node;
  if (!REQUESTS.has(type)) {
    return [finding(REQUEST, node, "", `want a request for ${type} in aws/requests/services, got none`)];
  }
  const requests = requestFindings(models, type, inputs).map((found) =>
    finding(REQUEST, node, found.path, requestFindingText(found)),
  );
  return [...requests, ...ruleFindings(type, inputs, { region }).map((found) => propertyFinding(found, stack, urn))];
}

function finding(about: typeof REQUEST, { stack, urn }: GraphNode, property: string, message: string): Finding {
  return { ...about, severity: "high", level: "mandatory", stack, urn, property, message };
}

/** What AWS enforces between properties, under the id of its own rule. */
function propertyFinding({ rule, path: property, want, got }: RuleFinding, stack: string, urn: string): Finding {
  return {
    id: rule.id,
    rule: rule.id,
    title: rule.title,
    severity: "high",
    level: "mandatory",
    stack,
    urn,
    property,
    message: `${property}: want ${want}, got ${got} (${rule.source})`,
  };
}
