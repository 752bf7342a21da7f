import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { S3Client } from "@aws-sdk/client-s3";
import type { ClickstreamEvent } from "../../contracts/events/event";
import { Collector, type CollectorCounters } from "./collector";
import { applyCors, isPreflight } from "./cors";
import { answer, answerEmpty, asksAnonymity, readBody, Refused } from "./http";
import { MAX_BYTES_UNDER_WAY } from "../../contracts/events/limits";
import { Producer, type ProducerCounters } from "../kit/stream/producer";
import { clientOf, RateLimiter, type ClientRate } from "./rate-limit";
import { RefusalSink } from "./refusals";
import { Spill } from "./spill";
import { SpillingProducer, type SpillCounters } from "./spilling-producer";

export interface CollectorServerOptions {
  /** AWS region in which it runs; written into each event. */
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
  /** Web origins whose scripts may send, e.g. `https://www.example.com`; others are answered 403. @default none */
  readonly allowedOrigins?: readonly string[];
  /** Most that one client may send; more is answered 429. @default no limit */
  readonly clientRate?: ClientRate;
  /** Proxies of ours before this server, each of which appends to X-Forwarded-For. @default 0 */
  readonly trustedProxies?: number;
  /** Takes the person out of every event, also where the request does not ask for it. @default false */
  readonly anonymous?: boolean;
  /** Where events wait on disk while the stream is away; of this process alone. @default they are answered 503 */
  readonly spill?: { readonly folder: string; readonly maxBytes?: number };
  /** Waits between tries of the stream, milliseconds. @default a timer */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Milliseconds for requests under way to end on close; then their connections are cut. @default 20000 */
  readonly closeMs?: number;
}

/** What `GET /metrics` answers. */
export interface CollectorMetrics {
  readonly region: string;
  readonly collector: CollectorCounters;
  readonly producer: ProducerCounters;
  readonly buffered: number;
  readonly refusalsKept: number;
  /** Absent without a disk. */
  readonly spill?: SpillCounters & { readonly waiting: number; readonly away: boolean };
}

/** A running collector. */
export interface RunningCollector {
  readonly url: string;
  metrics(): CollectorMetrics;
  /** Takes no new requests, finishes those under way, empties the buffer, writes the refusals. */
  close(): Promise<void>;
}

/** Connections that idle longer are closed; longer than the 60 s of AWS's load balancers, which would else meet closed ones. */
const KEEP_ALIVE_MS = 65_000;
/** A request that takes longer to arrive is cut off, so that slow senders cannot hold all places. */
const REQUEST_MS = 30_000;

/**
 * Starts the collector's HTTP server:
 * - `POST /v1/events`: JSON, JSON array or NDJSON, gzip allowed; `Idempotency-Key` honoured; `?anonymous=1`.
 * - `POST /v1/beacon`: the same for `navigator.sendBeacon`, whose sender reads no answer: 204.
 * - `GET /health` (the process lives), `GET /ready` (it takes events), `GET /metrics`.
 */
export async function startCollector(options: CollectorServerOptions): Promise<RunningCollector> {
  const server = new CollectorServer(options);
  await server.listen(options.host ?? "127.0.0.1", options.port ?? 0);
  return server;
}

