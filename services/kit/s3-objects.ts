import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, readdir, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import pMap from "p-map";

/** Objects moved at the same time: enough to hide S3's latency, few enough for one machine's memory. */
const CONCURRENCY = 8;

/** From this size on objects are moved one after another: each is in memory while it moves. */
const LARGE_BYTES = 8 * 1024 * 1024;

/** Most keys in one DeleteObjects call. docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const DELETE_BATCH = 1000;

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Changes with the content. */
  readonly etag: string;
}

/** All objects under a prefix, sorted by key. */
export async function listObjects(s3: S3Client, bucket: string, prefix: string): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key: key, Size: bytes, ETag: etag } of page.Contents ?? []) {
      if (key !== undefined) found.push({ key, bytes: bytes ?? 0, etag: etag ?? "" });
    }
  }
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The first part of the keys in a bucket, up to and with the first `/`, sorted. */
export async function listFolders(s3: S3Client, bucket: string): Promise<string[]> {
  const found: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Delimiter: "/" })) {
    for (const { Prefix: folder } of page.CommonPrefixes ?? []) if (folder !== undefined) found.push(folder);
  }
  return found.sort();
}

/** Where a prefix was copied to, and how much it was. */
export interface Download {
  readonly folder: string;
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Copies every object under a prefix into a folder, keeping the path below the prefix.
 * @param accept keys to take; all by default.
 */
export async function downloadPrefix(
  s3: S3Client,
  from: { readonly bucket: string; readonly prefix: string },
  folder: string,
  accept: (key: string) => boolean = () => true,
): Promise<Download> {
  await mkdir(folder, { recursive: true });
  const objects = (await listObjects(s3, from.bucket, from.prefix)).filter(
    ({ key }) => !key.endsWith("/") && accept(key),
  );
  await pMap(
    objects,
    async ({ key }) => {
      const path = join(folder, ...key.slice(from.prefix.length).split("/"));
      await mkdir(dirname(path), { recursive: true });
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: from.bucket, Key: key }));
      if (!(Body instanceof Readable)) throw new Error(`s3://${from.bucket}/${key} came without a body`);
      await pipeline(Body, createWriteStream(path));
    },
    { concurrency: CONCURRENCY },
  );
  return { folder, objects: objects.length, bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** An object's content; undefined when there is none. */
export async function readObject(s3: S3Client, bucket: string, key: string): Promise<Buffer | undefined> {
  try {
    const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (!(body instanceof Readable)) throw new Error(`s3://${bucket}/${key} came without a body`);
    return Buffer.concat((await body.toArray()) as Uint8Array[]);
  } catch (error) {
    if (error instanceof NoSuchKey || error instanceof NotFound) return undefined;
    throw error;
  }
}

/** What a publication changed. */
export interface Publication {
  readonly written: readonly string[];
  readonly unchanged: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Makes the objects under a prefix equal to a folder's files: changed files are put (their SHA-256 goes with them as
 * metadata, so that a re-run of equal content writes nothing), then objects without a file are deleted.
 */
export async function publishFolder(
  s3: S3Client,
  folder: string,
  to: { readonly bucket: string; readonly prefix: string },
): Promise<Publication> {
  const files = await filesOf(folder);
  const written: string[] = [];
  const unchanged: string[] = [];
  const publish = async (file: string): Promise<void> => {
    const key = to.prefix + file;
    const body = await readFile(join(folder, file));
    const changed = await putIfChanged(s3, to.bucket, key, body);
    (changed ? written : unchanged).push(key);
  };
  const sizes = await pMap(files, async (file) => (await stat(join(folder, file))).size, { concurrency: CONCURRENCY });
  const isLarge = (index: number): boolean => (sizes[index] ?? 0) > LARGE_BYTES;
  await pMap(
    files.filter((_, index) => !isLarge(index)),
    publish,
    { concurrency: CONCURRENCY },
  );
  for (const file of files.filter((_, index) => isLarge(index))) await publish(file);
  const wanted = new Set(files.map((file) => to.prefix + file));
  const removed = (await listObjects(s3, to.bucket, to.prefix)).map(({ key }) => key).filter((key) => !wanted.has(key));
  await deleteObjects(s3, to.bucket, removed);
  return { written: written.sort(), unchanged: unchanged.sort(), removed };
}

/** Puts an object unless the stored one has equal content. Returns whether it was put. */
export async function putIfChanged(s3: S3Client, bucket: string, key: string, body: Uint8Array): Promise<boolean> {
  const sha256 = createHash("sha256").update(body).digest("hex");
  if ((await storedDigest(s3, bucket, key)) === sha256) return false;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: { sha256 } }));
  return true;
}

async function storedDigest(s3: S3Client, bucket: string, key: string): Promise<string | undefined> {
  try {
    const { Metadata: metadata } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return metadata?.["sha256"];
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

async function deleteObjects(s3: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += DELETE_BATCH) {
    const batch = keys.slice(start, start + DELETE_BATCH);
    const { Errors: errors } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: batch.map((Key) => ({ Key })), Quiet: true } }),
    );
    const first = errors?.[0];
    if (first !== undefined) {
      throw new Error(`s3://${bucket}/${first.Key ?? ""} was not deleted: ${first.Message ?? first.Code ?? ""}`);
    }
  }
}

/** Files below a folder as `/`-separated relative paths, sorted. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}
