import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { foundationOutputsSchema } from "../../contracts/outputs/foundation";
import { meshOutputsSchema } from "../../contracts/outputs/mesh";
import { readOutputs } from "../../contracts/outputs/read";
import { regionOutputsSchema } from "../../contracts/outputs/region";
import { makeLean } from "../../fleet/graph/lean";
import { waves } from "../../fleet/waves";
import { formatStackName } from "../../regions/names";
import type { StackName } from "../../regions/names";
import { findTopology, loadTopology } from "../../regions/topology/load";
import { stackProgram } from "../../stacks/program";
import { CERTIFICATES } from "../components/edge/args";
import { record } from "../kit/recorder";

const SCHEMAS: Readonly<Record<StackName["kind"], z.ZodObject>> = {
  foundation: foundationOutputsSchema,
  region: regionOutputsSchema,
  mesh: meshOutputsSchema,
};

describe("what stacks export", function () {
  const topology = loadTopology(findTopology("local"));
  let restore: () => void;
  before(() => {
    restore = makeLean();
  });
  after(() => {
    restore();
  });

  for (const name of waves(topology).flat()) {
    const stack = formatStackName(name);
    it(`is all that the contract wants, and nothing beside it: ${stack}`, async () => {
      const program = stackProgram(topology, name, { deleteData: false });
      let exported: unknown;
      await record(
        async () => {
          pulumi.output(await program()).apply((outputs: unknown) => (exported = outputs));
        },
        {
          region: name.kind === "region" ? name.region : topology.home,
          outputs: {
            ...CERTIFICATES,
            "pulumi:pulumi:StackReference": () => ({ outputs: { zoneId: "Z1" }, secretOutputNames: [] }),
          },
        },
      );
      assert.deepEqual(readOutputs<unknown>(stack, SCHEMAS[name.kind].strict(), exported), { outputs: exported });
      assert.ok(exported !== undefined);
    });
  }
});
