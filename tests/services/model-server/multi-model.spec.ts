import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DOCKERFILES } from "../../../components/serving/images";
import { EndpointError, sageMakerEndpoint } from "../../../services/api/endpoint-client";
import { drain, listen } from "../../../services/kit/http/server";
import { createModelsServer, PAGE } from "../../../services/model-server/multi-model";
import { inferenceSettings } from "../../../services/model-server/settings";
import { LoadedModels, neededBytes } from "../../../services/model-server/loaded-models";
import { checkoutRoot } from "../../../local/toolchain";
import { readDockerfile, textsOf } from "../../kit/dockerfile";
import { startContainer, type Container } from "./container";
import { startRuntime } from "../api/runtime";
import { writeTinyPackage } from "../kit/model/package-builder";

const JSON_TYPE = { "content-type": "application/json" };
const QUESTION = JSON.stringify({ instances: [{ user_key: "bo", limit: 1 }] });

describe("the SageMaker container of a collection of models", function () {
  let folder = "";
  let version = "";
  let needed = 0;
  const at = (name: string) => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "models-spec-"));
    for (const name of ["a", "b", "c"]) version = await writeTinyPackage(at(name));
    needed = await neededBytes(at("a"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  describe("by the contract of multi-model containers", () => {
    let server: Server;
    let url = "";
    const start = async (models: LoadedModels) => {
      server = createModelsServer(models, "champion", assert.ifError);
      url = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
    };
    afterEach(() => drain(server));
    const load = (name: string, from = at(name)) =>
      fetch(`${url}/models`, {
        method: "POST",
        headers: JSON_TYPE,
        body: JSON.stringify({ model_name: name, url: from }),
      });
    const invoke = (name: string, body = QUESTION) =>
      fetch(`${url}/models/${name}/invoke`, { method: "POST", headers: JSON_TYPE, body });
    const unload = (name: string) => fetch(`${url}/models/${name}`, { method: "DELETE" });
    const names = async () =>
      ((await (await fetch(`${url}/models`)).json()) as { models: { modelName: string }[] }).models.map(
        ({ modelName }) => modelName,
      );
    const statuses = (answers: Response[]) => answers.map(({ status }) => status);

    it("loads, lists, tells of, asks and unloads models by name", async () => {
      await start(new LoadedModels({ memoryBytes: Infinity }));
      assert.equal((await fetch(`${url}/ping`)).status, 200);
      assert.deepEqual(await names(), []);
      assert.deepEqual(statuses([await load("b"), await load("a")]), [200, 200]);
      assert.deepEqual(await (await fetch(`${url}/models`)).json(), {
        models: [
          { modelName: "a", modelUrl: at("a") },
          { modelName: "b", modelUrl: at("b") },
        ],
      });
      assert.deepEqual(await (await fetch(`${url}/models/b`)).json(), { modelName: "b", modelUrl: at("b") });
      assert.deepEqual(await (await invoke("a")).json(), {
        predictions: [{ user_key: "bo", known: true, items: [{ item_id: "rug", score: 1 }] }],
        model_version: version,
        variant: "champion",
      });
      assert.equal((await unload("a")).status, 200);
      assert.deepEqual(await names(), ["b"]);
      assert.deepEqual(
        statuses([await invoke("a"), await unload("a"), await fetch(`${url}/models/a`)]),
        [404, 404, 404],
      );
      assert.equal((await load("a")).status, 200);
    });

    it("loads a name once, however many ask at the same time", async () => {
      await start(new LoadedModels({ memoryBytes: Infinity }));
      assert.deepEqual(statuses(await Promise.all([load("a"), load("a"), load("a")])).sort(), [200, 409, 409]);
      assert.equal((await load("a", at("b"))).status, 409);
    });

    it("refuses with 507 what does not fit, and takes it when another was unloaded", async () => {
      await start(new LoadedModels({ memoryBytes: 2.5 * needed }));
      assert.deepEqual(statuses(await Promise.all([load("a"), load("b"), load("c")])), [200, 200, 507]);
      assert.deepEqual(await names(), ["a", "b"]);
      await unload("a");
      assert.equal((await load("c")).status, 200);
      assert.deepEqual(await names(), ["b", "c"]);
    });

    it("makes room by itself where nobody unloads: the model used least lately goes", async () => {
      await start(new LoadedModels({ memoryBytes: 2.5 * needed, whenFull: "evict" }));
      await load("a");
      await load("b");
      await invoke("a");
      assert.equal((await load("c")).status, 200);
      assert.deepEqual(await names(), ["a", "c"]);
      assert.equal((await invoke("b")).status, 404);
    });

    it("drops nothing for a model that would not fit alone", async () => {
      await start(new LoadedModels({ memoryBytes: 1.5 * needed, whenFull: "evict", load: { graphFrom: 3 } }));
      assert.equal((await load("a")).status, 507);
      assert.deepEqual(await names(), []);
    });

    it("refuses a torn package, and keeps neither its name nor its memory", async () => {
      const models = new LoadedModels({ memoryBytes: 1.5 * needed });
      await start(models);
      await writeTinyPackage(at("torn"));
      await writeFile(join(at("torn"), "users.txt"), "eve\nbo\n");
      const refused = await load("torn");
      assert.equal(refused.status, 400);
      assert.match(((await refused.json()) as { error: string }).error, /users\.txt does not have its digest/);
      assert.equal((await load("torn", at("nothing"))).status, 400);
      assert.equal(models.bytes, 0);
      assert.equal((await load("torn", at("a"))).status, 200);
    });

    it("takes any name, and hands the list out by pages", async () => {
      await start(new LoadedModels({ memoryBytes: Infinity }));
      const odd = "eu/model 1.tar.gz?#";
      await load(odd, at("a"));
      assert.equal((await invoke(encodeURIComponent(odd))).status, 200);
      await unload(encodeURIComponent(odd));
      const many = Array.from({ length: PAGE + 2 }, (_, n) => `m${String(n).padStart(4, "0")}`);
      for (const name of many) assert.equal((await load(name, at("a"))).status, 200);
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const query = token === undefined ? "" : `?next_page_token=${encodeURIComponent(token)}`;
        const answer = (await (await fetch(`${url}/models${query}`)).json()) as {
          models: { modelName: string }[];
          nextPageToken?: string;
        };
        seen.push(...answer.models.map(({ modelName }) => modelName));
        token = answer.nextPageToken;
      } while (token !== undefined);
      assert.deepEqual(seen, many);
    });

    it("tells a caller's mistake as 4xx, and says what it wants", async () => {
      await start(new LoadedModels({ memoryBytes: Infinity }));
      await load("a");
      const cases: [number, string, string, string?][] = [
        [400, "POST", "/models", "{"],
        [400, "POST", "/models", "{}"],
        [400, "POST", "/models", '{"model_name":"","url":"/x"}'],
        [413, "POST", "/models", " ".repeat(70_000)],
        [400, "POST", "/models/a/invoke", "{"],
        [400, "GET", "/models/%ff"],
        [404, "POST", "/invocations", QUESTION],
        [404, "POST", "/models/a/other", QUESTION],
        [404, "POST", "/models/", QUESTION],
        [405, "PUT", "/models"],
        [405, "POST", "/models/a", "{}"],
        [405, "GET", "/models/a/invoke"],
        [405, "POST", "/ping", ""],
      ];
      for (const [status, method, path, body] of cases) {
        const answer = await fetch(`${url}${path}`, {
          method,
          headers: JSON_TYPE,
          ...(body === undefined ? {} : { body }),
        });
        assert.equal(answer.status, status, `${method} ${path}`);
        assert.notEqual(((await answer.json()) as { error: string }).error, "", `${method} ${path}`);
      }
    });
  });

  it("is an image that says so, without which SageMaker refuses it for a collection", () => {
    const { stages } = readDockerfile(join(checkoutRoot(__dirname), DOCKERFILES.inference));
    const labels = textsOf(stages.at(-1), "LABEL").join(" ");
    assert.match(labels, /com\.amazonaws\.sagemaker\.capabilities\.multi-models="?true\b/);
  });

  describe("as a process behind the runtime API", () => {
    let container: Container;
    before(async () => {
      const mib = String((1.5 * needed) / 1024 ** 2);
      container = await startContainer({ SAGEMAKER_MULTI_MODEL: "true", MERIDIAN_MODELS_MEMORY_MIB: mib });
    });
    after(async () => {
      container.child.kill("SIGTERM");
      const [code] = (await once(container.child, "exit")) as [number | null];
      assert.equal(code, 0);
    });

    it("answers for the model that the caller targets, loaded when it is first asked for in the place of another", async () => {
      const models = { "a.tar.gz": at("a"), "b.tar.gz": at("b") };
      const runtime = await startRuntime("recommendations", [{ name: "only", weight: 1, url: container.url, models }]);
      const client = sageMakerEndpoint({
        region: "us-east-1",
        endpointName: "recommendations",
        url: runtime.url,
        credentials: () => Promise.resolve({ accessKeyId: "test", secretAccessKey: "test" }),
      });
      try {
        for (const model of ["a.tar.gz", "b.tar.gz", "b.tar.gz", "a.tar.gz"]) {
          const { predictions, model_version } = await client.invoke([{ user_key: "bo", limit: 1 }], { model });
          assert.deepEqual(predictions, [{ user_key: "bo", known: true, items: [{ item_id: "rug", score: 1 }] }]);
          assert.equal(model_version, version);
        }
        const { models: listed } = (await (await fetch(`${container.url}/models`)).json()) as { models: unknown[] };
        assert.equal(listed.length, 1, "its memory holds one");
        await assert.rejects(client.invoke([{ user_key: "bo" }], { model: "c.tar.gz" }), EndpointError);
      } finally {
        await runtime.stop();
      }
    });
  });
});

