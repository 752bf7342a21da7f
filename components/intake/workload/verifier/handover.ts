import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { IntakeOptions, ObjectOutcome } from "./intake";

/** What ETL is told: which verified objects are new. */
export interface Handover {
  readonly version: 1;
  readonly bucket: string;
  readonly objects: readonly {
    readonly key: string;
    readonly records: number;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly records: number;
  readonly bytes: number;
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
 * Writes a hand-over under `verified/_handover/`, named by its content: the same objects give the same name.
 * @returns its key; `undefined` when there is nothing to hand over.
 */
export async function writeHandover(handover: Handover, options: IntakeOptions): Promise<string | undefined> {
  if (handover.objects.length === 0) return undefined;
  const body = `${JSON.stringify(handover, null, 2)}\n`;
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 32);
  const key = `${options.verifiedPrefix ?? "verified/"}_handover/${digest}.json`;
  await options.s3.send(
    new PutObjectCommand({ Bucket: options.bronzeBucket, Key: key, Body: body, ContentType: "application/json" }),
  );
  return key;
}
