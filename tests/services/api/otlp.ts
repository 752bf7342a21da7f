import { createServer } from "node:http";
import { drain, listen } from "../../../services/kit/http/server";

export interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number; readonly boolValue?: boolean };
}
export interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly status: { readonly code?: number };
  readonly attributes: readonly Attribute[];
}
export interface Point {
  readonly attributes: readonly Attribute[];
  readonly asInt?: number;
  readonly asDouble?: number;
  readonly count?: number;
  readonly explicitBounds?: readonly number[];
}
interface Series {
  readonly dataPoints: readonly Point[];
}
interface Metric {
  readonly name: string;
  readonly sum?: Series;
  readonly gauge?: Series;
  readonly histogram?: Series;
}
interface Sent {
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
  readonly resourceMetrics?: readonly { readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[] }[];
}

/** An OTLP collector on this machine that keeps what it is sent as JSON. */
export interface FakeCollector {
  readonly url: string;
  spans(): Span[];
  /** Points of a metric as last sent. */
  points(name: string): readonly Point[];
  stop(): Promise<void>;
}

export async function startOtlpCollector(): Promise<FakeCollector> {
  const sent: Sent[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      sent.push(JSON.parse(Buffer.concat(chunks).toString()) as Sent);
      response.writeHead(200, { "content-type": "application/json" });
      response.end("{}");
    });
  });
  const port = await listen(server, 0, "127.0.0.1");
  return {
    url: `http://127.0.0.1:${port}`,
    spans: () =>
      sent.flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    points: (name) => {
      const all = sent.flatMap(({ resourceMetrics = [] }) =>
        resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics)),
      );
      const last = all.findLast((metric) => metric.name === name);
      return (last?.sum ?? last?.gauge ?? last?.histogram)?.dataPoints ?? [];
    },
    stop: () => drain(server, 100),
  };
}

/** Attributes as an object. */
export function attributesOf({ attributes }: { readonly attributes: readonly Attribute[] }): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.boolValue]),
  );
}
