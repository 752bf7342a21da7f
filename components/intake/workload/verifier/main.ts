import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { handoverOf, writeHandover } from "./handover";
import { intakeLanding, type ObjectOutcome } from "./intake";
import { pollOnce } from "./queue";

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name}: want a value, got nothing`);
  return value;
}

function log(level: "info" | "warn" | "error", message: string, more: object = {}): void {
  console.info(JSON.stringify({ level, message, at: new Date().toISOString(), ...more }));
}

/**
 * The intake verifier as a service on EC2. Environment: `AWS_REGION`, `INTAKE_QUEUE_URL`, `BRONZE_BUCKET`,
 * `QUARANTINE_BUCKET`. At start it takes up what lies in landing (a notification may have been lost), then it works off
 * the queue until SIGTERM.
 */
async function main(): Promise<void> {
  const region = setting("AWS_REGION");
  const options = {
    s3: new S3Client({ region, forcePathStyle: process.env["AWS_S3_FORCE_PATH_STYLE"] === "true" }),
    sqs: new SQSClient({ region }),
    queueUrl: setting("INTAKE_QUEUE_URL"),
    bronzeBucket: setting("BRONZE_BUCKET"),
    quarantineBucket: setting("QUARANTINE_BUCKET"),
    onObject: ({ key, result, records, reason }: ObjectOutcome) => {
      log(result === "quarantined" ? "warn" : "info", result, { key, records, reason });
    },
  };
  let stopping = false;
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => (stopping = true));
  await writeHandover(handoverOf(await intakeLanding(options, options.onObject), options.bronzeBucket), options);
  log("info", "verifier is up", { region });
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set by a signal
  while (!stopping) {
    try {
      const { outcomes } = await pollOnce(options);
      await writeHandover(handoverOf(outcomes, options.bronzeBucket), options);
    } catch (error) {
      log("error", "a round failed, its messages come back", { error: String(error) });
      await new Promise((resolve) => setTimeout(resolve, 5_000));
    }
  }
  log("info", "verifier is down");
}

if (require.main === module) {
  main().catch((error: unknown) => {
    log("error", String(error));
    process.exit(1);
  });
}
