import type { IncomingMessage } from "node:http";
import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Meter, type Tracer } from "@opentelemetry/api";
import type { FastifyRequest, RouteOptions } from "fastify";
import type { ItemList } from "./answers";
import type { TelemetrySdk } from "./telemetry-sdk";

/** Traces and counts requests. */
export interface ApiTelemetry {
  /** Starts the span of a request, in the caller's trace. @param route as in the OpenAPI document. */
  readonly begin: (route: string, request: IncomingMessage) => RequestSpan;
  /** Counts an answer that was given again from this process's memory: a span would cost more than the answer. */
  readonly given: (list: ItemList) => void;
}

/** The span of one request. */
export interface RequestSpan {
  /** Runs work, and what it starts, within the span. */
  run(work: () => void): void;
  /** What is about to be sent: lists are counted. */
  answering(body: unknown): void;
  end(status: number): void;
}

/** Seconds; the deadline of 150 ms lies on a boundary. opentelemetry.io/docs/specs/semconv/http/http-metrics */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5];

/** The route whose answers are given again. */
const GIVEN_ROUTE = "/v1/users/{id}/recommendations";

/** Telemetry of the API through OpenTelemetry; names by its semantic conventions where there are some. */
export function createTelemetry({ tracer, meter, parentOf }: Omit<TelemetrySdk, "stop">): ApiTelemetry {
  const durations = meter.createHistogram("http.server.request.duration", {
    description: "Duration of requests; answers given again from memory are not among them",
    unit: "s",
    advice: { explicitBucketBoundaries: SECONDS },
  });
  const lists = meter.createCounter("meridian.lists", {
    description: "Lists answered, by source and fallback",
    unit: "{list}",
  });
  const count = (route: string, source: string, fallback: string): void => {
    lists.add(1, { "http.route": route, "meridian.source": source, "meridian.fallback": fallback });
  };
  return {
    given: ({ fallback }) => {
      count(GIVEN_ROUTE, "memory", fallback);
    },
    begin: (route, request) => {
      const started = performance.now();
      const method = request.method ?? "GET";
      const base: Attributes = { "http.route": route, "http.request.method": method };
      const parent = parentOf(request.headers);
      const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes: base }, parent);
      return {
        run: (work) => {
          context.with(trace.setSpan(parent, span), work);
        },
        answering: (body) => {
          if (!isList(body)) return;
          const { source, fallback } = body;
          count(route, source, fallback);
          span.setAttributes({ "meridian.source": source, "meridian.fallback": fallback });
        },
        end: (status) => {
          const found: Attributes = { "http.response.status_code": status };
          durations.record((performance.now() - started) / 1000, { ...base, ...found });
          span.setAttributes(found);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
  };
}

/** A route whose requests are traced, or the route as it is without telemetry. @param name its path in the OpenAPI document */
export function withTelemetry(route: RouteOptions, name: string, telemetry: ApiTelemetry | undefined): RouteOptions {
  if (telemetry === undefined) return route;
  const spans = new WeakMap<FastifyRequest, RequestSpan>();
  return {
    ...route,
    onRequest: (request, _, done) => {
      const span = telemetry.begin(name, request.raw);
      spans.set(request, span);
      // Hooks and handler that follow run within the call of `done`.
      span.run(done);
    },
    preSerialization: (request, _, payload, done) => {
      spans.get(request)?.answering(payload);
      done(null, payload);
    },
    // Before the answer is sent: who has it may look for its span.
    onSend: (request, reply, payload, done) => {
      spans.get(request)?.end(reply.statusCode);
      done(null, payload);
    },
  };
}

/**
 * A part (cache, table, endpoint) whose calls are spans of the trace that they are made in. What it has but methods that
 * return promises is left as it is.
 */
export function traced<T extends object>(part: T, name: string, tracer: Tracer): T {
  return new Proxy(part, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        const span = tracer.startSpan(`${name} ${String(property)}`, { kind: SpanKind.CLIENT });
        const result = context.with(trace.setSpan(context.active(), span), () =>
          (value as (...given: unknown[]) => unknown).apply(target, args),
        );
        if (!(result instanceof Promise)) {
          span.end();
          return result;
        }
        return result.then(
          (answer: unknown) => {
            span.setAttribute("meridian.found", answer !== undefined);
            span.end();
            return answer;
          },
          (error: unknown) => {
            span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : "error" });
            span.end();
            throw error;
          },
        );
      };
    },
  });
}

/** Counts that are kept anyway, read when metrics are sent. */
export interface Watched {
  /** Totals since the start: a metric for each name, a series for each key. */
  readonly counters: Readonly<Record<string, () => Readonly<Record<string, number>>>>;
  /** Values of now. */
  readonly gauges: Readonly<Record<string, () => Readonly<Record<string, number>>>>;
}

/** Shows counts as metrics `meridian.<name>`, their keys as the attribute `meridian.kind`. */
export function watch(meter: Meter, { counters, gauges }: Watched): void {
  for (const [name, read] of Object.entries(counters)) {
    meter.createObservableCounter(`meridian.${name}`).addCallback((result) => {
      for (const [kind, value] of Object.entries(read())) result.observe(value, { "meridian.kind": kind });
    });
  }
  for (const [name, read] of Object.entries(gauges)) {
    meter.createObservableGauge(`meridian.${name}`).addCallback((result) => {
      for (const [kind, value] of Object.entries(read())) result.observe(value, { "meridian.kind": kind });
    });
  }
}

function isList(body: unknown): body is ItemList {
  return typeof body === "object" && body !== null && "source" in body && "fallback" in body;
}
