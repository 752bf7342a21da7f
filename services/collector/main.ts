import { KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { collectorSettings } from "../../contracts/settings/collector";
import { startCollector } from "./server";

/** The collector as a server. Environment: `contracts/settings/collector.ts`. */
async function main(): Promise<void> {
  const settings = collectorSettings.read(process.env);
  const { region, clientEventsPerSecond: perSecond, spillFolder: folder, spillBytes: maxBytes } = settings;
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
    stream: settings.stream,
    s3: new S3Client({ region, forcePathStyle: settings.s3PathStyle }),
    quarantineBucket: settings.quarantineBucket,
    host: settings.host,
    port: settings.port,
    allowedOrigins: settings.allowedOrigins,
    ...(perSecond === 0 ? {} : { clientRate: { perSecond, burst: settings.clientBurst ?? 10 * perSecond } }),
    trustedProxies: settings.trustedProxies,
    anonymous: settings.anonymous,
    ...(folder === undefined ? {} : { spill: { folder, ...(maxBytes === undefined ? {} : { maxBytes }) } }),
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
