import assert from "node:assert/strict";
import { Agent, request, type Server } from "node:http";
import fc from "fast-check";
import { Compile } from "typebox/schema";
import { createApi } from "../../../services/api/api";
import { drain, listen } from "../../../services/kit/http/server";
import { createRecommender } from "../../../services/api/recommend";
import { Parts } from "./parts";

/** The parts of an OpenAPI document that the tests read. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Operations of the document, each with a test of its own. */
const IDS = [
  "recommend",
  "rerank",
  "session",
  "updates",
  "similar",
  "popular",
  "document",
  "health",
  "livez",
  "ready",
  "readyz",
];

/** Requests that the fuzzers send. */
const RUNS = { perOperation: 300, noise: 600 } as const;

/** A schema with its references put in place. @param all by name */
function whole(schema: Schema, all: Readonly<Record<string, Schema>>): Schema {
  const { $ref } = schema;
  const found = $ref === undefined ? schema : (all[$ref.split("/").at(-1) ?? ""] ?? {});
  const { properties, items } = found;
  return {
    ...found,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, whole(value, all)])),
        }),
    ...(items === undefined ? {} : { items: whole(items, all) }),
  };
}

/** Values of a schema. */
function valid(schema: Schema): fc.Arbitrary<unknown> {
  const { type, minimum, maximum, minLength, maxLength, minItems, maxItems, properties = {}, required = [] } = schema;
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (type) {
    case "integer":
      return fc.integer({ min: minimum ?? 0, max: maximum ?? 1_000 });
    case "string":
      return fc.string({ unit: "grapheme", minLength: minLength ?? 0, maxLength: Math.min(maxLength ?? 40, 40) });
    case "array":
      return fc.array(valid(schema.items ?? {}), { minLength: minItems ?? 0, maxLength: Math.min(maxItems ?? 10, 10) });
    case "object":
      return fc.record(Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, valid(value)])), {
        requiredKeys: [...required],
      });
    default:
      return fc.anything();
  }
}

/** Values near a schema, and not near it at all. */
function anyOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 3, arbitrary: valid(schema) },
    { weight: 2, arbitrary: fc.jsonValue() },
    {
      weight: 1,
      arbitrary: fc.constantFrom(0, -1, 101, 1.5, 1e308, null, "", "\0", "x".repeat(257), [], {}, "NaN", "%"),
    },
  );
}

