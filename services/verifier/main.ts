import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { showLife } from "../kit/alive";
import { intakeBulks, type BulkOutcome } from "./bulk";
import { intakeLanding } from "./intake";
import type { ObjectOutcome } from "./outcome";
import { pollOnce, type QueueOptions } from "./queue";

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name}: want a value, got nothing`);
  return value;
}

function optional(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

function log(level: "info" | "warn" | "error", message: string, more: object = {}): void {
  console.info(JSON.stringify({ level, message, at: new Date().toISOString(), ...more }));
}

function logObject({ key, result, records, refused, reason }: ObjectOutcome): void {
  log(result === "quarantined" ? "warn" : "info", result, { key, records, refused, reason });
}

function logBulk(upload: BulkOutcome): void {
  if (upload.complete) upload.objects.forEach(logObject);
  else log("warn", "a bulk upload is not complete", { folder: upload.folder, problems: upload.problems });
}

/**
 * The intake verifier as a service on EC2. Environment: `AWS_REGION`, `INTAKE_QUEUE_URL`, `BRONZE_BUCKET`,
 * `QUARANTINE_BUCKET`, `BRONZE_KEY_ARN`, `HANDOVER_QUEUE_URL` (the last two may be absent). At start it takes up what lies in landing (a notification may have been lost), then it works off
 * the queue until SIGTERM.
 */
async function main(): Promise<void> {
  showLife();
  const region = setting("AWS_REGION");
  const sqs = new SQSClient({ region });
  const keyArn = optional("BRONZE_KEY_ARN");
  const handoverUrl = optional("HANDOVER_QUEUE_URL");
  const options: QueueOptions = {
    s3: new S3Client({ region, forcePathStyle: process.env["AWS_S3_FORCE_PATH_STYLE"] === "true" }),
    sqs,
    queueUrl: setting("INTAKE_QUEUE_URL"),
    bronzeBucket: setting("BRONZE_BUCKET"),
    quarantineBucket: setting("QUARANTINE_BUCKET"),
    ...(keyArn === undefined ? {} : { keyArn }),
    ...(handoverUrl === undefined ? {} : { handover: { sqs, queueUrl: handoverUrl } }),
    onObject: logObject,
    onBulk: logBulk,
  };
  let stopping = false;
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => (stopping = true));
  await intakeLanding(options, logObject);
  for (const upload of await intakeBulks(options)) logBulk(upload);
  log("info", "verifier is up", { region });
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set by a signal
  while (!stopping) {
    try {
      await pollOnce(options);
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
