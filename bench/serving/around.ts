import { metrics, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { createApi, type ApiOptions } from "../../services/api/api";
import { JwtAuthenticator } from "../../services/api/auth";
import { memoryCache } from "../../services/api/cache";
import { ExposureLog } from "../../services/api/exposures";
import { listen } from "../../services/kit/http/server";
import { createRecommender } from "../../services/api/recommend";
import { createTelemetry } from "../../services/api/telemetry";
import { LIST } from "./answer";

/** A server of `bench/features.ts`: the API with the features of its first argument. Its issuer's address is the second. */
async function main([features = "", issuer = ""]: readonly string[]): Promise<void> {
  const has = (feature: string): boolean => features.split("+").includes(feature);
  const options: ApiOptions = {
    atHandMs: 600_000,
    ...(has("tokens")
      ? { authenticator: new JwtAuthenticator({ issuer, audiences: ["bench"], knownMs: 600_000 }) }
      : {}),
    ...(has("exposures") ? { exposures: new ExposureLog({ region: "us-east-1", sink: STREAM }) } : {}),
    ...(has("telemetry") ? { telemetry: telemetry() } : {}),
  };
  const recommender = createRecommender({
    region: "us-east-1",
    cache: memoryCache(20_000),
    table: { published: () => Promise.resolve({ current: "v2" }), list: () => Promise.resolve(LIST) },
    variants: [{ name: "champion", weight: 1 }],
    userKeyOf: (id) => id,
  });
  console.log(await listen(await createApi(recommender, undefined, options), 0, "127.0.0.1"));
}

/** A stream that takes all at once: what is measured is this process. */
const STREAM = {
  put: (records: readonly unknown[]) => Promise.resolve(records.map(() => undefined)),
  buffered: () => 0,
  drained: () => Promise.resolve(),
};

/** The SDK's own work without a collector. */
function telemetry(): ReturnType<typeof createTelemetry> {
  const traces = new NodeTracerProvider();
  traces.register();
  metrics.setGlobalMeterProvider(new MeterProvider());
  const [tracer, meter] = [trace.getTracer("bench"), metrics.getMeter("bench")];
  return createTelemetry({ tracer, meter, parentOf: () => ROOT_CONTEXT });
}

void main(process.argv.slice(2));