interface Sent {
  readonly method: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Sends bytes as they are: a client that is polite about addresses would hide what it repairs. */
function send(port: number, agent: Agent, { method, target, headers = {}, body }: Sent) {
  return new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
    const options = { port, host: "127.0.0.1", agent, method, path: target };
    const length = body === undefined ? {} : { "content-length": String(body.length) };
    const sent = request({ ...options, headers: { ...length, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("end", () => {
        const type = response.headers["content-type"] ?? "";
        resolve({ status: response.statusCode ?? 0, type, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

describe("the API's OpenAPI document", function () {
  let server: Server;
  let port = 0;
  let api: Document;
  let operations: { readonly path: string; readonly method: string; readonly operation: Operation }[] = [];
  const errors: unknown[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  let requests = 0;
  const ask = (sent: Sent) => {
    requests += 1;
    return send(port, agent, sent);
  };

  before(async () => {
    const recommender = createRecommender(new Parts().deps());
    server = await createApi(recommender, (error) => errors.push(error));
    port = await listen(server, 0, "127.0.0.1");
    const { text } = await ask({ method: "GET", target: "/openapi.json" });
    api = JSON.parse(text) as Document;
    operations = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    );
  });
  after(async () => {
    agent.destroy();
    await drain(server, 1_000);
  });
  afterEach(() => {
    assert.deepEqual(errors, []);
  });

  it("is OpenAPI 3.1, and has the operations that are tested below", () => {
    assert.match(api.openapi, /^3\.1\./);
    assert.deepEqual(operations.map(({ operation }) => operation.operationId).sort(), [...IDS].sort());
  });

  it("names every route, and no other: each path takes the methods that it says and refuses the rest", async () => {
    for (const [path, methods] of Object.entries(api.paths)) {
      const target = path.replace("{id}", "ada");
      const { status } = await ask({ method: "TRACE", target });
      assert.equal(status, 405, target);
      const allowed = await fetch(`http://127.0.0.1:${port}${target}`, { method: "PATCH" });
      const documented = Object.keys(methods).map((method) => method.toUpperCase());
      const taken = (allowed.headers.get("allow") ?? "").split(", ").filter((method) => method !== "HEAD");
      assert.deepEqual(taken.sort(), documented.sort(), target);
      await allowed.text();
    }
    for (const target of [
      "/",
      "/v1",
      "/v1/users",
      "/v1/users/ada",
      "/v1/users//recommendations",
      "/v1/items/a/b/similar",
    ]) {
      assert.equal((await ask({ method: "GET", target })).status, 404, target);
    }
  });

  it("has references that lead somewhere and ids of its own for operations", () => {
    const references = [...JSON.stringify(api).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name = ""]) => name,
    );
    assert.deepEqual(
      references.filter((name) => api.components.schemas[name] === undefined),
      [],
    );
    assert.deepEqual(Object.keys(api.components.schemas).sort(), [...new Set(references)].sort());
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
  });

  for (const id of IDS) {
    it(`holds for ${id}, whatever is sent: documented answers only, none of them 5xx`, async () => {
      const found = operations.find(({ operation }) => operation.operationId === id);
      assert.ok(found);
      const { path, method, operation } = found;
      const all = api.components.schemas;
      const schemas = Object.entries(operation.responses).map(([status, { content }]) => {
        const schema = content?.["application/json"]?.schema;
        return [Number(status), schema === undefined ? undefined : Compile(whole(schema, all) as object)] as const;
      });
      const checks = new Map(schemas);
      const body = operation.requestBody?.content["application/json"]?.schema;
      const types = new Set(Object.values(operation.responses).flatMap(({ content = {} }) => Object.keys(content)));
      const parameters = operation.parameters ?? [];
      const values = fc.record({
        parameters: fc.tuple(...parameters.map(({ schema }) => anyOf(schema))),
        body: body === undefined ? fc.constant(undefined) : anyOf(whole(body, all)),
      });
      await fc.assert(
        fc.asyncProperty(values, async (given) => {
          let target = path;
          const query = new URLSearchParams();
          parameters.forEach(({ name, in: where }, index) => {
            const value = given.parameters[index];
            const text = typeof value === "string" ? value : JSON.stringify(value);
            if (where === "query") query.set(name, text);
            else target = target.replace(`{${name}}`, encodeURIComponent(text.toWellFormed()));
          });
          const { status, type, text } = await ask({
            method,
            target: query.size === 0 ? target : `${target}?${query.toString()}`,
            ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(given.body)) }),
          });
          // An id that is empty, or that an address folds away, is another path.
          const elsewhere = /\/(%2e|\.){0,2}\//i.test(target) && status === 404;
          assert.ok(status < 500, `${status} for ${target}: ${text}`);
          assert.ok(elsewhere || checks.has(status), `${status} is not documented for ${method} ${target}: ${text}`);
          assert.ok(types.has(type.split(";")[0] ?? "") || elsewhere, type);
          if (!elsewhere) assert.ok(checks.get(status)?.Check(JSON.parse(text)) ?? true, `${status}: ${text}`);
        }),
        { numRuns: RUNS.perOperation },
      );
    });
  }

  it("is not broken by noise: any method, address, header and body", async () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((content) => Buffer.from(content));
    const printable = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    });
    const noise = fc.record({
      method: fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"),
      target: fc.oneof(
        printable.map((text) => `/${text}`),
        fc
          .tuple(fc.constantFrom(...Object.keys(api.paths)), printable)
          .map(([path, text]) => path.replace("{id}", text)),
        fc
          .tuple(fc.constantFrom("/v1/popular?", "/v1/users/ada/recommendations?limit="), printable)
          .map((two) => two.join("")),
        fc.constantFrom(
          "/%",
          "//",
          "/%00",
          "/v1/users/%E0%A4%A/rerank",
          "/v1/users/../x",
          "http://[::1",
          "/?limit=1&limit=2",
        ),
      ),
      headers: fc.dictionary(
        fc.constantFrom("content-type", "accept", "x-forwarded-for", "cookie", "range", "if-match"),
        printable,
      ),
      body: bytes,
    });
    await fc.assert(
      fc.asyncProperty(noise, async (sent) => {
        const { status, text } = await ask(sent);
        assert.ok(status >= 200 && status < 500, `${status} for ${JSON.stringify(sent)}: ${text}`);
      }),
      { numRuns: RUNS.noise },
    );
  });

  it("was held against at least 2,000 requests", () => {
    assert.ok(requests >= 2_000, `${requests} requests`);
  });
});
