import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drain, listen } from "../../../../services/kit/http/server";
import { createInferenceServer } from "../../../../services/model-server/server";
import { GRAPH_FILE } from "../../../../services/kit/model/graph-file";
import { keepGraph, loadModel, ModelPackageError, type LoadedModel } from "../../../../services/kit/model/package";
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

  it("answers the same by a graph: while that is built behind the answers, then, and from the package's own", async () => {
    const listed = await loadModel(folder);
    const same = (model: LoadedModel) => {
      for (const user of ["ada", "bo", "nobody"]) assert.deepEqual(model.score(user, 2), listed.score(user, 2));
    };
    const building = await loadModel(folder, { graphFrom: 3 });
    same(building);
    await building.built;
    same(building);
    assert.equal(await keepGraph(folder, 4), false);
    assert.deepEqual(await readdir(folder).then((names) => names.includes(GRAPH_FILE)), false);
    assert.equal(await keepGraph(folder, 3), true);
    const kept = await loadModel(folder, { graphFrom: 3 });
    same(kept);
    assert.ok(kept.bytes >= building.bytes);
    const stopped = await loadModel(folder, { graphFrom: 3 });
    stopped.close();
    await stopped.built;
  });

  it("is refused with a torn graph, while one of other items' factors is passed over", async () => {
    await keepGraph(folder, 1);
    const path = join(folder, GRAPH_FILE);
    const content = await readFile(path);
    await writeFile(path, content.subarray(0, -4));
    await assert.rejects(loadModel(folder, { graphFrom: 1 }), /item_graph\.bin does not have its digest/);
    await writeFile(path, Buffer.concat([content, Buffer.alloc(4)]));
    await assert.rejects(loadModel(folder, { graphFrom: 1 }), /item_graph\.bin is longer than its links/);
    assert.equal((await loadModel(folder)).score("bo", 1)?.length, 1, "it is not read where none is wanted");
    for (const [from, to] of [
      ['"factors":"', '"factors":"0'],
      ['"neighbours":16', '"neighbours":17'],
      ["meridian-graph/1", "meridian-graph/2"],
    ] as const) {
      await writeFile(
        path,
        Buffer.concat([Buffer.from(content.toString("latin1", 0, 512).replace(from, to)), Buffer.alloc(8)]),
      );
      const model = await loadModel(folder, { graphFrom: 1 });
      await model.built;
      assert.deepEqual(model.score("bo", 1), [{ item_id: "rug", score: 1 }]);
    }
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

    it("answers a ping while it works off a long request", async () => {
      const slow = await loadModel(folder);
      const score: LoadedModel["score"] = (user, limit) => {
        const until = performance.now() + 2;
        while (performance.now() < until);
        return slow.score(user, limit);
      };
      await drain(server);
      server = createInferenceServer({ ...slow, score }, "champion", assert.ifError);
      url = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
      const answered: string[] = [];
      const long = invoke(JSON.stringify({ instances: Array.from({ length: 300 }, () => ({ user_key: "bo" })) }));
      const told = long.then((answer) => answered.push(`invocation ${answer.status}`));
      for (let ping = 0; ping < 3; ping += 1) answered.push(`ping ${(await fetch(`${url}/ping`)).status}`);
      await told;
      assert.deepEqual(answered, ["ping 200", "ping 200", "ping 200", "invocation 200"]);
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
