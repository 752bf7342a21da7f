import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EndpointError, sageMakerEndpoint } from "../../../services/api/endpoint-client";
import { startContainer, type Container } from "./container";
import { startRuntime, type FakeRuntime } from "../api/runtime";
import { writeTinyPackage } from "../kit/model/package-builder";

const VARIANTS = ["champion", "challenger"] as const;

describe("the SageMaker container", function () {
  let folder = "";
  let version = "";
  let containers: Container[] = [];
  let runtime: FakeRuntime;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sagemaker-spec-"));
    version = await writeTinyPackage(folder);
    containers = await Promise.all(
      VARIANTS.map((variant) => startContainer({ MODEL_FOLDER: folder, MERIDIAN_VARIANT: variant })),
    );
    runtime = await startRuntime(
      "recommendations",
      VARIANTS.map((name, index) => ({ name, weight: 1, url: containers[index]?.url ?? "" })),
    );
  });
  after(async () => {
    await runtime.stop();
    for (const { child } of containers) {
      child.kill("SIGTERM");
      const [code] = (await once(child, "exit")) as [number | null];
      assert.equal(code, 0, "a container that is told to stop ends by itself");
    }
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    runtime.fault = {};
  });

  const endpoint = () =>
    sageMakerEndpoint({
      region: "us-east-1",
      endpointName: "recommendations",
      url: runtime.url,
      credentials: () => Promise.resolve({ accessKeyId: "test", secretAccessKey: "test" }),
    });
  const invoke = (
    body: string | Buffer,
    headers: Record<string, string> = {},
    method = "POST",
    path = "/invocations",
  ) => fetch(`${containers[0]?.url ?? ""}${path}`, { method, ...(method === "GET" ? {} : { body }), headers });

  it("answers a ping within SageMaker's two seconds", async () => {
    const started = performance.now();
    const answer = await fetch(`${containers[0]?.url ?? ""}/ping`);
    assert.equal(answer.status, 200);
    assert.ok(performance.now() - started < 2_000);
  });

  it("answers through the runtime API, signed, and names the variant that answered", async () => {
    const client = endpoint();
    const seen = new Set<string>();
    for (let call = 0; call < 4; call += 1) {
      const { predictions, model_version, variant } = await client.invoke([{ user_key: "bo", limit: 1 }]);
      assert.deepEqual(predictions, [{ user_key: "bo", known: true, items: [{ item_id: "rug", score: 1 }] }]);
      assert.equal(model_version, version);
      seen.add(variant);
    }
    assert.deepEqual([...seen].sort(), [...VARIANTS].sort());
    const { variant } = await client.invoke([{ user_key: "bo" }], { variant: "challenger" });
    assert.equal(variant, "challenger");
    assert.match(
      runtime.calls.at(-1)?.authorization ?? "",
      /SignedHeaders=accept;\S*content-type;host;\S*x-amz-date;\S*x-amzn-sagemaker-target-variant,/,
    );
  });

  it("ranks given items by a user's taste, and finds similar ones", async () => {
    const { predictions } = await endpoint().invoke([
      { user_key: "ada", items: ["rug", "lamp", "unknown", "desk", "rug"] },
      { user_key: "nobody", items: ["rug", "desk"] },
      { item_id: "desk", limit: 2 },
      { item_id: "unknown" },
    ]);
    const found = predictions.map(({ known, items }) => [known, items.map(({ item_id }) => item_id)]);
    assert.deepEqual(found, [
      [true, ["lamp", "desk", "rug"]],
      [false, ["rug", "desk"]],
      [true, ["lamp", "rug"]],
      [false, []],
    ]);
  });

  it("reads and writes CSV as well as JSON, by Content-Type and Accept", async () => {
    const csv = await invoke('bo,1\n"nobody"\n', { "content-type": "text/csv" });
    assert.equal(csv.headers.get("content-type"), "text/csv; charset=utf-8");
    assert.equal(await csv.text(), `bo,true,1,rug,1,${version},champion\nnobody,false,1,lamp,9,${version},champion\n`);
    const mixed = await invoke("bo,1\r\n", { "content-type": "text/csv", accept: "application/json" });
    assert.equal(((await mixed.json()) as { variant: string }).variant, "champion");
    const other = await invoke('{"instances":[{"user_key":"bo","limit":1}]}', {
      "content-type": "application/json",
      accept: "text/csv",
    });
    assert.equal(await other.text(), `bo,true,1,rug,1,${version},champion\n`);
  });

  it("tells a caller's mistake as 4xx, whatever it is, and says what it wants", async () => {
    const json = { "content-type": "application/json" };
    const csv = { "content-type": "text/csv" };
    const cases: [number, string | Buffer, Record<string, string>][] = [
      [400, "", json],
      [400, "{", json],
      [400, "null", json],
      [400, "[]", json],
      [400, '{"instances":[]}', json],
      [400, '{"instances":[{}]}', json],
      [400, '{"instances":[{"user_key":1}]}', json],
      [400, '{"instances":[{"user_key":"a","limit":501}]}', json],
      [400, '{"instances":[{"user_key":"a","limt":5}]}', json],
      [400, JSON.stringify({ instances: Array.from({ length: 1001 }, () => ({ user_key: "a" })) }), json],
      [400, Buffer.from([0x7b, 0xff, 0x7d]), json],
      [400, "", csv],
      [400, "a,b,c\n", csv],
      [400, "a,0\n", csv],
      [400, "a\n\nb\n", csv],
      [400, 'a"b\n', csv],
      [406, '{"instances":[{"user_key":"a"}]}', { ...json, accept: "image/png" }],
      [415, "a", { "content-type": "application/x-parquet" }],
      [413, Buffer.alloc(26 * 1024 ** 2, " "), json],
    ];
    for (const [status, body, headers] of cases) {
      const answer = await invoke(body, headers);
      const told = `${body.length > 60 ? `${body.length} bytes` : String(body)} as ${JSON.stringify(headers)}`;
      assert.equal(answer.status, status, told);
      assert.notEqual(((await answer.json()) as { error: string }).error, "", told);
    }
    assert.equal((await invoke("", {}, "GET")).status, 405);
    assert.equal((await invoke("", {}, "POST", "/ping")).status, 405);
    assert.equal((await invoke("", {}, "GET", "/other")).status, 404);
    assert.equal((await fetch(`${containers[0]?.url ?? ""}/ping`)).status, 200);
  });

  it("reaches the caller as a model error when it refuses, and as the service's own when that fails", async () => {
    await assert.rejects(endpoint().invoke([{ user_key: "" }]), (error: unknown) => {
      return error instanceof EndpointError && error.status === 424 && /OriginalStatusCode":400/.test(error.message);
    });
    runtime.fault = { status: 503 };
    await assert.rejects(endpoint().invoke([{ user_key: "bo" }]), { status: 503 });
    runtime.fault = { delayMs: 1_000 };
    await assert.rejects(endpoint().invoke([{ user_key: "bo" }], { signal: AbortSignal.timeout(30) }), {
      name: "AbortError",
    });
  });
});
