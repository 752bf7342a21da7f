import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { intakeBulk, markedFolder, type BulkOutcome } from "./bulk";
import { finish, settleObject, type IntakeOptions } from "./intake";
import type { ObjectOutcome } from "./outcome";
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
  /** Called for each object that was settled, except the files of bulk uploads. */
  readonly onObject?: (outcome: ObjectOutcome) => void;
  /** Called for each bulk upload whose mark a message names, also for one that is not complete yet. */
  readonly onBulk?: (outcome: BulkOutcome) => void;
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
 * Receives messages once and works them off: all their objects are settled, then handed over as one batch. A message is
 * taken off the queue only when all its objects are; while we work, its visibility is extended, so that nobody else
 * starts on it; if we die, it comes back. A message about a bulk upload that is not complete stays for later.
 * @returns messages received, and what became of their objects.
 * @throws the first error, after the work that did not fail is finished.
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
  const stop = keepHidden(Messages, options, visibilitySeconds);
  try {
    const worked = await Promise.allSettled(Messages.map((message) => workOff(message, options)));
    const done = worked.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const outcomes = done.flatMap(({ settled }) => settled);
    await finish(outcomes, options);
    for (const outcome of outcomes) options.onObject?.(outcome);
    for (const { message, finished } of done) {
      if (!finished) continue;
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
    const failed = worked.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return { messages: Messages.length, outcomes: [...outcomes, ...done.flatMap(({ taken }) => taken)] };
  } finally {
    stop();
  }
}

/** The heartbeat of messages that are worked on. @returns what ends it. */
function keepHidden(messages: readonly Message[], options: QueueOptions, visibilitySeconds: number): () => void {
  if (messages.length === 0) return () => undefined;
  const heartbeat = setInterval(() => {
    for (const { ReceiptHandle } of messages) {
      options.sqs
        .send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: options.queueUrl,
            ReceiptHandle,
            VisibilityTimeout: visibilitySeconds,
          }),
        )
        // The message may come back early then; working it off twice changes nothing.
        .catch(() => undefined);
    }
  }, visibilitySeconds * 333);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
  };
}

interface Worked {
  readonly message: Message;
  /** Objects that are settled and still lie in landing. */
  readonly settled: readonly ObjectOutcome[];
  /** Files of bulk uploads, which were taken whole. */
  readonly taken: readonly ObjectOutcome[];
  readonly finished: boolean;
}

async function workOff(message: Message, options: QueueOptions): Promise<Worked> {
  const settled: ObjectOutcome[] = [];
  const taken: ObjectOutcome[] = [];
  let finished = true;
  for (const { bucket, key, expected } of notifiedObjects(message.Body ?? "")) {
    if (bucket !== options.bronzeBucket) continue;
    const folder = markedFolder(key, options);
    if (folder !== undefined) {
      const outcome = await intakeBulk(folder, options);
      options.onBulk?.(outcome);
      if (outcome.complete) taken.push(...outcome.objects);
      // Without the mark somebody else has taken it.
      else if (outcome.marked) finished = false;
    } else if (key.startsWith(`${options.landingPrefix ?? "landing/"}events/`)) {
      settled.push(await settleObject(key, options, expected));
    }
  }
  return { message, settled, taken, finished };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
