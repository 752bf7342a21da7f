import type { Server } from "node:http";
import type { FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import type { z } from "zod";
import { createApp, send } from "./app";
import { AtHand } from "./at-hand";
import { UPDATES_PROTOCOL, type Authenticator } from "./auth";
import type { ExposureLog } from "./exposures";
import { isDraining, type Reply } from "../kit/http/server";
import { consentQuery, limitQuery, listQuery } from "./query";
import { DEFAULT_LIMIT, type Recommender } from "./recommend";
import { ANSWERS, idParams, itemsRequest, MESSAGES } from "./schemas";
import { Sessions } from "./sessions";
import { withTelemetry, type ApiTelemetry } from "./telemetry";
import { UPDATES_PATH, type Updates } from "./updates";

/** Behaviour of the API under load, and the features around its answers. */
export interface ApiOptions {
  /** Requests under way at once; more are answered 503. @default 2000 */
  readonly maxRequests?: number;
  /** For how long an answer is given again as it is, milliseconds; 0 for never. @default 1000 */
  readonly atHandMs?: number;
  /** Who may ask. @default everybody, for everybody */
  readonly authenticator?: Authenticator;
  /** Called for each list that was shown to somebody who consented. @default none */
  readonly exposures?: Pick<ExposureLog, "record">;
  /** Traces and counts requests. @default none */
  readonly telemetry?: ApiTelemetry;
  /** Takes WebSockets. @default none are taken */
  readonly updates?: Updates;
  /** Called for each request that is refused because of `maxRequests`. */
  readonly onShed?: () => void;
  readonly now?: () => number;
}

/**
 * The recommendation API: lists (a user's, similar ones, popular ones, given ones ranked), probes, and its own document
 * at `/openapi.json`, which says what each takes and answers.
 */
export async function createApi(
  recommender: Recommender,
  onError: (error: unknown) => void = (error) => {
    console.error(error);
  },
  options: ApiOptions = {},
): Promise<Server> {
  const { authenticator, exposures, telemetry, updates, onShed } = options;
  const hot = new AtHand({
    ms: options.atHandMs ?? 1000,
    now: options.now ?? Date.now,
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(exposures === undefined ? {} : { exposures }),
    ...(telemetry === undefined ? {} : { onGiven: telemetry.given }),
  });
  const around = (route: Route): RouteOptions =>
    withGuard(withTelemetry(routeOptions(route), route.path, telemetry), route, options);
  const server: Server = await createApp({
    routes: [
      ...listRoutes(recommender, hot, exposures),
      ...sessionRoutes(recommender, options),
      ...ownRoutes(recommender, () => server),
    ].map(around),
    onError,
    maxRequests: options.maxRequests ?? 2000,
    always: new Set(PROBES),
    atHand: hot.find,
    ...(onShed === undefined ? {} : { onShed }),
    // A caller who offers another protocol for any path gets what was asked for, over HTTP.
    upgrades: ({ headers }) => updates !== undefined && headers.upgrade?.toLowerCase() === "websocket",
  });
  updates?.attach(server);
  return server;
}

/**
 * Paths of the probes: the API's own names, and those that Kubernetes uses. `/health` is the region's: Route 53 asks it
 * through the region's gateway. The pseudonym key needs no probe: the process listens only after it has used the key.
 */
const PROBES = ["/health", "/livez", "/ready", "/readyz"] as const;

interface Route {
  readonly method: "GET" | "POST";
  /** As in the OpenAPI document. */
  readonly path: string;
  /** Who may ask: any authenticated caller, or the user of the path alone. @default everybody */
  readonly guard?: "caller" | "user";
  /** Of the OpenAPI document, and the schemas by which requests are validated. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly answer: (request: FastifyRequest, reply: FastifyReply) => Promise<object> | object;
}

function routeOptions({ method, path, guard, schema, answer }: Route): RouteOptions {
  return {
    method,
    // Any characters once decoded, but at least one: an address without an id is an unknown path.
    url: path.replaceAll(/\{(\w+)\}/g, ":$1([^]+)"),
    // Where callers are authenticated, by a token.
    schema: { ...schema, ...(guard === undefined ? {} : { security: [{}, { bearer: [] }] }) },
    handler: async (request, reply) => answer(request, reply),
  };
}

/** Authenticates the caller before anything else of a request is read. */
function withGuard(route: RouteOptions, { guard }: Route, { authenticator }: ApiOptions): RouteOptions {
  if (authenticator === undefined || guard === undefined) return route;
  const permit = async (request: FastifyRequest): Promise<void> => {
    const caller = await authenticator.caller(request.raw);
    if (guard === "user") authenticator.permit(caller, idOf(request));
  };
  return { ...route, onRequest: [...[route.onRequest ?? []].flat(), permit] };
}

const idOf = ({ params }: FastifyRequest): string => (params as { readonly id: string }).id;
const queryOf = <T extends z.ZodType>(_: T, { query }: FastifyRequest): z.infer<T> => query as z.infer<T>;
const itemsOf = ({ body }: FastifyRequest): z.infer<typeof itemsRequest> => body as z.infer<typeof itemsRequest>;

/** Lists are the caller's alone. */
const listed = (reply: FastifyReply, list: object): object => {
  reply.header("cache-control", "private, max-age=0");
  return list;
};

/** The WebSocket in the document: its messages are components, since OpenAPI has no place for them. */
const UPDATES_DOCUMENT = {
  operationId: "updates",
  summary: "A WebSocket that receives the user's list whenever it changes",
  description: `Subprotocol \`${UPDATES_PROTOCOL}\`; a browser carries its token in a second one, \`bearer.<token>\`. The process sends \`Update\`: at once, when the session changes, when a model is published. The client may send \`SeenInput\`. Connections end with 1001 when the process stops (reconnect after a random delay), 1008 for too many messages or an expired token, 1009 for a message that is too long.`,
  "x-websocket": MESSAGES,
  security: [{}, { bearer: [] }],
  tags: ["lists"],
  params: idParams("The site's id of the user"),
  querystring: listQuery,
  response: ANSWERS.updates,
};

const USER = idParams("The site's id of the user");

function listRoutes(recommender: Recommender, hot: AtHand, exposures: ApiOptions["exposures"]): Route[] {
  return [
    {
      method: "GET",
      path: "/v1/users/{id}/recommendations",
      guard: "user",
      schema: {
        operationId: "recommend",
        summary: "A user's recommendations",
        tags: ["lists"],
        params: USER,
        querystring: listQuery,
        response: ANSWERS.user,
      },
      answer: async (request, reply) => {
        const { limit, consent } = queryOf(listQuery, request);
        const list = await recommender.recommend(idOf(request), { limit });
        // Given again, it comes from this process's memory.
        if (list.fallback === "none") hot.set(request.url, { ...list, source: "cache" }, consent);
        if (request.method === "GET") exposures?.record(list, consent);
        return listed(reply, list);
      },
    },
    {
      method: "POST",
      path: "/v1/users/{id}/rerank",
      guard: "user",
      schema: {
        operationId: "rerank",
        summary: "Given items in the order of a user's taste",
        tags: ["lists"],
        params: USER,
        querystring: consentQuery,
        body: itemsRequest,
        response: ANSWERS.userBody,
      },
      answer: async (request, reply) => {
        const { items, limit = items.length } = itemsOf(request);
        const list = await recommender.rerank(idOf(request), items, { limit });
        exposures?.record(list, queryOf(consentQuery, request).consent);
        return listed(reply, list);
      },
    },
    {
      method: "GET",
      path: "/v1/items/{id}/similar",
      guard: "caller",
      schema: {
        operationId: "similar",
        summary: "Items most like one",
        tags: ["lists"],
        params: idParams("The item"),
        querystring: limitQuery,
        response: ANSWERS.similar,
      },
      answer: async (request, reply) =>
        listed(reply, await recommender.similar(idOf(request), queryOf(limitQuery, request))),
    },
    {
      method: "GET",
      path: "/v1/popular",
      guard: "caller",
      schema: {
        operationId: "popular",
        summary: "What is popular in the region",
        tags: ["lists"],
        querystring: limitQuery,
        response: ANSWERS.popular,
      },
      answer: async (request, reply) => listed(reply, await recommender.popular(queryOf(limitQuery, request))),
    },
  ];
}

/** What follows a user's session. */
function sessionRoutes(recommender: Recommender, { exposures, updates }: ApiOptions): Route[] {
  const sessions = updates?.sessions ?? new Sessions();
  return [
    {
      method: "POST",
      path: "/v1/users/{id}/session",
      guard: "user",
      schema: {
        operationId: "session",
        summary: "A user's recommendations as the session goes on",
        description:
          "Takes items that the user saw, oldest first, and answers the list without them and with what is similar to the last ones. The process that receives a session keeps it for half an hour; the user's open WebSockets at the same process get the list too.",
        tags: ["lists"],
        params: USER,
        querystring: consentQuery,
        body: itemsRequest,
        response: ANSWERS.userBody,
      },
      answer: async (request, reply) => {
        const id = idOf(request);
        const { items, limit = DEFAULT_LIMIT } = itemsOf(request);
        const list = await recommender.session(id, sessions.add(id, items), { limit });
        exposures?.record(list, queryOf(consentQuery, request).consent);
        updates?.changed(id);
        return listed(reply, list);
      },
    },
    {
      method: "GET",
      path: UPDATES_PATH,
      schema: UPDATES_DOCUMENT,
      // An upgrade to a WebSocket takes another way: see `Updates`.
      answer: (_, reply) =>
        send(reply, {
          status: 426,
          body: { error: updates === undefined ? "updates are off" : "want a WebSocket" },
          headers: { upgrade: "websocket", connection: "Upgrade" },
        }),
    },
  ];
}

/** Probes, and the document. */
function ownRoutes(recommender: Recommender, server: () => Server): Route[] {
  const live = (): Reply => ({ status: 200, body: { status: "ok" } });
  const able = async (status: "ok" | "ready"): Promise<Reply> =>
    (await recommender.ready())
      ? { status: 200, body: { status } }
      : { status: 503, body: { status: "tables unreadable" } };
  const ready = (): Reply | Promise<Reply> =>
    isDraining(server()) ? { status: 503, body: { status: "stopping" } } : able("ready");
  const probes = {
    // Also while this process stops: that says nothing about the region.
    "/health": { summary: "Whether this region can answer, with or without a published model", ask: () => able("ok") },
    "/livez": { summary: "Whether the process runs", ask: live },
    "/ready": {
      summary: "Whether this process can answer, with or without a published model, and is not stopping",
      ask: ready,
    },
    "/readyz": { summary: "The same, as Kubernetes names it", ask: ready },
  };
  return [
    {
      method: "GET",
      path: "/openapi.json",
      schema: { operationId: "document", summary: "This document", tags: ["probes"], response: ANSWERS.document },
      answer: ({ server: app }) => app.swagger(),
    },
    ...PROBES.map((path): Route => ({
      method: "GET",
      path,
      schema: {
        operationId: path.slice(1),
        summary: probes[path].summary,
        tags: ["probes"],
        response: ANSWERS.probe,
      },
      answer: async (_, reply) => send(reply, await probes[path].ask()),
    })),
  ];
}
