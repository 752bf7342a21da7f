import type { S3Client } from "@aws-sdk/client-s3";
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { readHandover, readHandoverMessage } from "../../contracts/messages/handover";
import { readObject } from "../kit/s3-objects";
import { readState } from "./state";

/** Where the verifier lists what it verified. */
export interface HandoverQueue {
  readonly sqs: Pick<SQSClient, "send">;
  readonly queueUrl: string;
  /** Silver: the run's state says there what it read. */
  readonly silver: string;
}

/** What the messages of a run listed, all of it read. */
export interface HandedOver {
  readonly messages: number;
  readonly objects: number;
  readonly records: number;
}

/** A verified object that was handed over and that the run did not read. */
export class HandoverError extends Error {
  constructor(missing: readonly string[]) {
    const named = missing.slice(0, 5).join(", ");
    super(
      `handed over, but not there to be read: ${named}${missing.length > 5 ? ` and ${missing.length - 5} more` : ""}`,
    );
    this.name = "HandoverError";
  }
}

/** Most messages that one run takes; the others wait for the next, their objects are found by listing all the same. */
const MAX_MESSAGES = 10_000;

/**
 * Runs the ETL and takes the hand-overs that waited for it. The run reads what it finds by listing; the hand-overs say,
 * independently of that, what must have been found: each object of theirs has to be in the run's state. Only then are
 * the messages taken off the queue. Where the run fails they are given back, for the next one.
 * @throws HandoverError for an object that was not read; what `run` throws.
 */
export async function runHandedOver<T>(
  s3: S3Client,
  queue: HandoverQueue,
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly handedOver: HandedOver }> {
  const taken = await take(s3, queue);
  try {
    const result = await run();
    const read = (await readState(s3, queue.silver))?.sources ?? {};
    const missing = [...taken.objects.keys()].filter((key) => !(key in read));
    if (missing.length > 0) throw new HandoverError(missing);
    await forEachBatch(taken.receipts, (Entries) =>
      queue.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.queueUrl, Entries })),
    );
    const records = [...taken.objects.values()].reduce((sum, one) => sum + one, 0);
    return { result, handedOver: { messages: taken.receipts.length, objects: taken.objects.size, records } };
  } catch (error) {
    await giveBack(queue, taken.receipts);
    throw error;
  }
}

interface Taken {
  /** Records by key: an object that is listed twice counts once. */
  readonly objects: ReadonlyMap<string, number>;
  readonly receipts: readonly string[];
}

async function take(s3: S3Client, { sqs, queueUrl }: HandoverQueue): Promise<Taken> {
  const objects = new Map<string, number>();
  const receipts: string[] = [];
  const seen = new Set<string>();
  while (receipts.length < MAX_MESSAGES) {
    const { Messages = [] } = await sqs.send(
      // Waiting, even for a second, asks all of the queue's servers.
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    // What shows again while we take was left on purpose, or is hidden for too short a time to wait for.
    const fresh = Messages.filter(({ MessageId = "" }) => !seen.has(MessageId));
    if (fresh.length === 0) break;
    for (const { Body = "", MessageId = "", ReceiptHandle = "" } of fresh) {
      seen.add(MessageId);
      const message = readHandoverMessage(Body);
      const text = message === undefined ? undefined : await readObject(s3, message.bucket, message.key);
      const handover = readHandover(text?.toString() ?? "");
      // Left to the dead-letter queue, which has an alarm.
      if (handover === undefined) continue;
      receipts.push(ReceiptHandle);
      for (const { key, records } of handover.objects) objects.set(key, records);
    }
  }
  return { objects, receipts };
}

async function giveBack({ sqs, queueUrl }: HandoverQueue, receipts: readonly string[]): Promise<void> {
  await forEachBatch(
    receipts,
    (entries) =>
      sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queueUrl,
          Entries: entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 })),
        }),
      ),
    // They show again by themselves, only later; the run's own error is what counts.
  ).catch(() => undefined);
}

/** Most messages in one call. docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
const BATCH = 10;

async function forEachBatch(
  receipts: readonly string[],
  send: (entries: { readonly Id: string; readonly ReceiptHandle: string }[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < receipts.length; from += BATCH) {
    await send(receipts.slice(from, from + BATCH).map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle })));
  }
}
