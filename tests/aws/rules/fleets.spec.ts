import assert from "node:assert/strict";
import { ALL_RULES, ruleFindings, stackFindings } from "../../../aws/rules";
import { buildFleetGraph } from "../../../fleet/graph";
import { findTopology, loadTopology } from "../../../regions/topology/load";

describe("rules between properties, of the real fleets", function () {
  for (const environment of ["local", "dev", "prod"])
    it(`refuse nothing of ${environment}`, async () => {
      const graph = await buildFleetGraph(loadTopology(findTopology(environment)));
      const single = graph.nodes.flatMap((node) =>
        ruleFindings(node.type, node.inputs, { region: node.region }).map((refusal) => ({ node, ...refusal })),
      );
      const across = graph.stacks.flatMap((stack) => stackFindings(stack));
      assert.deepEqual(
        [...single, ...across].map(
          ({ node, rule, path, want, got }) => `${node.urn} ${rule.id} ${path}: want ${want}, got ${got}`,
        ),
        [],
      );
    });

  it("are at least forty that judge a type of prod", async () => {
    const graph = await buildFleetGraph(loadTopology(findTopology("prod")));
    const used = new Set(graph.nodes.map(({ type }) => type));
    const judged = ALL_RULES.filter(({ types }) => types.some((type) => used.has(type)));
    assert.ok(judged.length >= 40, String(judged.length));
  });
});
