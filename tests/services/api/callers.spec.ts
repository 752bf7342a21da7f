import assert from "node:assert/strict";
import { request, Agent, type Server } from "node:http";
import { createApi, type ApiOptions } from "../../../services/api/api";
import { ANY_USER_SCOPE, JwtAuthenticator } from "../../../services/api/auth";
import type { ConsentGiven, Shown } from "../../../services/api/exposures";
import { drain, listen } from "../../../services/kit/http/server";
import { createRecommender } from "../../../services/api/recommend";
import { AUDIENCE, startIssuer, type FakeIssuer } from "./issuer";
import { Parts } from "./parts";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An API whose connections are kept, so that answers at hand go the fast way. */
class Running {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async start(options: ApiOptions): Promise<Running> {
    const server = await createApi(createRecommender(new Parts().deps()), assert.ifError, options);
    return new Running(server, await listen(server, 0, "127.0.0.1"));
  }

  ask(path: string, { token, method = "GET", body }: { token?: string; method?: string; body?: object } = {}) {
    return new Promise<Answer>((resolve, reject) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const sent = request({ port: this.port, path, method, agent: this.agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString();
          const found = text === "" ? {} : (JSON.parse(text) as Answer["body"]);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: found });
        });
      });
      sent.once("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await drain(this.server, 500);
  }
}

const ADA = "/v1/users/ada/recommendations";

describe("the API's callers", () => {
  let issuer: FakeIssuer;
  let api: Running;
  let authenticator: JwtAuthenticator;

  beforeEach(async () => {
    issuer = await startIssuer();
    authenticator = new JwtAuthenticator({ issuer: issuer.url, audiences: [AUDIENCE] });
    api = await Running.start({ authenticator, atHandMs: 60_000 });
  });
  afterEach(async () => {
    await api.stop();
    await issuer.stop();
  });

  it("get their own list, also from memory, and nobody else's, neither by a look-up nor from memory", async () => {
    const [ada, bo] = [await issuer.token(), await issuer.token({ sub: "bo" })];
    const sources = [];
    for (let count = 0; count < 3; count += 1) sources.push((await api.ask(ADA, { token: ada })).body["source"]);
    assert.deepEqual(sources, ["table", "cache", "cache"]);
    for (let count = 0; count < 2; count += 1) {
      const refused = await api.ask(ADA, { token: bo });
      assert.deepEqual([refused.status, refused.body["status"], refused.body["title"]], [403, 403, "Forbidden"]);
      assert.equal(refused.headers["content-type"], "application/problem+json");
      assert.match(String(refused.headers["www-authenticate"]), /insufficient_scope/);
    }
    const none = await api.ask(ADA);
    assert.deepEqual([none.status, none.headers["www-authenticate"], none.body["items"]], [401, "Bearer", undefined]);
    assert.deepEqual([authenticator.refused.forbidden, authenticator.refused.missing], [2, 1]);
  });

  it("are told in the standard's words what is wrong with their token", async () => {
    const expired = await api.ask(ADA, { token: await issuer.token({ exp: 1 }) });
    assert.equal(expired.status, 401);
    assert.match(
      String(expired.headers["www-authenticate"]),
      /^Bearer error="invalid_token", error_description="[^"]+"$/,
    );
    assert.match(String(expired.body["detail"]), /expired/);
  });

  it("need a token for what is everybody's, and none for probes and the document", async () => {
    const paths = ["/v1/popular", "/v1/items/lamp/similar", "/livez", "/readyz", "/openapi.json"];
    const statuses = [];
    for (const path of paths) statuses.push((await api.ask(path)).status);
    assert.deepEqual(statuses, [401, 401, 200, 200, 200]);
    assert.equal((await api.ask("/v1/popular", { token: await issuer.token({ sub: "x" }) })).status, 200);
  });

  it("rerank and tell of a session for themselves alone, unless their scope says everybody", async () => {
    const body = { items: ["a", "b"] };
    const service = await issuer.token({ sub: "shop", scope: ANY_USER_SCOPE });
    const bo = await issuer.token({ sub: "bo" });
    for (const path of ["/v1/users/ada/rerank", "/v1/users/ada/session"]) {
      assert.equal((await api.ask(path, { method: "POST", body, token: bo })).status, 403);
      assert.equal((await api.ask(path, { method: "POST", body, token: service })).status, 200);
    }
    // The user of the path, as it is meant and not as it is spelt.
    assert.equal((await api.ask("/v1/users/%62o/recommendations", { token: bo })).status, 200);
    assert.equal((await api.ask("/v1/users/b%6F%00/recommendations", { token: bo })).status, 403);
  });

  it("are told to come back where no key was ever read", async () => {
    issuer.away = true;
    const away = await api.ask(ADA, { token: await issuer.token() });
    assert.deepEqual([away.status, away.headers["retry-after"]], [503, "5"]);
  });
});

describe("the API's exposures", () => {
  let api: Running;
  let shown: [string, string, string | null, ConsentGiven][] = [];

  beforeEach(async () => {
    shown = [];
    const record = ({ userId, variant, modelVersion }: Shown, consent: ConsentGiven): void => {
      shown.push([userId, variant, modelVersion, consent]);
    };
    api = await Running.start({ exposures: { record }, atHandMs: 60_000 });
  });
  afterEach(() => api.stop());

  it("are told of each answer, looked up or from memory, with the consent of its own request", async () => {
    for (let count = 0; count < 3; count += 1) await api.ask(`${ADA}?consent=all`);
    await api.ask(ADA);
    await api.ask(`${ADA}?consent=analytics`);
    const told = (consent: ConsentGiven) => ["ada", "champion", "v2", consent];
    assert.deepEqual(shown, [told("all"), told("all"), told("all"), told("none"), told("analytics")]);
  });

  it("are told of ranked lists and of sessions, and not of what shows nothing", async () => {
    const body = { items: ["a", "b"] };
    await api.ask("/v1/users/ada/rerank?consent=all", { method: "POST", body });
    await api.ask("/v1/users/bo/session?consent=analytics", { method: "POST", body });
    await api.ask(`${ADA}?consent=all`, { method: "HEAD" });
    await api.ask("/v1/popular");
    assert.deepEqual(
      shown.map(([userId, , , consent]) => [userId, consent]),
      [
        ["ada", "all"],
        ["bo", "analytics"],
      ],
    );
  });

  it("are refused where the consent cannot be read", async () => {
    assert.equal((await api.ask(`${ADA}?consent=yes`)).status, 400);
    assert.equal(shown.length, 0);
  });
});
