import assert from "node:assert/strict";
import path from "node:path";
import { topologyOf } from "../../cli/kit/environment";
import { TopologyError } from "../../regions/topology/load";

describe("the topology that a command is given", () => {
  it("is an environment's by name, local's without one, and a file's by its path", () => {
    assert.equal(topologyOf("prod").environment, "prod");
    assert.equal(topologyOf(undefined).environment, "local");
    assert.equal(topologyOf(path.join(__dirname, "..", "regions", "world.yaml")).environment, "world");
    assert.throws(() => topologyOf("nowhere.yaml"), TopologyError);
  });
});
