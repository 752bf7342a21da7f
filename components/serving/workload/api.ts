import type { Server } from "node:http";
import { HttpError, serve, type Reply } from "./http";
import { BadRequestError, DEFAULT_LIMIT, type Recommender } from "./recommend";

/** Probes by path: the API's own names, and those that Kubernetes uses. */
const PROBES: Readonly<Record<string, "live" | "ready">> = {
  "/health": "live",
  "/livez": "live",
  "/ready": "ready",
  "/readyz": "ready",
};

const USER_ROUTE = /^\/v1\/users\/([^/]+)\/recommendations$/;

/**
 * The recommendation API.
 *
 * | Route | Answer |
 * |---|---|
 * | `GET /v1/users/{id}/recommendations?limit=` | 200 with items, source, region, model version, variant; 400 for a bad id or limit |
 * | `GET /health`, `/livez` | 200 while the process runs |
 * | `GET /ready`, `/readyz` | 200 when a published model can be read, else 503 |
 */
export function createApi(
  recommender: Recommender,
  onError: (error: unknown) => void = (error) => {
    console.error(error);
  },
): Server {
  return serve(async (request, url): Promise<Reply> => {
    const user = USER_ROUTE.exec(url.pathname)?.[1];
    const probe = PROBES[url.pathname];
    if (user === undefined && probe === undefined) throw new HttpError(404, `no such path: ${url.pathname}`);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return { status: 405, body: { error: "want GET" }, headers: { allow: "GET, HEAD" } };
    }
    if (user !== undefined) return recommendations(recommender, user, url);
    if (probe === "live") return { status: 200, body: { status: "ok" } };
    const ready = await recommender.ready();
    return { status: ready ? 200 : 503, body: { status: ready ? "ready" : "no model" } };
  }, onError);
}

async function recommendations(recommender: Recommender, user: string, url: URL): Promise<Reply> {
  const text = url.searchParams.get("limit");
  try {
    const limit = text === null ? DEFAULT_LIMIT : /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    const answer = await recommender.recommend(decoded(user), { limit });
    return { status: 200, body: answer, headers: { "cache-control": "private, max-age=0" } };
  } catch (error) {
    if (error instanceof BadRequestError) throw new HttpError(400, error.message);
    throw error;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpError(400, "user id: want percent-encoded UTF-8");
  }
}
