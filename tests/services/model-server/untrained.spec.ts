import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MANIFEST } from "../../../components/serving/bootstrap-model";
import { createInferenceServer } from "../../../services/model-server/server";
import { untrainedModel } from "../../../services/model-server/untrained";

describe("the model of a region in which nothing was trained yet", () => {
  const folder = mkdtempSync(join(tmpdir(), "untrained-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is served: healthy, and it knows no user and no item", async () => {
    writeFileSync(join(folder, "manifest.json"), MANIFEST);
    const model = await untrainedModel(folder);
    assert.ok(model !== undefined);
    const server = createInferenceServer(model, "default");
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      assert.equal((await fetch(`${url}/ping`)).status, 200);
      const instances = [
        { user_key: "u", limit: 5 },
        { item_id: "i", limit: 5 },
        { user_key: "u", items: ["a", "b"], limit: 1 },
      ];
      const answer = await fetch(`${url}/invocations`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ instances }),
      });
      assert.deepEqual(await answer.json(), {
        predictions: [
          { user_key: "u", known: false, items: [] },
          { item_id: "i", known: false, items: [] },
          { user_key: "u", known: false, items: [{ item_id: "a", score: 0 }] },
        ],
        model_version: "none",
        variant: "default",
      });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it("is told from a trained one by its algorithm alone", async () => {
    writeFileSync(join(folder, "manifest.json"), '{"algorithm":"als"}');
    assert.equal(await untrainedModel(folder), undefined);
  });
});
