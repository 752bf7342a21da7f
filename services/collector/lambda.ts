import { KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { Collector, type CollectorCounters, type CollectorOptions } from "./collector";
import { asksAnonymity, decodeBody, Refused } from "./http";
import { collectorFunctionSettings } from "../../contracts/settings/collector";
import { CALL, CALLS_AT_ONCE } from "../../contracts/settings/collector-call";
import { MAX_EVENTS } from "../../contracts/events/limits";
import { Producer, type ProducerOptions } from "../kit/stream/producer";
import { RefusalSink, type RefusalSinkOptions } from "./refusals";

/** What the handler reads of a request: the HTTP API's payload of format 2.0, whose header names are in lower case. */
export type CollectRequest = Pick<APIGatewayProxyEventV2, "headers" | "rawQueryString" | "isBase64Encoded"> &
  Partial<Pick<APIGatewayProxyEventV2, "body">>;

export interface LambdaCollectorOptions {
  /** AWS region in which it runs; written into each event. */
  readonly region: string;
  readonly kinesis: ProducerOptions["kinesis"];
  readonly stream: string;
  readonly s3: RefusalSinkOptions["s3"];
  readonly quarantineBucket: string;
  /** Web origins whose scripts may send; the API answers their preflights. @default none */
  readonly allowedOrigins?: readonly string[];
  /** Takes the person out of every event, also where the request does not ask for it. @default false */
  readonly anonymous?: boolean;
  /** Called with what each request added to the counters. @default none */
  readonly onCounted?: (counts: CollectorCounters) => void;
  /** See CollectorOptions. */
  readonly clock?: NonNullable<CollectorOptions["clock"]>;
  /** Waits between tries of the stream, milliseconds. @default a timer */
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * The collector behind an API's Lambda integration: the same parser, limits and producer as the HTTP server's. An
 * environment is frozen between requests and has no disk that lasts, so nothing waits for later: each event is on the
 * stream, or its refusal in the bucket, before the answer says so; all else is answered 503 to be sent again. How much
 * one client may send is the API's and the firewall's to say, since environments do not know of each other.
 */
export function lambdaCollector(
  options: LambdaCollectorOptions,
): (request: CollectRequest) => Promise<APIGatewayProxyStructuredResultV2> {
  const { region, kinesis, stream, s3, quarantineBucket: bucket, sleep, clock } = options;
  const collector = new Collector({
    region,
    producer: new Producer({
      kinesis,
      stream,
      concurrency: CALLS_AT_ONCE,
      maxBuffered: MAX_EVENTS,
      maxAttempts: CALL.streamAttempts,
      ...(sleep === undefined ? {} : { sleep }),
    }),
    refusals: new RefusalSink({ s3, bucket, region, maxHeld: Infinity }),
    keepRefusalsFirst: "or-nothing",
    ...(clock === undefined ? {} : { clock }),
  });
  const origins = new Set(options.allowedOrigins);

  const take = async (request: CollectRequest): Promise<APIGatewayProxyStructuredResultV2> => {
    const { headers, rawQueryString, body = "", isBase64Encoded } = request;
    const { origin, "idempotency-key": key } = headers;
    if (origin !== undefined && !origins.has(origin)) {
      throw new Refused(403, "origin: want one that may send events, got another");
    }
    const text = await decodeBody(Buffer.from(body, isBase64Encoded ? "base64" : "utf8"), headers["content-encoding"]);
    const result = await collector.collect(text, {
      anonymous: asksAnonymity(rawQueryString) || options.anonymous === true,
      ...(key === undefined ? {} : { idempotencyKey: key }),
    });
    return answer(result.status, result.body, result.retryAfter);
  };

  return async (request) => {
    const before = { ...collector.counters };
    try {
      return await take(request);
    } catch (error) {
      if (error instanceof Refused) return answer(error.status, { message: error.message }, error.retryAfter);
      // The error's name alone: its message may hold a part of the body.
      const name = error instanceof Error ? error.name : "unknown";
      console.error(JSON.stringify({ level: "error", message: "request failed", error: name }));
      return answer(503, { message: "not taken, send again later" }, 1);
    } finally {
      options.onCounted?.(difference(collector.counters, before));
    }
  };
}

function answer(statusCode: number, body: object, retryAfter?: number): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: {
      "content-type": "application/json",
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    },
    body: JSON.stringify(body),
  };
}

function difference(now: CollectorCounters, before: CollectorCounters): CollectorCounters {
  return {
    requests: now.requests - before.requests,
    accepted: now.accepted - before.accepted,
    refused: now.refused - before.refused,
    unavailable: now.unavailable - before.unavailable,
    throttled: now.throttled - before.throttled,
    repeated: now.repeated - before.repeated,
  };
}

/** Counts as CloudWatch metrics in the embedded metric format. */
function log(counts: CollectorCounters): void {
  const _aws = {
    Timestamp: Date.now(),
    CloudWatchMetrics: [
      {
        Namespace: "Meridian/Collector",
        Dimensions: [[]],
        Metrics: Object.keys(counts).map((Name) => ({ Name, Unit: "Count" })),
      },
    ],
  };
  console.info(JSON.stringify({ _aws, ...counts }));
}

function start(): ReturnType<typeof lambdaCollector> {
  const { region, stream, quarantineBucket, allowedOrigins, anonymous } = collectorFunctionSettings.read(process.env);
  const requestHandler = (): NodeHttpHandler =>
    new NodeHttpHandler({
      connectionTimeout: CALL.connectMs,
      requestTimeout: CALL.answerMs,
      throwOnRequestTimeout: true,
    });
  return lambdaCollector({
    region,
    // The producer itself tries again, record by record.
    kinesis: new KinesisClient({ region, maxAttempts: 1, requestHandler: requestHandler() }),
    stream,
    s3: new S3Client({ region, maxAttempts: CALL.objectAttempts, requestHandler: requestHandler() }),
    quarantineBucket,
    allowedOrigins,
    anonymous,
    onCounted: log,
  });
}

let started: ReturnType<typeof lambdaCollector> | undefined;

/**
 * Lambda's entry point. Environment: `contracts/settings/collector.ts`. Needs kinesis:PutRecords on the stream and s3:PutObject under
 * `collector/` of the bucket.
 */
export async function handler(request: CollectRequest): Promise<APIGatewayProxyStructuredResultV2> {
  started ??= start();
  return started(request);
}
