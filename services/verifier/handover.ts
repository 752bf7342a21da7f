import { createHash } from "node:crypto";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Handover, HandoverMessage } from "../../contracts/messages/handover";
import type { ObjectOutcome } from "./outcome";

/** The queue from which ETL takes hand-overs. */
export interface HandoverTarget {
  readonly sqs: Pick<SQSClient, "send">;
  readonly queueUrl: string;
}

/** Where a hand-over goes. */
export interface HandoverOptions {
  readonly s3: Pick<S3Client, "send">;
  readonly bronzeBucket: string;
  /** @default verified/ */
  readonly verifiedPrefix?: string;
  /** Queue of the ETL, which gets a message for each batch of verified objects. @default only the hand-over object is written */
  readonly handover?: HandoverTarget;
}

/** Sums up verified objects for ETL, in order of their keys. */
export function handoverOf(outcomes: readonly ObjectOutcome[], bucket: string): Handover {
  const objects = outcomes
    .flatMap(({ result, movedTo, records, bytes, sha256 }) =>
      result === "verified" && movedTo !== undefined && sha256 !== undefined
        ? [{ key: movedTo, records, bytes, sha256 }]
        : [],
    )
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    version: 1,
    bucket,
    objects,
    records: objects.reduce((sum, { records }) => sum + records, 0),
    bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/**
 * Hands a batch of verified objects over: an object under `verified/_handover/`, named by its content so that the same
 * objects give the same name, then a message with its location.
 * @returns the object's key; `undefined` when there is nothing to hand over.
 */
export async function handOver(
  outcomes: readonly ObjectOutcome[],
  options: HandoverOptions,
): Promise<string | undefined> {
  const { bronzeBucket: bucket, handover: target } = options;
  const handover = handoverOf(outcomes, bucket);
  if (handover.objects.length === 0) return undefined;
  const body = `${JSON.stringify(handover, null, 2)}\n`;
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 32);
  const key = `${options.verifiedPrefix ?? "verified/"}_handover/${digest}.json`;
  await options.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: "application/json" }),
  );
  const { objects, records, bytes } = handover;
  const message: HandoverMessage = { version: 1, bucket, key, objects: objects.length, records, bytes };
  await target?.sqs.send(new SendMessageCommand({ QueueUrl: target.queueUrl, MessageBody: JSON.stringify(message) }));
  return key;
}
