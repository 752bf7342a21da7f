import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { MAX_BODY_BYTES } from "../../contracts/events/limits";

const decompress = promisify(gunzip);

/** A request that is turned away before its events are looked at. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Seconds. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/**
 * The body as text, unpacked where the request says it is gzip.
 * @throws Refused with 400, 413 or 415.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const encoding = encodingOf(request.headers["content-encoding"]);
  const tooLarge = tooLargeBody();
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  // An early end must leave the connection open for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge;
    chunks.push(chunk);
  }
  return unpack(Buffer.concat(chunks), encoding);
}

/**
 * A body that is here as a whole, as text.
 * @throws Refused with 400, 413 or 415.
 */
export async function decodeBody(body: Buffer, contentEncoding: string | undefined): Promise<string> {
  const encoding = encodingOf(contentEncoding);
  if (body.length > MAX_BODY_BYTES) throw tooLargeBody();
  return unpack(body, encoding);
}

/** Whether a request's query asks to take the person out of its events: `anonymous=1`. */
export function asksAnonymity(query: string): boolean {
  return query !== "" && new URLSearchParams(query).get("anonymous") === "1";
}

type Encoding = "identity" | "gzip";

function encodingOf(contentEncoding = "identity"): Encoding {
  if (contentEncoding === "identity" || contentEncoding === "gzip") return contentEncoding;
  throw new Refused(415, `content-encoding: want gzip or identity, got ${contentEncoding}`);
}

function tooLargeBody(): Refused {
  return new Refused(413, `body: want at most ${MAX_BODY_BYTES} bytes, got more`);
}

async function unpack(body: Buffer, encoding: Encoding): Promise<string> {
  if (encoding === "identity") return body.toString("utf8");
  try {
    return (await decompress(body, { maxOutputLength: MAX_BODY_BYTES })).toString("utf8");
  } catch (error) {
    if (error instanceof RangeError) throw tooLargeBody();
    throw new Refused(400, "body: want gzip as content-encoding says, got something else");
  }
}

/** Answers with JSON. */
export function answer(response: ServerResponse, status: number, body: object, retryAfter?: number): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": text.length,
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
  });
  response.end(text);
}

/** Answers without a body. */
export function answerEmpty(response: ServerResponse, status: number, retryAfter?: number): void {
  response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": String(retryAfter) });
  response.end();
}
