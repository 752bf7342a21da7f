import assert from "node:assert/strict";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { buildFleetGraph, recordStack } from "../../fleet/graph";
import { findTopology, loadTopology } from "../../regions/topology/load";
import { mesh } from "../../stacks/mesh";
import { foundationOutput } from "../../stacks/reference";
import { CERTIFICATES } from "../components/edge/args";
import { record } from "../kit/recorder";

const ENTRY = require.resolve("../../stacks/index");

/** What plain `pulumi preview --stack` would register: the program is loaded anew, as in a process of its own. */
async function plainly(stack: string): Promise<readonly string[]> {
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the key is a file's name
  delete require.cache[ENTRY];
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the program reads the stack's name as it loads
  const program = async (): Promise<unknown> => (require(ENTRY) as PulumiFn)();
  const nodes = await recordStack(program, { project: "meridian", stack });
  return nodes.map(({ urn, protect }) => `${urn} ${protect}`);
}

describe("the program that plain pulumi runs", function () {
  it("is that of the stack that Pulumi names", async () => {
    const fleet = await buildFleetGraph(loadTopology(findTopology("local")));
    for (const { stack, nodes } of fleet.stacks) {
      assert.deepEqual(
        await plainly(stack),
        nodes.map(({ urn, protect }) => `${urn} ${protect}`),
        stack,
      );
    }
  });

  it("deletes data only when the operator says so, besides the topology", async () => {
    const guarded = (lines: readonly string[]): number => lines.filter((line) => line.endsWith(" true")).length;
    assert.ok(guarded(await plainly("local.foundation")) > 0);
    process.env["MERIDIAN_DELETE_DATA"] = "yes";
    try {
      assert.equal(guarded(await plainly("local.foundation")), 0);
    } finally {
      delete process.env["MERIDIAN_DELETE_DATA"];
    }
  });

  it("is refused for a stack of no topology", async () => {
    await assert.rejects(plainly("nowhere.mesh"));
  });
});

describe("a stack that needs the foundation", () => {
  const topology = loadTopology(findTopology("local"));
  const outputs = { ...CERTIFICATES, "pulumi:pulumi:StackReference": () => ({ outputs: {}, secretOutputNames: [] }) };

  it("is not updated before it: nothing that AWS names is made up", async () => {
    await assert.rejects(
      record(() => void foundationOutput(topology, "zoneId"), { outputs }),
      /local\.foundation has no output zoneId yet: apply it first/,
    );
  });

  it("is previewed before it", async () => {
    const { resources } = await record(() => mesh(topology, { deleteData: false }), { outputs, preview: true });
    assert.ok(resources.some(({ inputs }) => inputs["zoneId"] === "local.foundation.zoneId"));
  });
});