class CollectorServer implements RunningCollector {
  url = "";
  private readonly server: Server;
  private readonly producer: Producer;
  private readonly spilling: SpillingProducer | undefined;
  private readonly refusals: RefusalSink;
  private readonly collector: Collector;
  private readonly limiter: RateLimiter | undefined;
  private readonly origins: ReadonlySet<string>;
  private readonly timer: NodeJS.Timeout;
  private underWay = 0;
  private bytesUnderWay = 0;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: CollectorServerOptions) {
    const { region, kinesis, stream, s3, quarantineBucket: bucket, spill, clientRate } = options;
    const { clock, concurrency, maxBuffered, sleep } = options;
    this.producer = new Producer({
      kinesis,
      stream,
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(maxBuffered === undefined ? {} : { maxBuffered }),
      ...(sleep === undefined ? {} : { sleep }),
    });
    this.refusals = new RefusalSink({ s3, bucket, region, ...(spill === undefined ? {} : { folder: spill.folder }) });
    this.spilling =
      spill === undefined
        ? undefined
        : new SpillingProducer({
            producer: this.producer,
            spill: new Spill(spill),
            refusals: this.refusals,
            ...(sleep === undefined ? {} : { sleep }),
          });
    this.collector = new Collector({
      region,
      producer: this.spilling ?? this.producer,
      refusals: this.refusals,
      keepRefusalsFirst: options.keepRefusalsFirst ?? false,
      ...(clock === undefined ? {} : { clock }),
    });
    this.limiter = clientRate === undefined ? undefined : new RateLimiter(clientRate);
    this.origins = new Set(options.allowedOrigins);
    this.server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS }, (request, response) => {
      void this.serve(request, response);
    });
    this.timer = setInterval(() => {
      this.refusals.flush().catch(() => undefined);
    }, options.refusalFlushMs ?? 10_000);
    this.timer.unref();
  }

  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, host, () => {
        this.server.off("error", reject);
        resolve();
      });
    });
    this.url = `http://${host}:${(this.server.address() as AddressInfo).port}`;
  }

  metrics(): CollectorMetrics {
    const { spilling } = this;
    return {
      region: this.options.region,
      collector: { ...this.collector.counters },
      producer: { ...this.producer.counters },
      buffered: this.producer.buffered(),
      refusalsKept: this.refusals.kept,
      ...(spilling === undefined
        ? {}
        : { spill: { ...spilling.counters, waiting: spilling.waiting(), away: spilling.isAway() } }),
    };
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.timer);
    const closed = new Promise<void>((resolve) =>
      this.server.close(() => {
        resolve();
      }),
    );
    this.server.closeIdleConnections();
    const cut = setTimeout(() => {
      this.server.closeAllConnections();
    }, this.options.closeMs ?? 20_000);
    await closed;
    clearTimeout(cut);
    await (this.spilling?.close() ?? this.producer.drained());
    await this.refusals.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.underWay += 1;
    try {
      await this.route(request, response);
    } catch (error) {
      if (error instanceof Refused) answer(response, error.status, { message: error.message }, error.retryAfter);
      else if (!response.headersSent) answer(response, 500, { message: "internal error" });
      // The rest of a body that was not read must not be taken for the next request.
      if (!request.complete) response.once("finish", () => request.destroy());
    } finally {
      this.underWay -= 1;
      // A connection that stays open would hold up the shutdown.
      if (this.closing !== undefined)
        setImmediate(() => {
          this.server.closeIdleConnections();
        });
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "/" } = request;
    const [pathname = "/", query = ""] = url.split("?", 2);
    if (pathname === "/v1/events" || pathname === "/v1/beacon") {
      const cors = applyCors(request, response, this.origins);
      if (cors === "refused") throw new Refused(403, "origin: want one that may send events, got another");
      if (isPreflight(request)) {
        answerEmpty(response, 204);
        return;
      }
      if (method !== "POST") throw new Refused(405, `want POST, got ${method}`);
      await this.take(request, response, pathname === "/v1/beacon", asksAnonymity(query));
      return;
    }
    if (method !== "GET") throw new Refused(404, `no such path: ${pathname}`);
    if (pathname === "/health") answer(response, 200, { status: "ok" });
    else if (pathname === "/ready") this.answerReady(response);
    else if (pathname === "/metrics") answer(response, 200, this.metrics());
    else throw new Refused(404, `no such path: ${pathname}`);
  }

  private answerReady(response: ServerResponse): void {
    const ready = this.closing === undefined && (this.spilling ?? this.producer).hasRoom(1);
    answer(response, ready ? 200 : 503, { status: ready ? "ready" : "not ready" });
  }

  private async take(
    request: IncomingMessage,
    response: ServerResponse,
    beacon: boolean,
    anonymous: boolean,
  ): Promise<void> {
    if (this.closing !== undefined) throw new Refused(503, "shutting down", 1);
    if (this.underWay > (this.options.maxRequests ?? 512) || this.bytesUnderWay > MAX_BYTES_UNDER_WAY) {
      throw new Refused(429, "too much at once", 1);
    }
    const client = this.limiter === undefined ? "" : clientOf(request, this.options.trustedProxies ?? 0);
    const wait = this.limiter?.wait(client) ?? 0;
    if (wait > 0) {
      this.collector.counters.throttled += 1;
      throw new Refused(429, "too many events of this client", wait);
    }
    const key = request.headers["idempotency-key"];
    const body = await readBody(request);
    this.bytesUnderWay += body.length;
    try {
      const result = await this.collector.collect(body, {
        anonymous: anonymous || this.options.anonymous === true,
        ...(typeof key === "string" ? { idempotencyKey: key } : {}),
        onEvents: (count) => this.limiter?.charge(client, count),
      });
      if (beacon && result.status === 200) answerEmpty(response, 204);
      else answer(response, result.status, result.body, result.retryAfter);
    } finally {
      this.bytesUnderWay -= body.length;
    }
  }
}
