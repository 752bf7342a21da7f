import type { IncomingMessage, ServerResponse } from "node:http";

/** What a browser's script may send along, and read of the answer. fetch.spec.whatwg.org/#http-cors-protocol */
const ALLOWED_HEADERS = "authorization, content-encoding, content-type, idempotency-key";
const EXPOSED_HEADERS = "retry-after";
/** Seconds that a browser may remember a preflight's answer; Chromium's own limit. */
const MAX_AGE_SECONDS = 7_200;

/** What the configured origins make of a request. */
export type CorsVerdict = "no browser" | "allowed" | "refused";

/**
 * Judges a request by its `Origin` and, where that is allowed, says so in the answer's headers. A request without the
 * header is none of a browser's script and is judged by other means. Cookies are never asked for.
 */
export function applyCors(
  request: IncomingMessage,
  response: ServerResponse,
  allowedOrigins: ReadonlySet<string>,
): CorsVerdict {
  const { origin } = request.headers;
  if (origin === undefined) return "no browser";
  // Also where it is refused: a cache must not hand one origin's answer to another.
  response.setHeader("vary", "origin");
  if (!allowedOrigins.has(origin)) return "refused";
  response.setHeader("access-control-allow-origin", origin);
  if (isPreflight(request)) {
    response.setHeader("access-control-allow-methods", "POST");
    response.setHeader("access-control-allow-headers", ALLOWED_HEADERS);
    response.setHeader("access-control-max-age", String(MAX_AGE_SECONDS));
  } else {
    response.setHeader("access-control-expose-headers", EXPOSED_HEADERS);
  }
  return "allowed";
}

/** Whether a browser asks beforehand whether it may send. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}
