import assert from "node:assert/strict";
import type { Server } from "node:http";
import { context, metrics, propagation, trace } from "@opentelemetry/api";
import { createApi } from "../../../services/api/api";
import { drain, listen } from "../../../services/kit/http/server";
import { createRecommender, type Recommender } from "../../../services/api/recommend";
import { createTelemetry, traced, watch } from "../../../services/api/telemetry";
import { startTelemetry, type TelemetrySdk } from "../../../services/api/telemetry-sdk";
import { attributesOf, startOtlpCollector, type FakeCollector, type Span } from "./otlp";
import { Parts, THROTTLED } from "./parts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const ADA = "/v1/users/ada/recommendations";

describe("the API's telemetry", () => {
  let collector: FakeCollector;
  let sdk: TelemetrySdk;
  let server: Server;
  let parts: Parts;
  let recommender: Recommender;
  let url = "";
  const before = process.env["OTEL_EXPORTER_OTLP_ENDPOINT"];

  beforeEach(async () => {
    collector = await startOtlpCollector();
    process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url;
    sdk = startTelemetry({ serviceName: "recommendation-api", region: "eu-west-1" });
    parts = new Parts();
    const { cache, table, endpoint, ...deps } = parts.deps();
    assert.ok(endpoint);
    recommender = createRecommender({
      ...deps,
      cache: traced(cache, "cache", sdk.tracer),
      table: traced(table, "table", sdk.tracer),
      endpoint: traced(endpoint, "endpoint", sdk.tracer),
    });
    watch(sdk.meter, {
      counters: { relieved: () => ({ coalesced: recommender.state().coalesced }) },
      gauges: { "breaker.open": () => recommender.state().open },
    });
    server = await createApi(recommender, assert.ifError, { telemetry: createTelemetry(sdk), atHandMs: 60_000 });
    url = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
  });

  /** Ends the SDK, which sends what is held. */
  const spans = async (): Promise<Span[]> => {
    await sdk.stop();
    return collector.spans();
  };

  afterEach(async () => {
    await sdk.stop();
    await drain(server, 500);
    await collector.stop();
    for (const api of [trace, metrics, context, propagation]) api.disable();
    if (before === undefined) delete process.env["OTEL_EXPORTER_OTLP_ENDPOINT"];
    else process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = before;
  });

  const get = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> => {
    const answer = await fetch(`${url}${path}`, { headers });
    await answer.text();
    return answer.status;
  };

  it("makes a span of a request and of each part that it asked, in the caller's trace", async () => {
    await get(ADA, { traceparent: `00-${TRACE}-${PARENT}-01` });
    const all = await spans();
    const server = all.find(({ kind }) => kind === 2);
    assert.ok(server);
    assert.deepEqual(
      [server.name, server.traceId, server.parentSpanId],
      [`GET /v1/users/{id}/recommendations`, TRACE, PARENT],
    );
    assert.deepEqual(attributesOf(server), {
      "http.route": "/v1/users/{id}/recommendations",
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "meridian.source": "table",
      "meridian.fallback": "none",
    });
    const names = all.filter(({ parentSpanId }) => parentSpanId === server.spanId).map(({ name }) => name);
    for (const name of ["table published", "cache get", "table list"]) assert.ok(names.includes(name), names.join());
    // No id of a user or an item stands in any of it.
    assert.ok(!JSON.stringify(all).includes("ada"));
  });

  it("goes on with a load balancer's trace where there is no other, and the standard's where there are both", async () => {
    const xRay = `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)};Parent=${PARENT};Sampled=1`;
    await get("/v1/popular", { "x-amzn-trace-id": xRay });
    const other = TRACE.replaceAll("0", "1");
    await get("/livez", { "x-amzn-trace-id": xRay, traceparent: `00-${other}-${PARENT}-01` });
    await get("/readyz", { traceparent: "nonsense" });
    const servers = (await spans()).filter(({ kind }) => kind === 2);
    assert.deepEqual(
      servers.slice(0, 2).map(({ traceId, parentSpanId }) => [traceId, parentSpanId]),
      [
        [TRACE, PARENT],
        [other, PARENT],
      ],
    );
    assert.ok(servers[2]?.parentSpanId === undefined || servers[2].parentSpanId === "");
  });

  it("marks parts that failed, by the error's name, and requests that did not", async () => {
    parts.faults.cache = { error: THROTTLED };
    assert.equal(await get(ADA), 200);
    assert.equal(await get(`${ADA}?limit=0`), 400);
    const all = await spans();
    const failed = all.filter(({ status }) => status.code === 2);
    assert.ok(failed.length >= 1);
    assert.ok(
      failed.every(({ name }) => name.startsWith("cache ")),
      failed.map(({ name }) => name).join(),
    );
    assert.deepEqual(
      all.filter(({ kind }) => kind === 2).map((span) => attributesOf(span)["http.response.status_code"]),
      [200, 400],
    );
  });

  it("counts lists by route, source and fallback, also those given again from memory, and measures durations", async () => {
    for (let count = 0; count < 3; count += 1) await get(ADA);
    await get("/v1/users/nobody/recommendations");
    await sdk.stop();
    const lists = collector
      .points("meridian.lists")
      .map((point) => [
        attributesOf(point)["meridian.source"],
        attributesOf(point)["meridian.fallback"],
        point.asDouble ?? point.asInt,
      ]);
    assert.deepEqual(lists.sort(), [
      ["memory", "none", 2],
      ["popular", "popular", 1],
      ["table", "none", 1],
    ]);
    const [durations] = collector.points("http.server.request.duration");
    assert.equal(durations?.count, 2);
    assert.ok(durations.explicitBounds?.includes(0.15));
  });

  it("counts the empty lists of a platform without a model", async () => {
    parts.model = undefined;
    await get("/v1/popular");
    await sdk.stop();
    const [point] = collector.points("meridian.lists");
    assert.ok(point);
    assert.deepEqual([attributesOf(point)["meridian.fallback"], point.asDouble ?? point.asInt], ["no_model", 1]);
  });

  it("shows breakers and shared look-ups as they are when metrics are sent", async () => {
    parts.faults.endpoint = { error: new Error("away") };
    for (let count = 0; count < 6; count += 1) await get(`/v1/items/item${count}/similar`);
    await Promise.all([recommender.popular(), recommender.popular(), recommender.popular()]);
    await sdk.stop();
    const open = collector
      .points("meridian.breaker.open")
      .map((point) => [attributesOf(point)["meridian.kind"], point.asDouble ?? point.asInt]);
    assert.deepEqual(open, [
      ["cache", 0],
      ["table", 0],
      ["endpoint", 1],
    ]);
    assert.deepEqual(
      collector.points("meridian.relieved").map((point) => point.asDouble ?? point.asInt),
      [2],
    );
  });
});
