import assert from "node:assert/strict";
import { waves } from "../../fleet/waves";
import { formatStackName } from "../../regions/names";
import { findTopology, loadTopology } from "../../regions/topology/load";

describe("the waves of a fleet", () => {
  it("are the foundation, then all regions, then the mesh", () => {
    const names = waves(loadTopology(findTopology("dev"))).map((wave) => wave.map(formatStackName));
    assert.deepEqual(names, [["dev.foundation"], ["dev.eu-west-1", "dev.us-east-1"], ["dev.mesh"]]);
  });
});
