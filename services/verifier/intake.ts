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
import { handOver, type HandoverTarget } from "./handover";
import type { ObjectOutcome } from "./outcome";
import { encryption, verifiedTags } from "./promote";
import { verifyObject, type Expected, type Rejected, type Verdict } from "./verify";

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
  /** KMS key that promoted objects are encrypted with. @default the bucket's own default */
  readonly keyArn?: string;
  /** Queue of the ETL, which gets a message for each batch of verified objects. @default only the hand-over object is written */
  readonly handover?: HandoverTarget;
}

/** Verified objects that are handed over at once. */
export const BATCH_OBJECTS = 64;

/** Key under which a landed object is handed over: the same path below the verified prefix. */
export function verifiedKey(key: string, options: IntakeOptions): string {
  const { landingPrefix = "landing/", verifiedPrefix = "verified/" } = options;
  const path = key.slice(landingPrefix.length);
  // A file of a bulk upload is converted; it is named after its source, whose name carries the format.
  return path.startsWith("bulk/") ? `${verifiedPrefix}events/${path}.parquet` : `${verifiedPrefix}${path}`;
}

/** Key of a quarantined object in the quarantine bucket. */
export function quarantineKey(key: string): string {
  return `intake/${key}`;
}

/**
 * Verifies one landed object, hands it over or puts it into quarantine, and then takes it out of landing: it always
 * exists in at least one place, and the ETL has its message before landing drops it. Every step may be repeated: a kill at any
 * point leaves a landing object that the next run takes up again, onto the same keys.
 * @throws the clients' errors; the object then still lies in landing.
 */
export async function intakeObject(
  key: string,
  options: IntakeOptions,
  expected: Expected = {},
): Promise<ObjectOutcome> {
  const outcome = await settleObject(key, options, expected);
  await finish([outcome], options);
  return outcome;
}

/** Verifies one landed object and puts it where it belongs; it stays in landing until {@link finish}. */
export async function settleObject(
  key: string,
  options: IntakeOptions,
  expected: Expected = {},
): Promise<ObjectOutcome> {
  const landed = await readLanded(key, options);
  // A second message for the same object, or one moved by a run that was killed before it deleted the message.
  if (landed === undefined) return { key, result: "gone", records: 0, bytes: 0 };
  const { body, etag, claimed } = landed;
  // An object that changed since it was listed is checked as it is now.
  const unchanged = expected.etag === undefined || expected.etag === etag;
  const verdict = await verifyObject(body, {
    ...(claimed === undefined ? {} : { records: claimed }),
    ...(unchanged ? expected : {}),
  });
  if (verdict.ok) return promote(key, landed, verdict, options);
  return quarantine(key, landed, verdict, claimed ?? verdict.records, options);
}

/** Sends the ETL what was verified, then deletes from landing what was settled. The ETL takes a repeated message once. */
export async function finish(outcomes: readonly ObjectOutcome[], options: IntakeOptions): Promise<void> {
  const settled = outcomes.filter(({ result }) => result !== "gone");
  await handOver(settled, options);
  await pMap(settled, ({ key }) => deleteLanded(key, options), { concurrency: options.concurrency ?? 8 });
}

/** A landed object, read whole. */
export interface Landed {
  readonly body: Buffer;
  readonly etag: string | undefined;
  /** Records that its writer claims. Our own writers say how many they wrote; Firehose does not. */
  readonly claimed: number | undefined;
}

/** @returns `undefined` for an object that is not there. */
export async function readLanded(
  key: string,
  { s3, bronzeBucket }: Pick<IntakeOptions, "s3" | "bronzeBucket">,
): Promise<Landed | undefined> {
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket: bronzeBucket, Key: key }));
    const body = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
    const records = Number(object.Metadata?.["records"]);
    return { body, etag: object.ETag, claimed: Number.isInteger(records) ? records : undefined };
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchKey") return undefined;
    throw error;
  }
}

export async function deleteLanded(
  key: string,
  { s3, bronzeBucket }: Pick<IntakeOptions, "s3" | "bronzeBucket">,
): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bronzeBucket, Key: key }));
}

async function promote(
  key: string,
  { body, etag }: Landed,
  { records, sha256 }: Extract<Verdict, { ok: true }>,
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
      Metadata: { records: String(records), sha256 },
      TaggingDirective: "REPLACE",
      Tagging: verifiedTags(sha256),
      ...encryption(options.keyArn),
    }),
  );
  return { key, result: "verified", movedTo, records, bytes: body.length, sha256 };
}

/** Puts a landed object into quarantine beside the reason; it stays in landing until {@link finish}. */
export async function quarantine(
  key: string,
  { body, etag }: Landed,
  verdict: Rejected,
  records: number,
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

/** Verifies all that lies in landing, bulk uploads aside (see bulk.ts), and hands it over batch by batch. */
export async function intakeLanding(
  options: IntakeOptions,
  onObject?: (outcome: ObjectOutcome) => void,
): Promise<ObjectOutcome[]> {
  const listed = await listObjects(options.s3, options.bronzeBucket, `${options.landingPrefix ?? "landing/"}events/`);
  const outcomes: ObjectOutcome[] = [];
  for (let from = 0; from < listed.length; from += BATCH_OBJECTS) {
    const batch = await pMap(
      listed.slice(from, from + BATCH_OBJECTS),
      ({ key, bytes, etag }) => settleObject(key, options, { bytes, ...(etag === undefined ? {} : { etag }) }),
      { concurrency: options.concurrency ?? 8 },
    );
    await finish(batch, options);
    for (const outcome of batch) onObject?.(outcome);
    outcomes.push(...batch);
  }
  return outcomes;
}

/** Where a landed object's records are. */
export interface Settled {
  readonly result: "verified" | "quarantined";
  readonly records: number;
  readonly refused: number;
}

/**
 * What became of an object that is no longer in landing: its records and where they are; `undefined` where nobody took
 * it. For accounts that were interrupted between the move and the entry.
 */
export async function settledObject(key: string, options: IntakeOptions): Promise<Settled | undefined> {
  const verified = await headCounts(options.s3, options.bronzeBucket, verifiedKey(key, options));
  if (verified !== undefined) return { result: "verified", ...verified };
  const quarantined = await headCounts(options.s3, options.quarantineBucket, quarantineKey(key));
  return quarantined === undefined ? undefined : { result: "quarantined", ...quarantined };
}

async function headCounts(
  s3: IntakeOptions["s3"],
  Bucket: string,
  Key: string,
): Promise<Omit<Settled, "result"> | undefined> {
  try {
    const { Metadata = {} } = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    return { records: Number(Metadata["records"] ?? 0), refused: Number(Metadata["refused"] ?? 0) };
  } catch (error) {
    if (error instanceof Error && (error.name === "NotFound" || error.name === "NoSuchKey")) return undefined;
    throw error;
  }
}

function source(bucket: string, key: string): string {
  return `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
}
