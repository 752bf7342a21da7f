/** One route of a program's HTTP server. */
export interface ProgramRoute {
  readonly method: "GET" | "POST";
  /** As in the program's OpenAPI document. */
  readonly path: string;
  /** The path with values in the place of parameters. */
  readonly example: string;
  /** Who asks: a visitor through the edge, or what watches the process. */
  readonly caller: "visitor" | "probe";
  /**
   * What a 2xx answer proves, to whoever asks without a token and whatever is published: that the process runs, or that
   * it can also answer visitors. Absent: nothing.
   */
  readonly proves?: "running" | "answering";
}

/** Routes of the recommendation API (`services/api`). A test compares them with the program's, both ways. */
export const API_ROUTES: readonly ProgramRoute[] = [
  visitor("GET", "/v1/users/{id}/recommendations"),
  visitor("POST", "/v1/users/{id}/rerank"),
  visitor("POST", "/v1/users/{id}/session"),
  visitor("GET", "/v1/items/{id}/similar"),
  visitor("GET", "/v1/popular"),
  // The same address is a WebSocket, which needs an upgrade: a plain request is answered 426.
  probe("/v1/users/{id}/updates"),
  probe("/openapi.json", "running"),
  probe("/health", "answering"),
  probe("/livez", "running"),
  probe("/ready", "answering"),
  probe("/readyz", "answering"),
];

/** What a site's visitor sends to the collector. */
export const COLLECTOR_EVENTS = { method: "POST", path: "/v1/events" } as const;

/** ARN of the caller that a gateway before the API has asked IAM for; the API believes it, so a gateway always overwrites it. */
export const CALLER_HEADER = "x-meridian-caller";

function visitor(method: ProgramRoute["method"], path: string): ProgramRoute {
  return { method, path, example: path.replaceAll(/\{\w+\}/g, "u1"), caller: "visitor" };
}

function probe(path: string, proves?: ProgramRoute["proves"]): ProgramRoute {
  const route = { method: "GET", path, example: path.replaceAll(/\{\w+\}/g, "u1"), caller: "probe" } as const;
  return proves === undefined ? route : { ...route, proves };
}
