import type { IncomingMessage, Server } from "node:http";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { bodyOf, HttpError, isDraining, readyAnswer, serve, type ReadyAnswer, type Reply } from "./http";
import { OPENAPI_DOCUMENT } from "./openapi";
import { BadRequestError, DEFAULT_LIMIT, MAX_LIMIT, type ItemList, type Recommender } from "./recommend";

/** Behaviour of the API under load. */
export interface ApiOptions {
  /** Requests under way at once; more are answered 503. @default 2000 */
  readonly maxRequests?: number;
  /** For how long an answer is given again as it is, milliseconds; 0 for never. @default 1000 */
  readonly atHandMs?: number;
  readonly now?: () => number;
}

/** Answers kept as they were sent: about 1 KB each. */
const AT_HAND = 20_000;

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
  const hot = new AtHand(options.atHandMs ?? 1000, options.now ?? Date.now);
  const routes = routesOf(recommender, () => server, hot).map((route) => ({ ...route, matches: matcher(route.path) }));
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
      try {
        return await chosen.route.answer({ id: decoded(chosen.id), url, request });
      } catch (error) {
        if (error instanceof BadRequestError) throw new HttpError(400, error.message);
        throw error;
      }
    },
    onError,
    {
      maxRequests: options.maxRequests ?? 2000,
      always: new Set(PROBES),
      atHand: (request) => (request.method === "GET" ? hot.get(request.url) : undefined),
    },
  );
  return server;
}

/** Paths of the probes: the API's own names, and those that Kubernetes uses. */
const PROBES = ["/health", "/livez", "/ready", "/readyz"] as const;

function routesOf(recommender: Recommender, server: () => Server, hot: AtHand): Route[] {
  const live = (): Reply => ({ status: 200, body: { status: "ok" } });
  const ready = async (): Promise<Reply> => {
    if (isDraining(server())) return { status: 503, body: { status: "stopping" } };
    return (await recommender.ready())
      ? { status: 200, body: { status: "ready" } }
      : { status: 503, body: { status: "no model" } };
  };
  return [
    {
      method: "GET",
      path: "/v1/users/{id}/recommendations",
      answer: async ({ id, url, request }) => {
        const list = await recommender.recommend(id, { limit: limitOf(url) });
        // Given again, it comes from this process's memory.
        if (list.fallback === "none") hot.set(request.url, { ...list, source: "cache" });
        return listed(list);
      },
    },
    {
      method: "POST",
      path: "/v1/users/{id}/rerank",
      answer: async ({ id, request }) => {
        const { items, limit = items.length } = await rerankRequest(request);
        return listed(await recommender.rerank(id, items, { limit }));
      },
    },
    {
      method: "GET",
      path: "/v1/items/{id}/similar",
      answer: async ({ id, url }) => listed(await recommender.similar(id, { limit: limitOf(url) })),
    },
    {
      method: "GET",
      path: "/v1/popular",
      answer: async ({ url }) => listed(await recommender.popular({ limit: limitOf(url) })),
    },
    { method: "GET", path: "/openapi.json", answer: () => ({ status: 200, body: OPENAPI_DOCUMENT }) },
    ...PROBES.map((path): Route => ({ method: "GET", path, answer: path.includes("ready") ? ready : live })),
  ];
}

/** Answers as they were sent a moment ago, by address: the cheapest cache there is. */
class AtHand {
  private readonly bodies = new LRUCache<string, { readonly answer: ReadyAnswer; readonly until: number }>({
    max: AT_HAND,
  });

  constructor(
    private readonly ms: number,
    private readonly now: () => number,
  ) {}

  get(url: string | undefined): ReadyAnswer | undefined {
    const found = this.bodies.get(url ?? "");
    return found !== undefined && this.now() < found.until ? found.answer : undefined;
  }

  set(url: string | undefined, list: ItemList): void {
    if (url === undefined || this.ms <= 0) return;
    this.bodies.set(url, { answer: readyAnswer(list), until: this.now() + this.ms });
  }
}

function listed(list: ItemList): Reply {
  return { status: 200, body: list, headers: { "cache-control": "private, max-age=0" } };
}

function matcher(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replace("{id}", "([^/]+)")}$`);
}

function limitOf(url: URL): number {
  const text = url.searchParams.get("limit");
  return text === null ? DEFAULT_LIMIT : /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

const rerankSchema = z.strictObject({
  items: z.array(z.string().min(1).max(256)).min(1).max(MAX_LIMIT),
  limit: z.int().min(1).max(MAX_LIMIT).optional(),
});

async function rerankRequest(request: IncomingMessage): Promise<z.infer<typeof rerankSchema>> {
  const type = (request.headers["content-type"] ?? "application/json").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new HttpError(415, `want application/json, got ${type ?? "nothing"}`);
  let value: unknown;
  const body = await bodyOf(request, MAX_BODY_BYTES);
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new HttpError(400, "the body is not JSON");
  }
  const parsed = rerankSchema.safeParse(value);
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
