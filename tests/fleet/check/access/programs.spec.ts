import assert from "node:assert/strict";
import { answersOf, identifiedGraph, placeOf, programQuestions, World } from "../../../../fleet/check/access";
import type { Answer } from "../../../../fleet/check/access";
import type { FleetGraph } from "../../../../fleet/graph";
import { findTopology, loadTopology } from "../../../../regions/topology/load";

const topology = loadTopology(findTopology("dev"));

/** What a program is refused, as `program action resource`. */
function refused(graph: FleetGraph): readonly string[] {
  return answers(graph).flatMap(({ question: { row, request }, verdict }) =>
    verdict.kind === "allowed" ? [] : [`${row.id} ${request.action} ${String(request.resource)}`],
  );
}

function answers(graph: FleetGraph): readonly Answer[] {
  const world = new World(graph, placeOf(topology));
  return [...answersOf(world, programQuestions(world))];
}

describe("rights of programs", function () {
  let graph: FleetGraph;
  before(async () => {
    graph = await identifiedGraph(topology);
  });

  it("are asked for where each program runs, and all are there", () => {
    const programs = new Set(answers(graph).map(({ question }) => question.row.id));
    assert.deepEqual([...programs].sort(), [
      "program-api",
      "program-etl",
      "program-transform",
      "program-verifier",
      "program-worker",
    ]);
    assert.deepEqual(refused(graph), []);
  });

  it("are missed when a role's policy loses an action", () => {
    const changed = graph.map((node) => {
      const policy = node.inputs["policy"];
      if (node.type !== "aws:iam/rolePolicy:RolePolicy" || typeof policy !== "string") return node;
      return {
        ...node,
        inputs: { ...node.inputs, policy: policy.replaceAll("dynamodb:UpdateItem", "dynamodb:Query") },
      };
    });
    const found = refused(changed);
    assert.ok(found.length > 0);
    for (const one of found) assert.match(one, /^program-worker dynamodb:UpdateItem arn:aws:dynamodb:.*shards/);
  });
});
