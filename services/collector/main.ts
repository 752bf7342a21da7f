import { KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { startCollector } from "./server";

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name}: want a value, got nothing`);
  return value;
}

/** A setting that is a number; undefined where it is not given. @throws Error for anything else. */
function numberSetting(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name}: want a number of at least 0, got "${text}"`);
  return value;
}

/**
 * The collector as a service. Environment: `AWS_REGION`, `EVENT_STREAM`, `QUARANTINE_BUCKET`, `PORT` (8080), `HOST`
 * (0.0.0.0), `ALLOWED_ORIGINS` (comma-separated; none), `CLIENT_EVENTS_PER_SECOND` and `CLIENT_BURST` (100 and 1000; 0 =
 * no limit), `TRUSTED_PROXIES` (1: the load balancer), `ANONYMOUS` (false), `SPILL_FOLDER` (none) and `SPILL_BYTES`.
 */
async function main(): Promise<void> {
  const region = setting("AWS_REGION");
  const perSecond = numberSetting("CLIENT_EVENTS_PER_SECOND") ?? 100;
  const folder = process.env["SPILL_FOLDER"];
  const maxBytes = numberSetting("SPILL_BYTES");
  const collector = await startCollector({
    region,
    // The producer itself tries again, record by record; a call that hangs must end, or it would hold its records.
    kinesis: new KinesisClient({
      region,
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({
        connectionTimeout: 2_000,
        requestTimeout: 5_000,
        throwOnRequestTimeout: true,
      }),
    }),
    stream: setting("EVENT_STREAM"),
    s3: new S3Client({ region, forcePathStyle: process.env["AWS_S3_FORCE_PATH_STYLE"] === "true" }),
    quarantineBucket: setting("QUARANTINE_BUCKET"),
    host: process.env["HOST"] ?? "0.0.0.0",
    port: numberSetting("PORT") ?? 8080,
    allowedOrigins: (process.env["ALLOWED_ORIGINS"] ?? "").split(",").filter(Boolean),
    ...(perSecond === 0 ? {} : { clientRate: { perSecond, burst: numberSetting("CLIENT_BURST") ?? 10 * perSecond } }),
    trustedProxies: numberSetting("TRUSTED_PROXIES") ?? 1,
    anonymous: process.env["ANONYMOUS"] === "true",
    ...(folder === undefined || folder === ""
      ? {}
      : { spill: { folder, ...(maxBytes === undefined ? {} : { maxBytes }) } }),
  });
  console.info(JSON.stringify({ level: "info", message: "collector is up", url: collector.url, region }));
  const stop = (): void => {
    collector.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(JSON.stringify({ level: "error", message: "shutdown failed", error: String(error) }));
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(JSON.stringify({ level: "error", message: String(error) }));
    process.exit(1);
  });
}
