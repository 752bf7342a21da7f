import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import pMap from "p-map";
import { verifyObject, type Expected, type Verdict } from "./verify";

/** Where the verifier works. */
export interface IntakeOptions {
  readonly s3: Pick<S3Client, "send">;
  readonly bronzeBucket: string;
  readonly quarantineBucket: string;
  /** @default landing/ */
  readonly landingPrefix?: string;
  /** @default verified/ */
  readonly verifiedPrefix?: string;
  /** Objects checked at once; each is held in memory. @default 8 */
  readonly concurrency?: number;
}

/** What became of one object. */
export interface ObjectOutcome {
  readonly key: string;
  readonly result: "verified" | "quarantined" | "gone";
  /** Where it is now; absent for one that was gone. */
  readonly movedTo?: string;
  /** Records in it: counted; of a quarantined one what its writer claimed, else those that could be read. */
  readonly records: number;
  readonly bytes: number;
  readonly sha256?: string;
  readonly reason?: string;
}

/** Key under which a landed object is handed over: the same path below the verified prefix. */
export function verifiedKey(key: string, options: IntakeOptions): string {
  return `${options.verifiedPrefix ?? "verified/"}${key.slice((options.landingPrefix ?? "landing/").length)}`;
}

/**
 * Verifies one landed object and moves it: copy, then delete, so that it always exists in at least one place. Every step
 * may be repeated: a kill at any point leaves a landing object that the next run takes up again, onto the same keys.
 * @throws the S3 client's errors; the object then still lies in landing.
 */
export async function intakeObject(
  key: string,
  options: IntakeOptions,
  expected: Expected = {},
): Promise<ObjectOutcome> {
  const { s3, bronzeBucket: Bucket } = options;
  let body: Buffer;
  let etag: string | undefined;
  let claimed: number | undefined;
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
    body = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
    etag = object.ETag;
    // Our own writers say how many records they wrote; Firehose does not.
    const records = Number(object.Metadata?.["records"]);
    if (Number.isInteger(records)) claimed = records;
  } catch (error) {
    // Told twice of the same object, or moved by a run that was killed before it took the message off.
    if (error instanceof Error && error.name === "NoSuchKey") return { key, result: "gone", records: 0, bytes: 0 };
    throw error;
  }
  // An object that changed since it was listed is checked as it is now.
  const unchanged = expected.etag === undefined || expected.etag === etag;
  const verdict = await verifyObject(body, {
    ...(claimed === undefined ? {} : { records: claimed }),
    ...(unchanged ? expected : {}),
  });
  if (verdict.ok) return handOver(key, body, verdict, etag, options);
  return quarantine(key, body, verdict, claimed ?? verdict.records, etag, options);
}

async function handOver(
  key: string,
  body: Buffer,
  verdict: Extract<Verdict, { ok: true }>,
  etag: string | undefined,
  options: IntakeOptions,
): Promise<ObjectOutcome> {
  const { s3, bronzeBucket } = options;
  const movedTo = verifiedKey(key, options);
  await s3.send(
    new CopyObjectCommand({
      Bucket: bronzeBucket,
      Key: movedTo,
      CopySource: source(bronzeBucket, key),
      // What was checked is what is handed over.
      ...(etag === undefined ? {} : { CopySourceIfMatch: etag }),
      MetadataDirective: "REPLACE",
      ContentType: "application/x-ndjson",
      Metadata: { records: String(verdict.records), sha256: verdict.sha256 },
      TaggingDirective: "REPLACE",
      Tagging: "meridian:verified=true&meridian:data-class=behaviour",
      // The bucket's owner owns what others uploaded, and nobody else reads it.
      ACL: "bucket-owner-full-control",
    }),
  );
  await s3.send(new DeleteObjectCommand({ Bucket: bronzeBucket, Key: key }));
  return { key, result: "verified", movedTo, records: verdict.records, bytes: body.length, sha256: verdict.sha256 };
}

