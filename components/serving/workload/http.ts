import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** An answer: JSON unless a content type is given. */
export interface Reply {
  readonly status: number;
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

/**
 * A server around one function. Errors with a status are told to the caller; any other is a 500 without its text, which
 * goes to `onError`.
 */
export function serve(
  handle: (request: IncomingMessage, url: URL) => Promise<Reply>,
  onError: (error: unknown) => void,
): Server {
  return createServer((request, response) => {
    void answer(handle, request)
      .catch((error: unknown): Reply => {
        if (error instanceof HttpError) return { status: error.status, body: { error: error.message } };
        onError(error);
        return { status: 500, body: { error: "internal error" } };
      })
      .then((reply) => {
        write(request, response, reply);
      });
  });
}

async function answer(
  handle: (request: IncomingMessage, url: URL) => Promise<Reply>,
  request: IncomingMessage,
): Promise<Reply> {
  const url = URL.parse(request.url ?? "/", "http://localhost");
  if (url === null) throw new HttpError(400, "the path cannot be read");
  return handle(request, url);
}

function write(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
  // The rest of a body that nobody reads is taken and dropped: a caller who is still sending would not see the answer.
  if (!request.complete) request.resume();
  response.writeHead(reply.status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": body.length,
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

/** Takes no new connection, lets requests under way finish, and closes idle ones. */
export function drain(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
    server.closeIdleConnections();
  });
}
