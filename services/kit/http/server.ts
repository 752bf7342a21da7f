import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { attachFastPath } from "./fast-path/fast-path";
import { JSON_TYPE, type ReadyAnswer } from "./fast-path/ready-answer";

/** An answer: JSON unless a content type is given. */
export interface Reply {
  readonly status: number;
  /** A Buffer or text is sent as it is. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Something wrong with a request, with its HTTP status. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "HttpError";
  }
}

/** How a server behaves under load. */
export interface ServeOptions {
  /** Requests under way at once; more are answered 503 with Retry-After. @default no limit */
  readonly maxRequests?: number;
  /** Paths that are always answered: an overloaded process that fails its probes would be restarted. @default none */
  readonly always?: ReadonlySet<string>;
  /**
   * Answers that are ready, by a GET's address and its Authorization: asked before anything else of a request is looked
   * at, mostly before Node has parsed it (see fast-path/). What it returns is sent. @default none
   */
  readonly atHand?: (url: string, authorization: string | undefined) => ReadyAnswer | undefined;
  /** Called for each request that is refused because of `maxRequests`. */
  readonly onShed?: () => void;
  /** Whether a request that asks for another protocol gets it, from who listens to `upgrade`. @default all do, where somebody listens */
  readonly upgrades?: (request: IncomingMessage) => boolean;
  /** Within which a request must have arrived, milliseconds. @default 30000 */
  readonly requestMs?: number;
}

/** Environment variable that turns the fast path off when it is `off`: Node's parser then reads every request. */
export const FAST_PATH_SWITCH = "MERIDIAN_HTTP_FAST_PATH";

/** Connections that idle longer are closed; longer than the 60 s of AWS's load balancers, which would else meet closed ones. */
export const KEEP_ALIVE_MS = 65_000;
/** A request that takes longer to arrive is cut off, so that slow senders cannot hold all places. */
const REQUEST_MS = 30_000;

/** Servers that take no new work. */
const draining = new WeakSet<Server>();
/** Answers that each server has still to give. */
const underWay = new WeakMap<Server, Set<ServerResponse>>();

/** Whether a server has begun to stop. */
export function isDraining(server: Server): boolean {
  return draining.has(server);
}

/** Makes a server close each connection with its next answer, and refuse to be ready; it still answers. */
export function beginDraining(server: Server): void {
  draining.add(server);
  for (const response of underWay.get(server) ?? []) closeAfter(response);
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}

/**
 * An HTTP server with the limits of {@link ServeOptions}: answers at hand first, then a refusal under overload, then
 * `handle`. While it drains, each answer closes its connection.
 */
export function httpServer(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  { maxRequests = Infinity, always = new Set(), atHand, onShed, upgrades, requestMs = REQUEST_MS }: ServeOptions = {},
): Server {
  const open = new Set<ServerResponse>();
  const limits = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: requestMs,
    headersTimeout: requestMs,
    connectionsCheckingInterval: requestMs,
    shouldUpgradeCallback: upgrades,
  };
  const server = createServer(limits, (request, response) => {
    const { url = "", headers } = request;
    const stopping = draining.has(server);
    const ready = request.method === "GET" && !stopping ? atHand?.(url, headers.authorization) : undefined;
    if (ready !== undefined) {
      response.writeHead(200, ready.headers as string[]);
      response.end(ready.body);
      return;
    }
    if (stopping) closeAfter(response);
    if (open.size >= maxRequests && !always.has(url)) {
      onShed?.();
      write(request, response, OVERLOADED);
      return;
    }
    open.add(response);
    response.once("close", () => open.delete(response));
    handle(request, response);
  });
  underWay.set(server, open);
  if (atHand !== undefined && process.env[FAST_PATH_SWITCH] !== "off") {
    attachFastPath(server, { atHand, draining: () => draining.has(server) });
  }
  return server;
}

/**
 * A server around one function, for programs with a route or two and bodies of their own kind: the model server. Fastify,
 * which the API uses, would cost it an eighth of the processor time of a small request for nothing that it needs. An {@link HttpError} is answered with its status and
 * text; any other error is a 500 without its text, which goes to `onError`.
 */
export function serve(
  handle: (request: IncomingMessage, url: URL) => Promise<Reply>,
  onError: (error: unknown) => void,
  options: ServeOptions = {},
): Server {
  return httpServer((request, response) => {
    void answer(handle, request)
      .catch((error: unknown): Reply => {
        if (error instanceof HttpError) return { status: error.status, body: { error: error.message } };
        if (isAborted(request)) return ABORTED;
        onError(error);
        return INTERNAL;
      })
      .then((reply) => {
        write(request, response, reply);
      });
  }, options);
}

/** Whether the caller hung up before the body was whole: no fault of the server, and nobody reads the answer. */
export function isAborted(request: IncomingMessage): boolean {
  return request.destroyed && !request.complete;
}

export const ABORTED: Reply = { status: 400, body: { error: "the body is not whole" } };
export const INTERNAL: Reply = { status: 500, body: { error: "internal error" } };

const OVERLOADED: Reply = {
  status: 503,
  body: { error: "too many requests under way" },
  headers: { "retry-after": "1" },
};

async function answer(
  handle: (request: IncomingMessage, url: URL) => Promise<Reply>,
  request: IncomingMessage,
): Promise<Reply> {
  const url = URL.parse(request.url ?? "/", "http://localhost");
  if (url === null) throw new HttpError(400, "the path cannot be read");
  return handle(request, url);
}

function write(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  // A text goes out with its head as one piece, a Buffer as two.
  const body = Buffer.isBuffer(reply.body) || typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
  // The rest of a body that nobody reads is taken and dropped: a caller who is still sending would not see the answer.
  if (!request.complete) request.resume();
  response.writeHead(reply.status, {
    "content-type": JSON_TYPE,
    "content-length": Buffer.byteLength(body),
    ...reply.headers,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** The whole body of a request. @throws HttpError 413 beyond `maxBytes`. */
export async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const tooLong = new HttpError(413, `want at most ${maxBytes} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLong;
  // An early end must leave the connection open for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLong;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Listens on a port (0: any free one) and returns the one it got. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/**
 * Takes no new connection, lets requests under way finish, and closes idle connections.
 * @param closeMs after which what is still under way is cut off. @default 20000
 */
export function drain(server: Server, closeMs = 20_000): Promise<void> {
  beginDraining(server);
  return new Promise((resolve, reject) => {
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, closeMs);
    server.close((error) => {
      clearTimeout(cut);
      if (error === undefined) resolve();
      else reject(error);
    });
    server.closeIdleConnections();
  });
}