describe("the model server's settings", () => {
  it("are those of one model with Bloom filters, and a graph from half a million items, unless told else", () => {
    const { memoryBytes, ...settings } = inferenceSettings({});
    assert.deepEqual(settings, {
      listening: { host: "0.0.0.0", port: 8080 },
      folder: "/opt/ml/model",
      variant: "default",
      load: { seenRate: 0.001, graphFrom: 500_000 },
      whenFull: "refuse",
    });
    assert.ok(memoryBytes > 0 && Number.isFinite(memoryBytes));
    const told = {
      SAGEMAKER_MULTI_MODEL: "true",
      MERIDIAN_SEEN_RATE: "0",
      MERIDIAN_GRAPH_FROM: "10",
      MERIDIAN_MODELS_MEMORY_MIB: "2",
      MERIDIAN_MODELS_WHEN_FULL: "evict",
      MERIDIAN_VARIANT: "b",
    };
    assert.deepEqual(inferenceSettings(told), {
      listening: { host: "0.0.0.0", port: 8080 },
      folder: undefined,
      variant: "b",
      load: { seenRate: 0, graphFrom: 10 },
      memoryBytes: 2 * 1024 ** 2,
      whenFull: "evict",
    });
  });

  it("are refused all at once when they are wrong", () => {
    const wrong = {
      MERIDIAN_SEEN_RATE: "1",
      MERIDIAN_GRAPH_FROM: "many",
      MERIDIAN_MODELS_MEMORY_MIB: "0",
      MERIDIAN_MODELS_WHEN_FULL: "grow",
    };
    assert.throws(
      () => inferenceSettings(wrong),
      ({ message }: Error) => Object.keys(wrong).every((name) => message.includes(name)),
    );
  });
});
