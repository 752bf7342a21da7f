import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { intakeObject, type IntakeOptions, type ObjectOutcome } from "./intake";
import type { Expected } from "./verify";

/** An object that a notification speaks of. */
export interface Notified {
  readonly bucket: string;
  readonly key: string;
  readonly expected: Expected;
}

export interface QueueOptions extends IntakeOptions {
  readonly sqs: Pick<SQSClient, "send">;
  readonly queueUrl: string;
  /** Seconds that a message is ours; extended while we work on it. @default 120 */
  readonly visibilitySeconds?: number;
  /** Seconds to wait for messages; 0 looks once. @default 20 */
  readonly waitSeconds?: number;
  readonly onObject?: (outcome: ObjectOutcome) => void;
}

/**
 * Reads a message body: S3's own notification, or the same event through EventBridge.
 * @returns nothing for S3's test message and for events that are not about created objects.
 */
export function notifiedObjects(body: string): Notified[] {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    return [];
  }
  if (!isRecord(message)) return [];
  const { Records, detail } = message;
  if (isRecord(detail)) {
    const { bucket, object } = detail;
    // EventBridge gives the key as it is.
    return about(bucket, object, (key) => key);
  }
  if (!Array.isArray(Records)) return [];
  return Records.flatMap((record: unknown) => {
    if (!isRecord(record) || !isRecord(record["s3"])) return [];
    if (typeof record["eventName"] === "string" && !record["eventName"].includes("ObjectCreated")) return [];
    // S3 encodes keys in its notifications as in a query string.
    return about(record["s3"]["bucket"], record["s3"]["object"], (key) => decodeURIComponent(key.replaceAll("+", " ")));
  });
}

function about(bucket: unknown, object: unknown, decode: (key: string) => string): Notified[] {
  if (!isRecord(bucket) || !isRecord(object) || typeof bucket["name"] !== "string" || typeof object["key"] !== "string")
    return [];
  const size = object["size"];
  const tag = object["eTag"] ?? object["etag"];
  return [
    {
      bucket: bucket["name"],
      key: decode(object["key"]),
      expected: {
        ...(typeof size === "number" ? { bytes: size } : {}),
        // Notifications carry the ETag without its quotes.
        ...(typeof tag === "string" ? { etag: tag.startsWith('"') ? tag : `"${tag}"` } : {}),
      },
    },
  ];
}

/**
 * Receives messages once and works them off. A message is taken off the queue only when all its objects are settled;
 * while we work, its visibility is extended, so that nobody else starts on it; if we die, it comes back.
 * @returns messages received, and what became of their objects.
 */
export async function pollOnce(
  options: QueueOptions,
): Promise<{ readonly messages: number; readonly outcomes: ObjectOutcome[] }> {
  const { sqs, queueUrl: QueueUrl, visibilitySeconds = 120, waitSeconds = 20 } = options;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: waitSeconds,
      VisibilityTimeout: visibilitySeconds,
    }),
  );
  const outcomes = await Promise.all(Messages.map((message) => workOff(message, options, visibilitySeconds)));
  return { messages: Messages.length, outcomes: outcomes.flat() };
}

async function workOff(message: Message, options: QueueOptions, visibilitySeconds: number): Promise<ObjectOutcome[]> {
  const { sqs, queueUrl: QueueUrl } = options;
  const ReceiptHandle = message.ReceiptHandle;
  const heartbeat = setInterval(() => {
    sqs
      .send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: visibilitySeconds }))
      // The message may come back early then; working it off twice changes nothing.
      .catch(() => undefined);
  }, visibilitySeconds * 333);
  heartbeat.unref();
  try {
    const outcomes: ObjectOutcome[] = [];
    for (const { bucket, key, expected } of notifiedObjects(message.Body ?? "")) {
      if (bucket !== options.bronzeBucket || !key.startsWith(`${options.landingPrefix ?? "landing/"}events/`)) continue;
      const outcome = await intakeObject(key, options, expected);
      options.onObject?.(outcome);
      outcomes.push(outcome);
    }
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return outcomes;
  } finally {
    clearInterval(heartbeat);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
