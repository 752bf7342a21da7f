import { optional, ProgramSettings, required, text } from "./setting";
import { s3Addressing } from "./s3-addressing";

/** Settings of the intake verifier (`services/verifier`). */
export const verifierSettings = new ProgramSettings("verifier", {
  region: required("AWS_REGION", text, "AWS region of its queues and buckets"),
  intakeQueueUrl: required("INTAKE_QUEUE_URL", text, "Queue with the notifications of landed objects"),
  bronzeBucket: required("BRONZE_BUCKET", text, "Bucket that objects land in, and are promoted in"),
  bronzeKeyArn: optional("BRONZE_KEY_ARN", text, "KMS key of promoted objects; without it, the bucket's own"),
  quarantineBucket: required("QUARANTINE_BUCKET", text, "Bucket of what is refused"),
  handoverQueueUrl: optional(
    "HANDOVER_QUEUE_URL",
    text,
    "Queue of the ETL; without it, only the hand-over object is written",
  ),
  ...s3Addressing,
});
