import assert from "node:assert/strict";
import { COLLECTOR_ROUTE } from "../../../../components/ingest/collector";
import { API_ROUTES, COLLECTOR_EVENTS } from "../../../../contracts/links/routes";
import { createApi } from "../../../../services/api/api";
import { createRecommender } from "../../../../services/api/recommend";
import { Parts, THROTTLED } from "../../../services/api/parts";

const created = async (parts = new Parts()) => {
  const server = await createApi(createRecommender(parts.deps({ deadlineMs: 60_000 })), assert.ifError);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return { server, url: `http://127.0.0.1:${address.port}` };
};

describe("the route tables that the judge of reach goes by", () => {
  it("are the API's own, both ways, by its OpenAPI document", async () => {
    const { server, url } = await created();
    const answer = await fetch(`${url}/openapi.json`);
    const document = (await answer.json()) as { paths: Record<string, Record<string, unknown>> };
    const own = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    server.close();
    assert.deepEqual(own.sort(), API_ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it("say truly which paths a process answers 2xx while it runs, and which while it can answer visitors", async () => {
    for (const isAway of [false, true]) {
      const parts = new Parts();
      parts.model = undefined;
      if (isAway) parts.faults.table = { error: THROTTLED };
      const { server, url } = await created(parts);
      for (const { method, example, proves } of API_ROUTES) {
        if (proves === undefined) continue;
        const answer = await fetch(`${url}${example}`, { method });
        assert.equal(answer.ok, proves === "running" || !isAway, `${method} ${example}: ${answer.status}`);
      }
      server.close();
    }
  });

  it("name the route that the collector's gateway has", () => {
    assert.equal(`${COLLECTOR_EVENTS.method} ${COLLECTOR_EVENTS.path}`, COLLECTOR_ROUTE);
  });
});
