import type { IncomingMessage, Server } from "node:http";
import { z } from "zod";
import { AtHand } from "./at-hand";
import { AuthError, refusalOf, type Authenticator } from "./auth";
import type { ExposureLog } from "./exposures";
import { bodyOf, HttpError, isDraining, serve, type Reply } from "../kit/http/server";
import { OPENAPI_DOCUMENT } from "./openapi";
import { consentOf, limitOf } from "./query";
import { BadRequestError, DEFAULT_LIMIT, MAX_LIMIT, type ItemList, type Recommender } from "./recommend";
import { Sessions } from "./sessions";
import type { ApiTelemetry } from "./telemetry";
import { UPDATES_PATH, type Updates } from "./updates";

/** Behaviour of the API under load, and what stands around its answers. */
export interface ApiOptions {
  /** Requests under way at once; more are answered 503. @default 2000 */
  readonly maxRequests?: number;
  /** For how long an answer is given again as it is, milliseconds; 0 for never. @default 1000 */
  readonly atHandMs?: number;
  /** Who may ask. @default everybody, for everybody */
  readonly authenticator?: Authenticator;
  /** Told of each list that was shown to somebody who agreed. @default none */
  readonly exposures?: Pick<ExposureLog, "record">;
  /** Traces and counts requests. @default none */
  readonly telemetry?: ApiTelemetry;
  /** Takes WebSockets. @default none are taken */
  readonly updates?: Updates;
  /** Told of each request that is turned away because of `maxRequests`. */
  readonly onShed?: () => void;
  readonly now?: () => number;
}

/** Longest body of a request, bytes: the longest list of the longest ids, in the longest spelling of JSON. */
const MAX_BODY_BYTES = 1024 ** 2;

type Method = "GET" | "POST";
interface Call {
  readonly id: string;
  readonly url: URL;
  readonly request: IncomingMessage;
}
interface Route {
  readonly method: Method;
  /** As in the OpenAPI document. */
  readonly path: string;
  /** Who may ask: anybody who is known, or the user of the path alone. @default anybody at all */
  readonly guard?: "caller" | "user";
  readonly answer: (call: Call) => Promise<Reply> | Reply;
}

/**
 * The recommendation API: lists (a user's, similar ones, popular ones, given ones ranked), probes, and its own document
 * at `/openapi.json`, which says what each takes and answers.
 */
