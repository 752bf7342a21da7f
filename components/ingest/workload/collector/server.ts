import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { S3Client } from "@aws-sdk/client-s3";
import type { ClickstreamEvent } from "../../schema/event";
import { Collector, type CollectorCounters } from "./collector";
import { MAX_BODY_BYTES } from "./limits";
import { Producer, type ProducerCounters } from "./producer";
import { RefusalSink } from "./refusals";

const decompress = promisify(gunzip);

export interface CollectorServerOptions {
  /** AWS region in which it stands; written into each event. */
  readonly region: string;
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly stream: string;
  readonly s3: Pick<S3Client, "send">;
  readonly quarantineBucket: string;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** See Collector. */
  readonly clock?: (event: ClickstreamEvent) => number;
  /** PutRecords calls at once; one keeps the order. @default 4 */
  readonly concurrency?: number;
  /** Events that may wait for the stream. @default 20000 */
  readonly maxBuffered?: number;
  /** Requests under way at once; more are answered 429. @default 512 */
  readonly maxRequests?: number;
  /** See CollectorOptions. @default false */
  readonly keepRefusalsFirst?: boolean;
  /** Milliseconds between writes of refused events. @default 10000 */
  readonly refusalFlushMs?: number;
}

/** What `GET /metrics` answers. */
export interface CollectorMetrics {
  readonly region: string;
  readonly collector: CollectorCounters;
  readonly producer: ProducerCounters;
  readonly buffered: number;
  readonly refusalsKept: number;
}

/** A running collector. */
export interface RunningCollector {
  readonly url: string;
  metrics(): CollectorMetrics;
  /** Takes no new requests, finishes those under way, empties the buffer, writes the refusals. */
  close(): Promise<void>;
}

/**
 * Starts the collector's HTTP server: `POST /v1/events` (JSON, JSON array or NDJSON; gzip allowed), `GET /health`,
 * `GET /metrics`.
 */
export async function startCollector(options: CollectorServerOptions): Promise<RunningCollector> {
  const { region, kinesis, stream, s3, quarantineBucket: bucket, clock, concurrency, maxBuffered } = options;
  const producer = new Producer({
    kinesis,
    stream,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(maxBuffered === undefined ? {} : { maxBuffered }),
  });
  const refusals = new RefusalSink({ s3, bucket, region });
  const collector = new Collector({
    region,
    producer,
    refusals,
    keepRefusalsFirst: options.keepRefusalsFirst ?? false,
    ...(clock === undefined ? {} : { clock }),
  });
  const metrics = (): CollectorMetrics => ({
    region,
    collector: { ...collector.counters },
    producer: { ...producer.counters },
    buffered: producer.buffered(),
    refusalsKept: refusals.kept,
  });

  let underWay = 0;
  let closing = false;
  const server = createServer((request, response) => {
    void (async () => {
      underWay += 1;
      try {
        if (closing) throw new Refused(503, "shutting down", 1);
        if (underWay > (options.maxRequests ?? 512)) throw new Refused(429, "too many requests at once", 1);
        await route(request, response, collector, metrics);
      } catch (error) {
        if (error instanceof Refused) answer(response, error.status, { message: error.message }, error.retryAfter);
        else answer(response, 500, { message: "internal error" });
        // The rest of a body that was not read must not be taken for the next request.
        if (!request.complete) response.once("finish", () => request.destroy());
      } finally {
        underWay -= 1;
      }
    })();
  });
  const port = await listen(server, options.host ?? "127.0.0.1", options.port ?? 0);
  const timer = setInterval(() => {
    refusals.flush().catch(() => undefined);
  }, options.refusalFlushMs ?? 10_000);
  timer.unref();

  return {
    url: `http://${options.host ?? "127.0.0.1"}:${port}`,
    metrics,
    async close() {
      closing = true;
      clearInterval(timer);
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      server.closeIdleConnections();
      await producer.drained();
      await closed;
      await refusals.flush();
    },
  };
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  collector: Collector,
  metrics: () => CollectorMetrics,
): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  if (path === "/health" && request.method === "GET") {
    answer(response, 200, { status: "ok" });
    return;
  }
  if (path === "/metrics" && request.method === "GET") {
    answer(response, 200, metrics());
    return;
  }
  if (path !== "/v1/events") throw new Refused(404, `no such path: ${path}`);
  if (request.method !== "POST") throw new Refused(405, `want POST, got ${request.method ?? "nothing"}`);
  const result = await collector.collect(await readBody(request));
  answer(response, result.status, result.body, result.retryAfter);
}

/** A request that is turned away before its events are looked at. */
class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip") {
    throw new Refused(415, `content-encoding: want gzip or identity, got ${encoding}`);
  }
  const tooLarge = new Refused(413, `body: want at most ${MAX_BODY_BYTES} bytes, got more`);
  const chunks: Buffer[] = [];
  let size = 0;
  // An early end must leave the connection open for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge;
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (encoding === "identity") return body.toString("utf8");
  try {
    return (await decompress(body, { maxOutputLength: MAX_BODY_BYTES })).toString("utf8");
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge;
    throw new Refused(400, "body: want gzip as content-encoding says, got something else");
  }
}

function answer(response: ServerResponse, status: number, body: object, retryAfter?: number): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": text.length,
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
  });
  response.end(text);
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}
