import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drain, listen } from "../../../../components/serving/workload/http";
import { createInferenceServer } from "../../../../components/serving/workload/inference";
import { loadModel, ModelPackageError } from "../../../../components/serving/workload/model-package";
import { writeTinyPackage } from "./package-builder";

describe("a model package", () => {
  let folder = "";
  let version = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "package-spec-"));
    version = await writeTinyPackage(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("recommends by taste, without what the user has bought", async () => {
    const model = await loadModel(folder);
    assert.deepEqual(
      model.score("ada", 10)?.map(({ item_id }) => item_id),
      ["desk", "rug"],
    );
    assert.deepEqual(model.score("bo", 2), [
      { item_id: "rug", score: 1 },
      { item_id: "desk", score: 0.625 },
    ]);
    assert.equal(model.score("nobody", 2), undefined);
  });

  it("leaves out what users have bought by filters as well as by lists", async () => {
    const [listed, filtered] = [await loadModel(folder), await loadModel(folder, { seenRate: 0.001 })];
    for (const user of ["ada", "bo", "nobody"]) assert.deepEqual(filtered.score(user, 10), listed.score(user, 10));
    assert.notEqual(filtered.bytes, listed.bytes);
  });

  it("keeps business rules beside them", async () => {
    const { score, similar } = await loadModel(folder);
    const ids = (items?: readonly { item_id: string }[]) => items?.map(({ item_id }) => item_id);
    assert.deepEqual(ids(score("bo", 10, { exclude: ["rug", "unknown"] })), ["desk", "lamp"]);
    assert.deepEqual(ids(score("bo", 10, { only: ["lamp", "desk", "unknown"], exclude: ["desk"] })), ["lamp"]);
    assert.deepEqual(ids(score("ada", 10, { only: ["lamp"] })), []);
    assert.deepEqual(ids(similar("desk", 10, { only: ["rug", "desk"] })), ["rug"]);
  });

  it("is refused when its items are of another number than its factors", async () => {
    await writeFile(join(folder, "item_factors.f32"), Buffer.alloc(28));
    await assert.rejects(loadModel(folder), /ids and factors differ in number/);
    await writeFile(join(folder, "item_factors.f32"), Buffer.alloc(24));
    await assert.rejects(loadModel(folder), /item_factors\.f32 does not have its digest/);
    await rm(join(folder, "item_factors.f32"));
    await assert.rejects(loadModel(folder), /item_factors\.f32 cannot be read/);
  });

  it("is refused when a file was changed, or the manifest is not there yet", async () => {
    await writeFile(join(folder, "users.txt"), "eve\nbo\n");
    await assert.rejects(loadModel(folder), /users\.txt does not have its digest/);
    await rm(join(folder, "manifest.json"));
    await assert.rejects(loadModel(folder), ModelPackageError);
  });

  describe("behind the inference server", () => {
    let server: Server;
    let url = "";
    beforeEach(async () => {
      server = createInferenceServer(await loadModel(folder), "champion", assert.ifError);
      url = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
    });
    afterEach(() => drain(server));

    const invoke = (body: string, type = "application/json") =>
      fetch(`${url}/invocations`, { method: "POST", body, headers: { "content-type": type } });

    it("answers a ping with the version it serves", async () => {
      const answer = await fetch(`${url}/ping`);
      assert.equal(answer.status, 200);
      assert.deepEqual(await answer.json(), { model_version: version });
    });

    it("answers known users by taste, others with popular items, and names its variant", async () => {
      const answer = await invoke(JSON.stringify({ instances: [{ user_key: "bo", limit: 1 }, { user_key: "eve" }] }));
      assert.deepEqual(await answer.json(), {
        predictions: [
          { user_key: "bo", known: true, items: [{ item_id: "rug", score: 1 }] },
          { user_key: "eve", known: false, items: [{ item_id: "lamp", score: 9 }] },
        ],
        model_version: version,
        variant: "champion",
      });
    });

    it("keeps the rules of each question, also in what stands in for a user's own list", async () => {
      const instances = [
        { user_key: "bo", exclude: ["rug"] },
        { user_key: "eve", exclude: ["lamp"] },
        { user_key: "eve", items: ["rug", "lamp", "desk"], only: ["desk", "rug"], exclude: ["rug"] },
        { user_key: "bo", items: ["rug", "lamp", "desk"], exclude: ["rug"], limit: 1 },
        { item_id: "desk", exclude: ["lamp"] },
      ];
      const answer = await invoke(JSON.stringify({ instances }));
      const { predictions } = (await answer.json()) as { predictions: { items: { item_id: string }[] }[] };
      assert.deepEqual(
        predictions.map(({ items }) => items.map(({ item_id }) => item_id)),
        [["desk", "lamp"], [], ["desk"], ["desk"], ["rug"]],
      );
    });

    it("refuses what it cannot read, and says why", async () => {
      for (const [body, type, status, message] of [
        ["{", "application/json", 400, "not JSON"],
        ["{}", "application/json", 400, "instances"],
        ['{"instances":[{"user_key":"a","limit":0}]}', "application/json", 400, "limit"],
        ["a,b", "text/csv", 400, "line 1: want user_key or user_key,limit"],
        ["a", "text/plain", 415, "application/json"],
      ] as const) {
        const answer = await invoke(body, type);
        assert.equal(answer.status, status);
        assert.match(((await answer.json()) as { error: string }).error, new RegExp(message));
      }
      assert.equal((await fetch(`${url}/other`)).status, 404);
    });
  });
});