export function createApi(
  recommender: Recommender,
  onError: (error: unknown) => void = (error) => {
    console.error(error);
  },
  options: ApiOptions = {},
): Server {
  const { authenticator, exposures, telemetry, updates, onShed } = options;
  const hot = new AtHand({
    ms: options.atHandMs ?? 1000,
    now: options.now ?? Date.now,
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(exposures === undefined ? {} : { exposures }),
    ...(telemetry === undefined ? {} : { onGiven: telemetry.given }),
  });
  const routes = [
    ...listRoutes(recommender, hot, exposures),
    ...sessionRoutes(recommender, options),
    ...ownRoutes(recommender, () => server),
  ].map((route) => ({ ...route, matches: matcher(route.path) }));
  const answer = async (route: Route, call: Call): Promise<Reply> => {
    try {
      if (authenticator !== undefined && route.guard !== undefined) {
        const caller = await authenticator.caller(call.request);
        if (route.guard === "user") authenticator.permit(caller, call.id);
      }
      return await route.answer(call);
    } catch (error) {
      if (error instanceof AuthError) return refusalOf(error);
      if (error instanceof BadRequestError) throw new HttpError(400, error.message);
      throw error;
    }
  };
  const server: Server = serve(
    async (request, url): Promise<Reply> => {
      const found = routes.flatMap((route) => {
        const match = route.matches.exec(url.pathname);
        return match === null ? [] : [{ route, id: match[1] ?? "" }];
      });
      if (found.length === 0) throw new HttpError(404, `no such path: ${url.pathname}`);
      const method = request.method === "HEAD" ? "GET" : request.method;
      const chosen = found.find(({ route }) => route.method === method);
      if (chosen === undefined) {
        const allowed = found.flatMap(({ route }) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
        return { status: 405, body: { error: `want ${allowed.join(" or ")}` }, headers: { allow: allowed.join(", ") } };
      }
      const { route } = chosen;
      const work = () => answer(route, { id: decoded(chosen.id), url, request });
      return telemetry === undefined ? work() : telemetry.request(route.path, request, work);
    },
    onError,
    {
      maxRequests: options.maxRequests ?? 2000,
      always: new Set(PROBES),
      atHand: hot.find,
      ...(onShed === undefined ? {} : { onShed }),
      // Else a caller who would take another protocol for any path gets what was asked for, by this one.
      upgrades: ({ headers }) => updates !== undefined && headers.upgrade?.toLowerCase() === "websocket",
    },
  );
  updates?.attach(server);
  return server;
}

/** Paths of the probes: the API's own names, and those that Kubernetes uses. */
const PROBES = ["/health", "/livez", "/ready", "/readyz"] as const;

function listRoutes(recommender: Recommender, hot: AtHand, exposures: ApiOptions["exposures"]): Route[] {
  return [
    {
      method: "GET",
      path: "/v1/users/{id}/recommendations",
      guard: "user",
      answer: async ({ id, url, request }) => {
        const consent = consentOf(url);
        const list = await recommender.recommend(id, { limit: limitOf(url) });
        // Given again, it comes from this process's memory.
        if (list.fallback === "none") hot.set(request.url, { ...list, source: "cache" }, consent);
        if (request.method === "GET") exposures?.record(list, consent);
        return listed(list);
      },
    },
    {
      method: "POST",
      path: "/v1/users/{id}/rerank",
      guard: "user",
      answer: async ({ id, url, request }) => {
        const consent = consentOf(url);
        const { items, limit = items.length } = await itemsRequest(request);
        const list = await recommender.rerank(id, items, { limit });
        exposures?.record(list, consent);
        return listed(list);
      },
    },
    {
      method: "GET",
      path: "/v1/items/{id}/similar",
      guard: "caller",
      answer: async ({ id, url }) => listed(await recommender.similar(id, { limit: limitOf(url) })),
    },
    {
      method: "GET",
      path: "/v1/popular",
      guard: "caller",
      answer: async ({ url }) => listed(await recommender.popular({ limit: limitOf(url) })),
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
      answer: async ({ id, url, request }) => {
        const consent = consentOf(url);
        const { items, limit = DEFAULT_LIMIT } = await itemsRequest(request);
        const list = await recommender.session(id, sessions.add(id, items), { limit });
        exposures?.record(list, consent);
        updates?.changed(id);
        return listed(list);
      },
    },
    {
      // A WebSocket's upgrade comes another way: see `Updates`.
      method: "GET",
      path: UPDATES_PATH,
      answer: () => ({
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
  const ready = async (): Promise<Reply> => {
    if (isDraining(server())) return { status: 503, body: { status: "stopping" } };
    return (await recommender.ready())
      ? { status: 200, body: { status: "ready" } }
      : { status: 503, body: { status: "no model" } };
  };
  return [
    { method: "GET", path: "/openapi.json", answer: () => ({ status: 200, body: OPENAPI_DOCUMENT }) },
    ...PROBES.map((path): Route => ({ method: "GET", path, answer: path.includes("ready") ? ready : live })),
  ];
}

function listed(list: ItemList): Reply {
  return { status: 200, body: list, headers: { "cache-control": "private, max-age=0" } };
}

function matcher(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replace("{id}", "([^/]+)")}$`);
}

const itemsSchema = z.strictObject({
  items: z.array(z.string().min(1).max(256)).min(1).max(MAX_LIMIT),
  limit: z.int().min(1).max(MAX_LIMIT).optional(),
});

async function itemsRequest(request: IncomingMessage): Promise<z.infer<typeof itemsSchema>> {
  const type = (request.headers["content-type"] ?? "application/json").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new HttpError(415, `want application/json, got ${type ?? "nothing"}`);
  let value: unknown;
  const body = await bodyOf(request, MAX_BODY_BYTES);
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new HttpError(400, "the body is not JSON");
  }
  const parsed = itemsSchema.safeParse(value);
  if (!parsed.success) throw new HttpError(400, z.prettifyError(parsed.error));
  return parsed.data;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpError(400, "id: want percent-encoded UTF-8");
  }
}
