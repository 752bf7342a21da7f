import { KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { startCollector } from "./server";

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name}: want a value, got nothing`);
  return value;
}

/** The collector as a service. Environment: `AWS_REGION`, `EVENT_STREAM`, `QUARANTINE_BUCKET`, `PORT` (8080), `HOST` (0.0.0.0). */
async function main(): Promise<void> {
  const region = setting("AWS_REGION");
  const collector = await startCollector({
    region,
    kinesis: new KinesisClient({ region }),
    stream: setting("EVENT_STREAM"),
    s3: new S3Client({ region, forcePathStyle: process.env["AWS_S3_FORCE_PATH_STYLE"] === "true" }),
    quarantineBucket: setting("QUARANTINE_BUCKET"),
    host: process.env["HOST"] ?? "0.0.0.0",
    port: Number(process.env["PORT"] ?? 8080),
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
