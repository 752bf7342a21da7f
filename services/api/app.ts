import { METHODS, type IncomingMessage, type Server } from "node:http";
import swagger, { type SwaggerTransformObject } from "@fastify/swagger";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type RouteOptions } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject, validatorCompiler } from "fastify-type-provider-zod";
import { JSON_TYPE } from "../kit/http/fast-path/ready-answer";
import {
  ABORTED,
  bodyOf,
  HttpError,
  httpServer,
  INTERNAL,
  isAborted,
  type Reply,
  type ServeOptions,
} from "../kit/http/server";
import { ANY_USER_SCOPE, AuthError, refusalOf } from "./auth";
import { BadRequestError } from "./recommend";

/** Longest body of a request, bytes: the longest list of the longest ids, in the longest spelling of JSON. */
const MAX_BODY_BYTES = 1024 ** 2;

export interface AppOptions extends ServeOptions {
  readonly routes: readonly RouteOptions[];
  /** Called with each error that is no mistake of the caller. */
  readonly onError: (error: unknown) => void;
}

/**
 * Fastify with the given routes, behind {@link httpServer}'s limits. Zod schemas of the routes validate requests; the
 * OpenAPI 3.1 document at `/openapi.json` is made of them.
 */
export async function createApp({ routes, onError, ...limits }: AppOptions): Promise<Server> {
  const app = fastify({
    serverFactory: (handle) => httpServer(handle, limits),
    // An id that is too long is a bad id (400), not an unknown path: validation says so.
    routerOptions: { maxParamLength: MAX_BODY_BYTES },
    frameworkErrors: (error, request, reply) => {
      send(reply, replyTo(error, request.raw, onError));
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  // Answers are typed, and tests compare them with the document: nothing is left for a serializer to check.
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler((error, request, reply) => {
    // The rest of a body that nobody reads: a caller who is still sending would not see the answer.
    if (!request.raw.complete) request.raw.resume();
    send(reply, replyTo(error, request.raw, onError));
  });
  app.setNotFoundHandler((request, reply) => {
    send(reply, { status: 404, body: { error: `no such path: ${request.url.split("?", 1)[0] ?? ""}` } });
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", async (request: FastifyRequest, payload: IncomingMessage) => {
    const type = (request.headers["content-type"] ?? "application/json").split(";")[0]?.trim().toLowerCase();
    if (type !== "application/json") throw new HttpError(415, `want application/json, got ${type ?? "nothing"}`);
    const body = await bodyOf(payload, MAX_BODY_BYTES);
    try {
      return JSON.parse(body.toString("utf8")) as unknown;
    } catch {
      throw new HttpError(400, "the body is not JSON");
    }
  });
  await app.register(swagger, {
    openapi: DOCUMENT,
    transform: jsonSchemaTransform,
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document)),
  });
  for (const route of routes) app.route(route);
  refuseOtherMethods(app, routes);
  await app.ready();
  return app.server;
}

const DOCUMENT = {
  openapi: "3.1.0",
  info: {
    title: "Meridian recommendation API",
    version: "1.0.0",
    description: "Lists within a deadline. Every list says where it came from and what it replaces.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  components: {
    securitySchemes: {
      bearer: {
        type: "http",
        scheme: "bearer",
        bearerFormat: "JWT",
        description: `A token of the configured issuer. Its subject is the user of the path, or it has the scope \`${ANY_USER_SCOPE}\`.`,
      },
    },
  },
} as const;

/** A document without the component schemas that nothing refers to: zod's registry has each as input and as output. */
function withoutUnused(document: ReturnType<SwaggerTransformObject>): ReturnType<SwaggerTransformObject> {
  if (!("components" in document)) return document;
  const { schemas: all = {}, ...others } = document.components ?? {};
  const schemas: Readonly<Record<string, unknown>> = all;
  const used = new Set<string>();
  const visit = (part: unknown): void => {
    for (const [, name = ""] of JSON.stringify(part).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  };
  visit({ ...document, components: others });
  const kept = Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
  return { ...document, components: { ...others, schemas: kept } } as ReturnType<SwaggerTransformObject>;
}

/** A known path with another method is 405 with `Allow`, for every method that Node's parser reads. */
function refuseOtherMethods(app: FastifyInstance, routes: readonly RouteOptions[]): void {
  const methods = METHODS.filter((method) => method !== "CONNECT");
  for (const method of methods) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
  for (const url of new Set(routes.map((route) => route.url))) {
    const allowed = routes
      .filter((route) => route.url === url)
      .flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method].flat()));
    const refuse = (_: unknown, reply: FastifyReply): FastifyReply => {
      const headers = { allow: allowed.join(", ") };
      return send(reply, { status: 405, body: { error: `want ${allowed.join(" or ")}` }, headers });
    };
    const others = methods.filter((method) => !allowed.includes(method));
    // Before a body is looked at, which may be anything.
    app.route({
      method: others,
      url,
      schema: { hide: true },
      onRequest: async (request, reply) => refuse(request, reply),
      handler: refuse,
    });
  }
}

/** A caller's mistake with its text; anything else is 500 without it. */
function replyTo(error: unknown, request: IncomingMessage, onError: (error: unknown) => void): Reply {
  if (error instanceof AuthError) return refusalOf(error);
  if (error instanceof BadRequestError) return { status: 400, body: { error: error.message } };
  if (error instanceof HttpError) return { status: error.status, body: { error: error.message } };
  if (isAborted(request)) return ABORTED;
  const { validation, statusCode = 500, message = "" } = error as Partial<Invalid>;
  if (validation !== undefined) {
    const problems = validation.map(({ instancePath, message: text }) => {
      const path = instancePath.slice(1).replaceAll("/", ".");
      return path === "" ? text : `${path}: ${text}`;
    });
    return { status: 400, body: { error: problems.join("; ") } };
  }
  // Fastify's own, e.g. an address that is not percent-encoded UTF-8.
  if (statusCode >= 400 && statusCode < 500) return { status: statusCode, body: { error: message } };
  onError(error);
  return INTERNAL;
}

/** What Fastify's errors have beside a message. */
interface Invalid {
  readonly message: string;
  readonly statusCode: number;
  /** Of a request that breaks a schema: what is wrong, by path. */
  readonly validation: readonly { readonly instancePath: string; readonly message: string }[];
}

/** Sends a reply as it is: to the content type of text, Fastify would add a charset that `application/problem+json` has not. */
export function send(reply: FastifyReply, { status, body, headers = {} }: Reply): FastifyReply {
  return reply
    .code(status)
    .headers({ "content-type": JSON_TYPE, ...headers })
    .send(Buffer.from(JSON.stringify(body)));
}
