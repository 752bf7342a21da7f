import assert from "node:assert/strict";
import { awsJudge, reportOn } from "../../../fleet/check";
import type { Report } from "../../../fleet/check";
import { buildFleetGraph, FleetGraph, StackGraph } from "../../../fleet/graph";
import type { GraphNode } from "../../../fleet/graph";
import { findTopology, loadTopology } from "../../../regions/topology/load";
import { kubernetesSchemas, models } from "../../aws/published";

const topology = loadTopology(findTopology("dev"));

describe("a fleet held to what AWS and Kubernetes publish", () => {
  let fleet: FleetGraph;
  before(async function () {
    fleet = await buildFleetGraph(topology);
  });

  const judged = (graph: FleetGraph): Report =>
    reportOn(topology, graph, [awsJudge({ aws: models, kubernetes: kubernetesSchemas })]);

  /** The fleet with one property of every resource of a type changed. */
  const changed = (type: string, inputs: GraphNode["inputs"]): FleetGraph =>
    new FleetGraph(
      fleet.stacks.map(
        (stack) =>
          new StackGraph(
            stack.name,
            stack.nodes.map((node) => (node.type === type ? { ...node, inputs: { ...node.inputs, ...inputs } } : node)),
          ),
      ),
    );

  const told = (graph: FleetGraph): readonly string[] => [
    ...new Set(judged(graph).findings.map(({ rule, property, level }) => `${level} ${rule} ${property}`)),
  ];

  it("holds, and says how many rules were asked", () => {
    const report = judged(fleet);
    assert.deepEqual(report.findings, []);
    assert.ok(report.passed);
    assert.ok(report.rules > 100, String(report.rules));
  });

  it("is refused a request that AWS's model forbids, by property, in every stack", () => {
    const bad = changed("aws:kinesis/stream:Stream", { streamModeDetails: { streamMode: "SOMETIMES" } });
    assert.deepEqual(told(bad), ["mandatory aws-request streamModeDetails.streamMode"]);
    const { findings } = judged(bad);
    assert.deepEqual([...new Set(findings.map(({ stack }) => stack))].sort(), ["dev.eu-west-1", "dev.us-east-1"]);
    assert.equal(
      findings[0]?.message,
      "kinesis CreateStream StreamModeDetails.StreamMode (AWS's model of 2013-12-02): " +
        'want one of PROVISIONED, ON_DEMAND, got "SOMETIMES"',
    );
  });

  it("is refused what AWS enforces between properties, under the rule's own name", () => {
    const bad = changed("aws:kinesis/stream:Stream", { shardCount: 3, streamModeDetails: { streamMode: "ON_DEMAND" } });
    assert.deepEqual(told(bad), ["mandatory kinesis-shards-by-mode shardCount"]);
  });

  it("is refused a Kubernetes object by the schema of its cluster's version", () => {
    const bad = changed("kubernetes:core/v1:ServiceAccount", { automountServiceAccountToken: "no" });
    assert.deepEqual(told(bad), ["mandatory kubernetes-schema automountServiceAccountToken"]);
  });

  it("is refused a type whose request nobody has described", () => {
    const [stack] = fleet.stacks;
    const [node] = stack?.nodes.filter(({ type }) => type.startsWith("aws:")) ?? [];
    assert.ok(stack !== undefined && node !== undefined);
    const strange: GraphNode = { ...node, type: "aws:braket/job:Job", urn: `${node.urn}-job` };
    assert.deepEqual(told(new FleetGraph([new StackGraph(stack.name, [strange])])), ["mandatory aws-request "]);
  });
});
