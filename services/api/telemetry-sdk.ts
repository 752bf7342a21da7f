import type { IncomingHttpHeaders } from "node:http";
import {
  defaultTextMapGetter,
  metrics,
  propagation,
  ROOT_CONTEXT,
  trace,
  type Context,
  type Meter,
  type Tracer,
} from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { AWSXRayPropagator } from "@opentelemetry/propagator-aws-xray";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

/** OpenTelemetry's SDK at work. */
export interface TelemetrySdk {
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** The trace that a request belongs to: of W3C's `traceparent`, else of AWS's load balancers' `x-amzn-trace-id`. */
  readonly parentOf: (headers: IncomingHttpHeaders) => Context;
  /** Sends what is held, and ends. */
  stop(): Promise<void>;
}

export interface TelemetrySdkOptions {
  readonly serviceName: string;
  readonly region: string;
  /** Between two sendings of metrics, milliseconds. @default 60000 */
  readonly metricsMs?: number;
}

/**
 * Sets OpenTelemetry up by its own environment variables: `OTEL_EXPORTER_OTLP_ENDPOINT` (OTLP over HTTP), and sampling by
 * `OTEL_TRACES_SAMPLER`.
 * opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables
 */
export function startTelemetry({ serviceName, region, metricsMs = 60_000 }: TelemetrySdkOptions): TelemetrySdk {
  const resource = defaultResource().merge(
    resourceFromAttributes({ "service.name": serviceName, "cloud.provider": "aws", "cloud.region": region }),
  );
  const traces = new NodeTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  traces.register();
  const xRay = new AWSXRayPropagator();
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: metricsMs,
    exportTimeoutMillis: Math.min(metricsMs, 10_000),
  });
  const meters = new MeterProvider({ resource, readers: [reader] });
  metrics.setGlobalMeterProvider(meters);
  return {
    tracer: trace.getTracer(serviceName),
    meter: metrics.getMeter(serviceName),
    parentOf: (headers) => {
      const found = propagation.extract(ROOT_CONTEXT, headers);
      return trace.getSpanContext(found) === undefined
        ? xRay.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)
        : found;
    },
    stop: async () => {
      await Promise.allSettled([traces.shutdown(), meters.shutdown()]);
    },
  };
}