async function quarantine(
  key: string,
  body: Buffer,
  verdict: Extract<Verdict, { ok: false }>,
  records: number,
  etag: string | undefined,
  options: IntakeOptions,
): Promise<ObjectOutcome> {
  const { s3, bronzeBucket, quarantineBucket } = options;
  const movedTo = quarantineKey(key);
  const { reason, detail, sha256 } = verdict;
  await s3.send(
    new CopyObjectCommand({
      Bucket: quarantineBucket,
      Key: movedTo,
      CopySource: source(bronzeBucket, key),
      ...(etag === undefined ? {} : { CopySourceIfMatch: etag }),
      MetadataDirective: "REPLACE",
      Metadata: { reason, sha256, records: String(records) },
    }),
  );
  const report = {
    bucket: bronzeBucket,
    key,
    bytes: body.length,
    sha256,
    reason,
    detail,
    records,
    readableRecords: verdict.records,
  };
  await s3.send(
    new PutObjectCommand({
      Bucket: quarantineBucket,
      Key: `${movedTo}.reason.json`,
      Body: `${JSON.stringify(report, null, 2)}\n`,
      ContentType: "application/json",
    }),
  );
  await s3.send(new DeleteObjectCommand({ Bucket: bronzeBucket, Key: key }));
  return { key, result: "quarantined", movedTo, records, bytes: body.length, sha256, reason: `${reason}: ${detail}` };
}

/** A landed object as S3 lists it. */
export interface Listed {
  readonly key: string;
  readonly bytes: number;
  readonly etag?: string;
}

/** Lists objects under a prefix, in order of their keys. */
export async function listObjects(s3: Pick<S3Client, "send">, bucket: string, prefix: string): Promise<Listed[]> {
  const found: Listed[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    for (const { Key, Size = 0, ETag } of page.Contents ?? []) {
      if (Key !== undefined && !Key.endsWith("/"))
        found.push({ key: Key, bytes: Size, ...(ETag === undefined ? {} : { etag: ETag }) });
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return found;
}

/** Verifies all that lies in landing, bulk uploads aside (see bulk.ts). */
export async function intakeLanding(
  options: IntakeOptions,
  onObject?: (outcome: ObjectOutcome) => void,
): Promise<ObjectOutcome[]> {
  const listed = await listObjects(options.s3, options.bronzeBucket, `${options.landingPrefix ?? "landing/"}events/`);
  return pMap(
    listed,
    async ({ key, bytes, etag }) => {
      const outcome = await intakeObject(key, options, { bytes, ...(etag === undefined ? {} : { etag }) });
      onObject?.(outcome);
      return outcome;
    },
    { concurrency: options.concurrency ?? 8 },
  );
}

/**
 * What became of an object that is no longer in landing: its records and where they are; `undefined` where nobody took
 * it. For accounts that were interrupted between the move and the entry.
 */
export async function settledObject(
  key: string,
  options: IntakeOptions,
): Promise<{ readonly result: "verified" | "quarantined"; readonly records: number } | undefined> {
  const verified = await headRecords(options.s3, options.bronzeBucket, verifiedKey(key, options));
  if (verified !== undefined) return { result: "verified", records: verified };
  const quarantined = await headRecords(options.s3, options.quarantineBucket, quarantineKey(key));
  return quarantined === undefined ? undefined : { result: "quarantined", records: quarantined };
}

/** Key of a quarantined object in the quarantine bucket. */
export function quarantineKey(key: string): string {
  return `intake/${key}`;
}

async function headRecords(s3: IntakeOptions["s3"], Bucket: string, Key: string): Promise<number | undefined> {
  try {
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    return Number(head.Metadata?.["records"] ?? 0);
  } catch (error) {
    if (error instanceof Error && (error.name === "NotFound" || error.name === "NoSuchKey")) return undefined;
    throw error;
  }
}

function source(bucket: string, key: string): string {
  return `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
}
